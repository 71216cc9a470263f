"""Which share of runs finds the formula: methods that breed trees, on the problems of examples/symbolic_regression.

    python -m bench.symbolic RESULTS.jsonl [--problems nguyen_1 keijzer_6 ...] [--methods mate_choice ...] [--seeds 20]
        [--marks 2000 5000] [--jobs 1]

Solved: every training point within 0.01, by the first candidate that is so; the run ends there. The trees of the
examples' own programs are read and computed in this process, not run. Each run is one line of RESULTS.jsonl; what is
there is not run again, so that the command goes on where it was interrupted. Then a table per mark is printed: solved
runs of each method, and Fisher's exact p against random_mate, after Holm over the problems; and one of the best scores
at the end: interquartile means, and p by flipping the signs of the differences on the same seeds, after Holm.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from bench.common import EXAMPLES, table

FOLDER = EXAMPLES / "symbolic_regression"
CONTROL = "random_mate"
METHODS = (CONTROL, "mate_choice", "genetic_programming")


class Job(NamedTuple):
    """One run."""

    problem: str
    method: str
    seed: int
    candidates: int


def run(job: Job) -> dict[str, Any]:
    """The line of one run: the number of the candidate that solved it, or None; the best score; seconds of CPU."""
    from apps.engine import registry
    from apps.engine.testing.world import World

    texts, problem = example(job.problem)
    begun = time.process_time()
    solved: list[int] = []

    def score(candidate: Mapping[str, str], task: str, before: int) -> Any:
        result = problem.score(candidate, task, before)
        if result.facts.get("solved"):
            solved.append(before)  # measurements before this one: the seed and the candidates before it
        return result

    world = World(registry.get(job.method), job.seed, texts, score)
    number = 0
    while world.measured < job.candidates and not solved and number < 5 * job.candidates:
        world.round(number)
        world.journal[number] = []  # nobody replays it
        number += 1
    best = world.population.best_so_far[-1][1]
    cpu = round(time.process_time() - begun, 1)
    return job._asdict() | {"solved": solved[0] if solved else None, "best": best, "cpu": cpu}


def example(name: str) -> tuple[dict[str, str], Any]:
    """The program of a problem, and its training points."""
    import numpy as np

    from apps.engine.testing.regression import EDITS, Problem
    from apps.engine.variation.expressions_read import expression_of

    texts = {"main.py": (FOLDER / name / "main.py").read_text()}
    task = json.loads((FOLDER / name / "tasks.jsonl").read_text())
    language = expression_of(texts, EDITS).language
    points = np.asarray(task["input"]["train"], dtype=np.float64).T
    columns = dict(zip(language.variables, points, strict=True))
    return texts, Problem(columns, np.asarray(task["expected"]["train"]), dict(language.functions), language.sigma)


def lines(file: Path) -> list[dict[str, Any]]:
    """What the file holds; a line that an interruption tore does not count."""
    found = []
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def carry_out(jobs: Sequence[Job], file: Path, workers: int) -> None:
    """Run the jobs, a line each."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the workers, before they import numpy
    with get_context("spawn").Pool(workers, os.nice, (10,)) as pool, file.open("a") as out:
        for row in pool.imap_unordered(run, jobs):
            out.write(json.dumps(row) + "\n")
            out.flush()


def show(rows: Sequence[Mapping[str, Any]], mark: int) -> None:
    """The table of one mark."""
    from apps.engine.statistics import fisher_p, holm

    by: dict[tuple[str, str], list[bool]] = {}
    for row in rows:
        by.setdefault((row["problem"], row["method"]), []).append((row["solved"] or mark + 1) <= mark)
    methods = [CONTROL, *sorted({method for _, method in by} - {CONTROL})]
    problems = [
        problem for problem in sorted({problem for problem, _ in by}) if all((problem, m) in by for m in methods)
    ]
    adjusted = {}
    for method in methods[1:]:
        pairs = [(by[problem, method], by[problem, CONTROL]) for problem in problems]
        ps = [fisher_p(sum(mine), len(mine), sum(theirs), len(theirs)) for mine, theirs in pairs]
        adjusted |= dict(zip([(problem, method) for problem in problems], holm(ps), strict=True))
    print(f"\nSolved with {mark:,} candidates")
    table(
        ("problem", *methods, *(f"p {method}" for method in methods[1:])),
        [
            (
                problem,
                *(f"{sum(by[problem, method])}/{len(by[problem, method])}" for method in methods),
                *(adjusted[problem, method] for method in methods[1:]),
            )
            for problem in problems
        ],
    )


def show_best(rows: Sequence[Mapping[str, Any]]) -> None:
    """The table of the best scores at the end, where every method has run the same seeds."""
    from apps.engine.statistics import holm, interquartile_mean, paired_p

    best: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        best.setdefault((row["problem"], row["method"]), {})[row["seed"]] = row["best"]
    methods = [CONTROL, *sorted({method for _, method in best} - {CONTROL})]
    problems = [
        problem
        for problem in sorted({problem for problem, _ in best})
        if len({frozenset(best.get((problem, method), ())) for method in methods}) == 1
    ]
    means = {key: interquartile_mean(list(scores.values())) for key, scores in best.items()}
    adjusted = {}
    for method in methods[1:]:
        pairs = [(best[problem, method], best[problem, CONTROL]) for problem in problems]
        ps = [paired_p([mine[seed] - theirs[seed] for seed in mine]) for mine, theirs in pairs]
        adjusted |= dict(zip([(problem, method) for problem in problems], holm(ps), strict=True))
    print("\nBest score at the end")
    table(
        ("problem", *methods, *(f"p {method}" for method in methods[1:])),
        [
            (
                problem,
                *(f"{means[problem, method]:.3f}" for method in methods),
                *(f"{adjusted[problem, method]:.3f}" for method in methods[1:]),
            )
            for problem in problems
        ],
    )


def main() -> None:
    known = sorted(folder.name for folder in FOLDER.iterdir() if (folder / "tasks.jsonl").exists())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--problems", nargs="+", choices=known, default=known, metavar="PROBLEM")
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--marks", nargs="+", type=int, default=[2000, 5000])
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    last = max(options.marks)
    methods = dict.fromkeys([CONTROL, *options.methods])
    wanted = [
        Job(problem, method, seed, last)
        for seed in range(options.seeds)
        for problem in options.problems
        for method in methods
    ]
    there = {Job(*(row[name] for name in Job._fields)) for row in lines(options.file)}
    carry_out([job for job in wanted if job not in there], options.file, options.jobs)
    rows = [row for row in lines(options.file) if row["candidates"] == last and row["problem"] in options.problems]
    for mark in options.marks:
        show(rows, mark)
    show_best(rows)


if __name__ == "__main__":
    main()
