"""What the best of a search does on tasks that no search saw: one metric of an example, by groups of held-out tasks.

    python -m bench.held_out FILE [--problem online_bin_packing] [--method cma_es] [--metric bins] [--seeds 20]
        [--candidates 2000] [--jobs 1]

A run ends with what selection finds best on the validation tasks; it is then scored on all others. Groups are task
names without their number. FILE keeps a line of JSON per run, and what is there is not run again.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

from bench.common import table
from bench.methods import Job, done, searched


def run(metric: str, job: Job) -> dict[str, Any]:
    """The line of one run: the metric of the best and of the seed, by group."""
    world, example = searched(job)
    best = world.contents[world.population.ranked[0]]
    told = {"best": by_group(example, metric, best), "seed_program": by_group(example, metric, example.texts)}
    return job._asdict() | {"key": job.key} | told


def by_group(example: Any, metric: str, texts: Mapping[str, str]) -> dict[str, float]:
    """Mean of the metric over each group of tasks that selection does not see."""
    found: dict[str, list[float]] = {}
    for split in ("gate", "sealed"):
        for key in example.keys(split):
            told = example.told(texts, key)
            group = key.rpartition("-")[0]
            found.setdefault(group, []).append(float("nan") if told is None else told["metrics"][metric])
    return {group: fmean(values) for group, values in found.items()}


def show(rows: Sequence[Mapping[str, Any]]) -> None:
    """A line per group: the seed program, the interquartile mean over runs with its interval, runs that have less."""
    from apps.engine.statistics import interquartile_interval

    lines = []
    for group, seed in rows[0]["seed_program"].items():
        values = [row["best"][group] for row in rows]
        found = interquartile_interval([values], Random(0))
        less = f"{sum(value < seed for value in values)}/{len(values)}"
        lines.append((group, seed, found.mean, found.low, found.high, min(values), max(values), less))
    table(("tasks", "seed program", "IQM", "low", "high", "least", "most", "less than seed"), lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--problem", default="online_bin_packing")
    parser.add_argument("--method", default="cma_es")
    parser.add_argument("--metric", default="bins")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--candidates", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    jobs = [Job(asked.problem, asked.method, seed, (asked.candidates,), {}) for seed in range(asked.seeds)]
    there = done(asked.file)
    todo = [job for job in jobs if job.key not in there]
    with get_context("spawn").Pool(asked.jobs) as pool, asked.file.open("a") as out:
        for row in pool.imap_unordered(partial(run, asked.metric), todo):
            out.write(json.dumps(row) + "\n")
            out.flush()
    found = done(asked.file)
    show([found[job.key] for job in jobs])


if __name__ == "__main__":
    main()
