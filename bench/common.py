"""What the benchmarks share: homes, commands, the CPU and memory of a process tree, tables."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
EXAMPLES = ROOT / "examples"


@contextmanager
def home() -> Iterator[Path]:
    """A fresh EVOWEB_HOME with a migrated database."""
    with tempfile.TemporaryDirectory(prefix="evoweb-bench-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], env=environment(path), check=True)
        yield path


def environment(path: Path, **more: str) -> dict[str, str]:
    """The environment of a command in a home."""
    return {**os.environ, "EVOWEB_HOME": str(path), **more}


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished command: its last line as JSON, CPU seconds without its children, peak memory of its tree."""

    last: dict[str, Any]
    own_cpu: float
    peak_mb: float


def evolve(path: Path, folder: str, *options: str) -> Ran:
    """Run manage.py evolve in a home and measure it from outside."""
    command = [*MANAGE, "evolve", str(EXAMPLES / folder), *options, "--json"]
    process = subprocess.Popen(command, env=environment(path), stdout=subprocess.PIPE, text=True)
    watch = Watch(process.pid)
    out, _ = process.communicate()
    watch.stop()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Ran(json.loads(out.splitlines()[-1]), watch.own_cpu, watch.peak_kb / 1024)


class Watch(threading.Thread):
    """Samples a process tree every 50 ms: proportional memory of the whole tree, CPU of the process itself."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self.peak_kb = 0
        self.own_cpu = 0.0
        self.start()

    def run(self) -> None:
        while not self._done.wait(0.2):
            self.peak_kb = max(self.peak_kb, sum(map(pss_kb, tree(self._pid))))
            self.own_cpu = max(self.own_cpu, cpu_seconds(self._pid))

    def stop(self) -> None:
        self._done.set()
        self.join()


def tree(pid: int) -> list[int]:
    """A process and everything below it."""
    found = [pid]
    for parent in found:
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        except OSError:
            continue
        found += map(int, children)
    return found


def pss_kb(pid: int) -> int:
    """Proportional set size; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def cpu_seconds(pid: int) -> float:
    """User and system time of the process itself, without its children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a head, columns aligned."""
    cells = [list(map(str, head))] + [
        [f"{value:.4g}" if isinstance(value, float) else str(value) for value in row] for row in rows
    ]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    for row in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
