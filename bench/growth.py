"""Does a candidate cost more when there are many? CPU per candidate early and late, database bytes, peak memory.

python -m bench.growth [CANDIDATES]
"""

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from bench.common import EXAMPLES, MANAGE, cpu_seconds, environment, evolve, home, pss_kb, table, tree

WINDOW = 1000


def sample(path: Path, candidates: int) -> tuple[list[tuple[int, float]], int]:
    """((candidates measured, CPU seconds of the driver) over time, peak PSS of the whole tree in kB) of one run."""
    options = ["--parallel", "4", "--mode", "full-auto", "--method", "hill_climb", "--candidates", str(candidates)]
    command = [*MANAGE, "evolve", str(EXAMPLES / "parabola8"), *options]
    process = subprocess.Popen(command, env=environment(path), stdout=subprocess.DEVNULL)
    points, peak = [], 0
    with sqlite3.connect(f"file:{path / 'evoweb.sqlite3'}?mode=ro", uri=True) as connection:
        while process.poll() is None:
            row = connection.execute("SELECT measured FROM records_run ORDER BY id DESC LIMIT 1").fetchone()
            points.append((row[0], cpu_seconds(process.pid)))
            peak = max(peak, sum(map(pss_kb, tree(process.pid))))
            time.sleep(0.25)
    return points, peak


def slope(points: list[tuple[int, float]], low: int, high: int) -> float:
    """CPU milliseconds per candidate between two counts."""
    inside = [point for point in points if low <= point[0] <= high]
    return 1000 * (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])


def main() -> None:
    candidates = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with home() as path:
        evolve(path, "parabola8", "--candidates", "20")
        points, peak = sample(path, candidates)
        with sqlite3.connect(path / "evoweb.sqlite3") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = (path / "evoweb.sqlite3").stat().st_size
    early = slope(points, WINDOW // 2, WINDOW + WINDOW // 2)
    rows = [(count, slope(points, count - WINDOW, count)) for count in range(5 * WINDOW, candidates + 1, 5 * WINDOW)]
    table(
        ("candidates", "CPU ms each", "times early"), [(WINDOW, early, 1.0), *((n, ms, ms / early) for n, ms in rows)]
    )
    table(("database kB per candidate", "peak MB of the tree"), [(size / 1024 / candidates, peak / 1024)])


if __name__ == "__main__":
    main()
