"""Every method that asks a model, with one and the same simulated model, on landscapes of known shape.

    python -m bench.landscapes [--seeds 10] [--marks 100 500] [--numbers 3 8] [--methods shinka gepa] [--jobs 2]

The model moves one number of the program that it is shown by a normal step; its dice are thrown by seed and round, so
that all methods have the same. `climber` is the bare baseline: the model changes the best, and what is better stays. On
the smooth landscape every way up leads to the top; on the deceptive one every number is a trap (engine/testing/
landscapes.py has the formulas). With more numbers there are more traps, and less of each is found out by chance.

The table gives the best score, mean over the seeds, after so many candidates; how many calls and measurements of a task
a candidate took; and whether the method is ahead of the climber or behind by the sign-flip test of differences paired
by seed, p < 0.05 after Holm's correction over the methods of a column.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from multiprocessing import get_context
from statistics import fmean
from typing import NamedTuple

from bench.common import table

CLIMBER = "climber"
ALPHA = 0.05


class Job(NamedTuple):
    """One run: method, landscape, how many numbers, seed, after how many candidates to look."""

    method: str
    landscape: str
    numbers: int
    seed: int
    marks: tuple[int, ...]


class Found(NamedTuple):
    """The best score at each mark, calls of the model and measurements of a task for each candidate."""

    best: list[float]
    calls: float
    measurements: float


type Results = Mapping[str, Sequence[Found]]  # by method, in the order of the seeds


def run(job: Job) -> Found:
    """Carry one run out, in this process and memory."""
    from apps.engine import registry
    from apps.engine.testing import landscapes

    recipe = landscapes.CLIMBER if job.method == CLIMBER else registry.get(job.method)
    land = {each.name: each for each in (landscapes.SMOOTH, landscapes.DECEPTIVE)}[job.landscape]
    world = replace(land, numbers=job.numbers).world(recipe, job.seed)
    best = landscapes.best_after(world, job.marks)
    count = max(1, world.measured)
    return Found(best, len(world.calls) / count, world.measurements / count)


def asking() -> list[str]:
    """Names of the methods that ask a model."""
    from apps.engine import registry

    return [name for name in registry.names() if registry.get(name).roles]


def standing(mine: Sequence[float], climber: Sequence[float], adjusted: float) -> str:
    """Where a method stands beside the climber."""
    if adjusted >= ALPHA:
        return "level"
    return "ahead" if fmean(mine) > fmean(climber) else "behind"


def rows(found: Results, marks: Sequence[int]) -> list[tuple[object, ...]]:
    """The lines of a table, best after the last mark first."""
    from apps.engine.statistics import holm, paired_p

    others = [name for name in found if name != CLIMBER]
    words: dict[str, list[str]] = {name: [] for name in found}
    for at in range(len(marks)):
        scores = {name: [each.best[at] for each in each_seed] for name, each_seed in found.items()}
        pairs = [[a - b for a, b in zip(scores[name], scores[CLIMBER], strict=True)] for name in others]
        for name, p in zip(others, holm([paired_p(differences) for differences in pairs]), strict=True):
            words[name].append(standing(scores[name], scores[CLIMBER], p))
    lines = []
    for name, each_seed in found.items():
        means = [fmean(each.best[at] for each in each_seed) for at in range(len(marks))]
        told = zip(means, words[name] or ["baseline"] * len(marks), strict=True)
        calls, measurements = (fmean(values) for values in list(zip(*each_seed, strict=True))[1:])
        cells = [cell for mean, word in told for cell in (f"{mean:.3f}", word)]
        lines.append((means[-1], (name, *cells, f"{calls:.2f}", f"{measurements:.1f}")))
    return [line for _, line in sorted(lines, key=lambda pair: -pair[0])]


def show(title: str, found: Results, marks: Sequence[int]) -> None:
    print(f"\n{title}, {len(found[CLIMBER])} seeds")
    head = ["method", *(cell for mark in marks for cell in (f"after {mark}", "to climber")), "calls each", "tasks each"]
    table(head, rows(found, marks))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--marks", type=int, nargs="+", default=[100, 500], help="candidates")
    parser.add_argument("--numbers", type=int, nargs="+", default=[3, 8], help="numbers, and so tasks, of a program")
    parser.add_argument("--methods", nargs="*", help="all that ask a model, unless named")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    names = [CLIMBER, *(options.methods or asking())]
    marks = tuple(sorted(options.marks))
    with get_context("spawn").Pool(options.jobs) as pool:
        for numbers, landscape in product(options.numbers, ("smooth", "deceptive")):
            jobs = [Job(name, landscape, numbers, seed, marks) for name in names for seed in range(options.seeds)]
            found: dict[str, list[Found]] = {name: [] for name in names}
            for job, result in zip(jobs, pool.map(run, jobs, chunksize=1), strict=True):
                found[job.method].append(result)
            show(f"{landscape}, {numbers} numbers", found, marks)


if __name__ == "__main__":
    main()
