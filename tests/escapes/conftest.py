"""What attacks are aimed at, all of it real: servers that listen, files that can be read, a process with a secret."""

import contextlib
import importlib
import json
import os
import pkgutil
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from apps.sandbox.contract import Job, Limits, Measured, Program, Runtime, Scorer, TaskItem
from apps.sandbox.isolation import Isolation
from apps.sandbox.pool import Pool
from apps.sandbox.probe import require
from apps.sandbox.runtime import prepare

LIMITS = Limits(wall_seconds=1.0, cpu_seconds=0.6, memory_mb=256, processes=12, file_mb=8, open_files=64, output_kb=256)


def attacks() -> list[ModuleType]:
    """One module per attack."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return [importlib.import_module(name) for name in names if name.startswith("attack_")]


@dataclass
class Targets:
    """Where the attacks aim, and the marks by which success is recognised."""

    secret: str = field(default_factory=lambda: "SEALED-" + secrets.token_hex(12))
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="evoweb-escapes-")))
    asked: dict[str, Any] = field(default_factory=dict)
    victim: subprocess.Popen[bytes] | None = None

    def unchanged(self) -> bool:
        """Whether everything on the host is as it was."""
        files = sorted(path.name for path in (self.folder / "witness").iterdir())
        assert self.victim is not None
        state = Path(f"/proc/{self.victim.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return files == ["kept"] and (self.folder / "secret").read_text() == self.secret and state == "S"

    def aim(self, confined: bool) -> bytes:
        return json.dumps({**self.asked, "confined": confined}).encode()


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


@dataclass
class Range:
    """Where attacks are run: one slot, a scorer that gives 1 for the sealed answer, and what everybody is asked."""

    pool: Pool
    runtime: Runtime
    targets: Targets
    confined: bool

    def run(self, source: str) -> Measured:
        """One program on one task. Infrastructure that breaks is a failure of the test."""
        evaluator = f"KNOWN = {self.targets.secret!r}\ndef score(asked, expected, output, seed):\n    return output == expected\n"
        scorer = Scorer({"evaluator.py": evaluator.encode()}, "evaluator.py:score", wall_seconds=5)
        task = TaskItem("task", self.targets.aim(self.confined), json.dumps(self.targets.secret).encode())
        program = Program({"program.py": source.encode()}, "program.py:run")
        outcome = self.pool.run(Job("job", program, scorer, (task,), LIMITS, self.runtime))
        assert outcome.infrastructure == ""
        return outcome.results[0]


@pytest.fixture(scope="module")
def shooting_range(targets: Targets, home: Path, isolation: Isolation) -> Iterator[Range]:
    with Pool(1, home, isolation) as pool:
        yield Range(pool, prepare((), home), targets, True)


@pytest.fixture(scope="module")
def open_range(targets: Targets, home: Path) -> Iterator[Range]:
    """The same without any isolation."""
    with Pool(1, home, Isolation("none", override="none")) as pool:
        yield Range(pool, prepare((), home), targets, False)
