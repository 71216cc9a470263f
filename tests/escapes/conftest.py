"""What attacks are aimed at, all of it real: servers that listen, files that can be read, a process with a secret."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ranges import Range, Targets

from apps.sandbox.isolation import Isolation
from apps.sandbox.pool import Pool
from apps.sandbox.probe import require
from apps.sandbox.runtime import prepare


@pytest.fixture(scope="module")
def targets() -> Iterator[Targets]:
    found = Targets()
    found.folder.chmod(0o755)
    (found.folder / "secret").write_text(found.secret)
    witness = found.folder / "witness"
    witness.mkdir()
    witness.chmod(0o777)
    (witness / "kept").write_text("kept")
    found.victim = subprocess.Popen(["/bin/sleep", "600"], env={"SECRET": found.secret}, start_new_session=True)
    abstract = "evoweb-escapes-" + secrets.token_hex(4)
    addresses = {"port": ("127.0.0.1", 0), "unix": str(found.folder / "server"), "abstract": "\0" + abstract}
    servers = {name: _serve(address, found.secret) for name, address in addresses.items()}
    os.chmod(found.folder / "server", 0o777)
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 0))
    found.asked = {
        "port": servers["port"].getsockname()[1],
        "udp": datagrams.getsockname()[1],
        "unix": addresses["unix"],
        "abstract": abstract,
        "victim": found.victim.pid,
        "secret_file": str(found.folder / "secret"),
        "witness": str(witness),
        "home": str(Path.home()),
    }
    yield found
    for server in (*servers.values(), datagrams):
        server.close()
    found.victim.kill()
    found.victim.wait()
    shutil.rmtree(found.folder)


def _serve(address: Any, secret: str) -> socket.socket:
    """A server that tells the secret to whoever connects."""
    server = socket.socket(socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX)
    server.bind(address)
    server.listen()

    def answer() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.sendall(secret.encode())

    threading.Thread(target=answer, daemon=True).start()
    return server


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def isolation(home: Path) -> Isolation:
    """Fails where nothing isolates: these tests are worth nothing without."""
    return require(home)


@pytest.fixture(scope="module", params=["bubblewrap", "landlock"])
def shooting_range(request: Any, targets: Targets, home: Path, isolation: Isolation) -> Iterator[Range]:
    """The sandbox that people have, and the one they get where user namespaces are forbidden."""
    with Pool(1, home, isolation if request.param == isolation.kind else Isolation(request.param)) as pool:
        yield Range(pool, prepare((), home), targets, True)


@pytest.fixture(scope="module")
def open_range(targets: Targets, home: Path) -> Iterator[Range]:
    """The same without any isolation."""
    with Pool(1, home, Isolation("none", override="none")) as pool:
        yield Range(pool, prepare((), home), targets, False)
