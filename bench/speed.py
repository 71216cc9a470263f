"""Candidates per second: parabola8, sandboxed, journaled, ruled on; in turn with the bare floor.

    python -m bench.speed [CANDIDATES] [PAIRS]

In-process is manage.py evolve; through Celery is the running system (bench/celery_speed.py). Absolute figures are those
of the machine at that moment; quote the ratio, pair by pair.
"""

import sqlite3
import sys
from pathlib import Path

from bench.common import Ran, evolve, home, table
from bench.floor import climb

PARALLEL = "4"


def commits(path: Path) -> tuple[int, int]:
    """(log entries, distinct commit times) of the home's database: entries of one commit share their time."""
    with sqlite3.connect(path / "evoweb.sqlite3") as connection:
        found: tuple[int, int] = connection.execute("SELECT count(*), count(DISTINCT at) FROM log_event").fetchone()
        return found


def pair(path: Path, candidates: int, seed: int) -> tuple[object, ...]:
    floor, _ = climb(candidates, seed)
    _, before = commits(path)
    ran: Ran = evolve(path, "parabola8", "--method", "hill_climb", "--mode", "full-auto", "--parallel", PARALLEL,
                      "--candidates", str(candidates), "--seed", str(seed))  # fmt: skip
    _, after = commits(path)
    rate = candidates / ran.last["wall_seconds"]
    return (
        seed,
        rate,
        floor,
        rate / floor,
        1000 * ran.own_cpu / candidates,
        (after - before) / candidates,
        ran.peak_mb,
    )


def main() -> None:
    candidates = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with home() as path:
        evolve(path, "parabola8", "--candidates", "20")  # imports, builds the runtime, fills caches
        rows = [pair(path, candidates, seed) for seed in range(pairs)]
    table(("seed", "evoweb/s", "floor/s", "ratio", "driver CPU ms", "commits", "peak MB"), rows)


if __name__ == "__main__":
    main()
