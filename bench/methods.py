"""Methods by seeds on one example at equal budget, in this process: no sandbox, no database, only the engine.

    python -m bench.methods RESULTS.jsonl [--problem circle_packing_26] [--methods cma_es islands] [--seeds 20]
        [--marks 2000 5000] [--parameters '{"cma_es": {"sigma": 0.03}}'] [--jobs 1] [--without null_run]

Each run is one line of RESULTS.jsonl, written when it has ended; what is there already is not run again, so that the
command goes on where it was interrupted. null_run, best_of_n and hill_climb are among the methods unless left out.
Then the tables are printed (bench/method_tables.py), of everything that the file holds about the problem.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from bench.method_tables import REFERENCES, show

MEMORY = 4 << 30  # bytes that a worker may take: a changed program may want more and more
ROUNDS = 5  # per candidate, after which a method that brings nothing is left


class Job(NamedTuple):
    """One run. parameters are the method's, as far as they are not its defaults; marks end with the budget."""

    problem: str
    method: str
    seed: int
    marks: tuple[int, ...]
    parameters: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What tells one run from another in the file."""
        return json.dumps(self, sort_keys=True)


def run(job: Job) -> dict[str, Any]:
    """The line of one run: best score, and that on gate tasks where there are any, at each mark; seconds of CPU."""
    begun = time.process_time()
    world, example = begin(job)
    best = {str(mark): _best(world, example, mark) for mark in job.marks}
    told = {"key": job.key, "seed_score": example.score(example.texts), "measured": world.measured}
    return job._asdict() | told | {"best": best, "cpu": round(time.process_time() - begun, 1)}


def searched(job: Job) -> tuple[Any, Any]:
    """The world of a run that has measured as many candidates as its last mark, and its example."""
    world, example = begin(job)
    go_on(world, job.marks[-1])
    return world, example


def begin(job: Job) -> tuple[Any, Any]:
    """The world of a run that has not begun, and its example."""
    from apps.engine import registry
    from apps.engine.testing.world import World
    from bench.inprocess import Example

    example = Example(job.problem)
    world = World(
        registry.get(job.method),
        job.seed,
        example.texts,
        lambda texts, key, before: _result(example, texts, key),
        example.keys("validation"),
        example.package.axes,
        job.parameters,
        edits=example.edits,
    )
    return world, example


def _result(example: Any, texts: Mapping[str, str], key: str) -> Any:
    from apps.engine.records import Result, facts_of

    told = example.told(texts, key)
    if told is None:
        return Result(key, None, "error")
    return Result(key, told["score"], facts=facts_of(told.get("metrics", {}), example.package.axes.metrics))


def _best(world: Any, example: Any, mark: int) -> dict[str, float]:
    """The best of the first candidates, by what selection sees, and what it scores on gate tasks."""
    go_on(world, mark)
    best = world.population.ranked[0]
    found = {"score": world.population.score(best)}
    if example.keys("gate"):
        found["gate"] = example.score(world.contents[best], "gate")
    return found


def go_on(world: Any, mark: int) -> None:
    """Rounds until so many candidates are measured."""
    number = len(world.journal)
    while world.measured < mark and number < ROUNDS * mark:
        world.round(number)
        world.journal[number] = []  # nobody replays it, and 50,000 rounds would fill the memory
        number += 1


def complaint(problem: str, method: str, parameters: Mapping[str, Any]) -> str:
    """Why a method cannot work on an example, or ""."""
    from apps.engine import registry
    from apps.engine.setup import Setup
    from bench.inprocess import Example

    example, recipe = Example(problem), registry.get(method)
    setting = recipe.settings(parameters)
    return recipe.fits(Setup(example.texts, example.edits, example.keys("validation"), example.package.axes, setting))


def done(file: Path) -> dict[str, dict[str, Any]]:
    """The lines of a file by their keys. A line that was torn by an interruption does not count."""
    found = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[row["key"]] = row
    return found


def missing(jobs: Sequence[Job], file: Path) -> list[Job]:
    """What is still to run, in order."""
    there = done(file)
    return [job for job in jobs if job.key not in there]


def carry_out(jobs: Sequence[Job], file: Path, workers: int) -> None:
    """Run what is missing and append it, a line at a time."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the workers, before they import numpy
    with get_context("spawn").Pool(workers, _polite) as pool, file.open("a") as out:
        if file.stat().st_size and not file.read_text().endswith("\n"):
            out.write("\n")
        for number, row in enumerate(pool.imap_unordered(run, jobs), 1):
            out.write(json.dumps(row) + "\n")
            out.flush()
            last = row["best"][str(row["marks"][-1])]["score"]
            print(f"{number}/{len(jobs)}  {row['method']} seed {row['seed']}: {last:.6g}", file=sys.stderr)


def _polite() -> None:
    import resource

    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def planned(options: argparse.Namespace) -> Iterator[Job]:
    """All runs that were asked for, method by method. One that does not fit is told and left out."""
    given = json.loads(options.parameters)
    for method in dict.fromkeys([*REFERENCES, *options.methods]):
        if method in options.without:
            continue
        own = given.get(method, {})
        if why := complaint(options.problem, method, own):
            print(f"{method} is left out: {why}", file=sys.stderr)
            continue
        for seed in range(options.seeds):
            yield Job(options.problem, method, seed, tuple(sorted(options.marks)), own)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--problem", default="circle_packing_26", help="a folder of examples/ with one program")
    parser.add_argument("--methods", nargs="*", default=[])
    parser.add_argument("--without", nargs="*", default=[], help="null_run, where scores repeat: it cannot move there")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--marks", type=int, nargs="+", default=[2000, 5000], help="candidates; the last ends a run")
    parser.add_argument("--parameters", default="{}", help="JSON: by method, what differs from its defaults")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    todo = missing(list(planned(options)), options.file)
    if todo:
        carry_out(todo, options.file, options.jobs)
    show([row for row in done(options.file).values() if row["problem"] == options.problem])


if __name__ == "__main__":
    main()
