"""The running system, all of it: start and restart, idle memory by process, candidates per second through Celery.

python -m bench.system [CANDIDATES]
"""

import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.common import EXAMPLES, MANAGE, ROOT, environment, pss_kb, table, tree

IDLE_SECONDS = 15


class System:
    """A running evoweb on a home, as make run starts it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "evoweb.supervisor", "--home", str(path), "--port", str(self.port)]
        begun = time.monotonic()
        self.process = subprocess.Popen(command, env=environment(path), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "is ready" in line:
                break
        self.started = time.monotonic() - begun

    def pids(self, word: str) -> list[int]:
        """Processes of this system whose command line holds the word."""
        return [pid for pid in tree(self.process.pid) if word in _command(pid)]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


@contextmanager
def running(path: Path) -> Iterator[System]:
    system = System(path)
    try:
        yield system
    finally:
        system.stop()


def run_rows(path: Path) -> list[tuple[str, int]]:
    """(state, measured) of each run."""
    with sqlite3.connect(f"file:{path / 'evoweb.sqlite3'}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT state, measured FROM records_run ORDER BY id").fetchall()


def through_celery(system: System, candidates: int) -> float:
    """Candidates per second of a parabola8 run that the system's worker drives."""
    options = [
        "--method",
        "hill_climb",
        "--mode",
        "full-auto",
        "--parallel",
        "4",
        "--candidates",
        str(candidates),
        "--no-wait",
    ]
    subprocess.run([*MANAGE, "evolve", str(EXAMPLES / "parabola8"), *options], env=environment(system.path), check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    while run_rows(system.path)[-1][0] == "open":
        time.sleep(0.1)
    with sqlite3.connect(system.path / "evoweb.sqlite3") as connection:
        days = connection.execute(
            "SELECT julianday(ended) - julianday(created) FROM records_run ORDER BY id DESC LIMIT 1"
        ).fetchone()[0]
    return candidates / (days * 86400)


def main() -> None:
    candidates = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    import tempfile

    with tempfile.TemporaryDirectory(prefix="evoweb-bench-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        with running(path) as first:
            begun = first.started
        with running(path) as again:
            time.sleep(IDLE_SECONDS)
            parts = [(pid, pss_kb(pid) / 1024, _command(pid)[-60:]) for pid in tree(again.process.pid)]
            table(("pid", "PSS MB", "command"), parts)
            print(f"idle: {sum(part[1] for part in parts):.0f} MB PSS")
            rates = [through_celery(again, candidates) for _ in range(3)]
            print("through Celery, candidates/s:", ", ".join(f"{rate:.0f}" for rate in rates))
        print(f"first start {begun:.1f} s, restart {again.started:.1f} s")


if __name__ == "__main__":
    main()
