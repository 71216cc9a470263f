"""Runs a command with EVOWEB_DATABASE_URL on a private, throw-away PostgreSQL: with_postgres.py COMMAND...

Nothing of it survives the command, so it trades durability for speed.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

USER = "evoweb"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50", "shared_buffers=64MB")


def main(command: list[str]) -> int:
    """The command's exit code."""
    if not command:
        sys.exit(__doc__)
    # Not TMPDIR: the path of a socket must be short, and without capitals as the host of a URL.
    with tempfile.TemporaryDirectory(prefix="evoweb-postgres-", dir="/tmp") as folder, postgres(Path(folder)) as url:
        return subprocess.run(command, env=os.environ | {"EVOWEB_DATABASE_URL": url}, check=False).returncode


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A server with its data and its socket in the folder, and no TCP; its URL."""
    data, owner = folder / "data", _unprivileged()
    if owner is not None:
        os.chown(folder, owner, -1)
    make = [f"--username={USER}", "--auth=trust", "--no-sync", "--encoding=UTF8"]
    _run(["initdb", "--pgdata", str(data), *make], owner)
    settings = [f"-c{setting}" for setting in (*FAST, "listen_addresses=", f"unix_socket_directories={folder}")]
    start = ["start", "--wait", "--log", str(folder / "log"), "--options", " ".join(settings)]
    _run(["pg_ctl", "--pgdata", str(data), *start], owner)
    try:
        yield f"postgresql://{USER}@{quote(str(folder), safe='')}/postgres"
    finally:
        _run(["pg_ctl", "--pgdata", str(data), "stop", "--mode", "immediate"], owner)


def _unprivileged() -> int | None:
    """Who the server runs as: it refuses to be root. None: whoever this is."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres" if _is_user("postgres") else "nobody").pw_uid


def _is_user(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def _run(command: list[str], user: int | None) -> None:
    """Run one of PostgreSQL's programs; what it says is shown only when it fails."""
    found = subprocess.run(
        [_program(command[0]), *command[1:]],
        user=user,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if found.returncode:
        sys.exit(f"{command[0]} failed:\n{found.stdout.decode(errors='replace')}")


def _program(name: str) -> str:
    """Debian keeps the server's programs off the PATH, one folder per version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]))
    if found is None:
        sys.exit("There is no PostgreSQL server here; make test installs one.")
    return found


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server is stopped then, too
    sys.exit(main(sys.argv[1:]))
