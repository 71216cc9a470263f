"""Mate choice against a random mate and against two tournaments: success and diversity.

Simões, Lourenço and Machado, All You Need Is Sex for Diversity, EuroGP (2023), arXiv 2303.17441, report on three
problems of symbolic regression at two mutation rates that mate choice is more diverse than either, and more often
successful in three of six instances. Here: 3 problems of ours, of graded difficulty, x 2 mutation rates x 30 seeds.
Success: every point within 0.01 at some time. Diversity: the share of different trees among those that live at the end,
and the mean distance of pairs of them (variation/expressions_distance.py). Success by Fisher's exact test, diversity by
the rank sum test, Holm over all comparisons of a kind. Problems, rates, population and budget are ours, since the
paper's were not at hand.
"""

from collections.abc import Sequence
from itertools import combinations
from random import Random
from statistics import fmean
from typing import Any

from apps.engine import registry
from apps.engine.miniatures.protocol import Cell, Figures, Miniature, Report, Table
from apps.engine.statistics import fisher_p, holm, rank_sum_p
from apps.engine.testing.regression import EDITS, FUNCTIONS, Problem, by_formula
from apps.engine.testing.world import World
from apps.engine.variation.expressions_distance import distance
from apps.engine.variation.expressions_read import expression_of

CANDIDATES = 3000
POPULATION = 100
RATES = (0.1, 0.5)
ARMS = ("mate_choice", "random_mate", "genetic_programming")
PAIRS = 200  # of the living, whose distance is taken


def _uniform(low: float, high: float, count: int, rng: Random) -> tuple[float, ...]:
    return tuple(round(rng.uniform(low, high), 6) for _ in range(count))


PROBLEMS: dict[str, Problem] = {
    "nguyen_1": by_formula("x*x*x + x*x + x", {"x": _uniform(-1, 1, 20, Random(1))}, FUNCTIONS),
    "koza_1": by_formula("x*x*x*x + x*x*x + x*x + x", {"x": _uniform(-1, 1, 20, Random(2))}, FUNCTIONS),
    "nguyen_6": by_formula("sin(x) + sin(x + x*x)", {"x": _uniform(-1, 1, 20, Random(3))}, FUNCTIONS),
}


def cells(seeds: int) -> list[Cell]:
    """(problem, mutation rate, method, seed)."""
    return [(name, rate, arm, seed) for name in PROBLEMS for rate in RATES for arm in ARMS for seed in range(seeds)]


def run(cell: Cell) -> Figures:
    """Whether it was solved, the best score, and how diverse those are that live at the end."""
    name, rate, arm, seed = cell
    problem = PROBLEMS[name]
    settings = {"population": POPULATION, "mutation": rate}
    solved: list[bool] = []

    def score(texts: Any, task: str, before: int) -> Any:
        result = problem.score(texts, task, before)
        solved.append(result.facts.get("solved") == 1)
        return result

    world = World(registry.get(arm), seed, problem.texts, score, parameters=settings).evolve(CANDIDATES)
    return {"solved": any(solved), "best": world.population.best_so_far[-1][1], **_diversity(world)}


def _diversity(world: World) -> dict[str, float]:
    archive: Any = world.population.archive
    trees = [expression_of(world.contents[number], EDITS).tree for number in sorted(archive.members)]
    pairs = list(combinations(trees, 2))
    drawn = Random(world.seed).sample(pairs, min(PAIRS, len(pairs)))
    different = {world.population.members[number].key for number in archive.members}
    return {
        "distinct": len(different) / len(trees),
        "distance": fmean(distance(one, other) for one, other in drawn),
        "nodes": fmean(tree.size for tree in trees),
    }


def report(found: Sequence[tuple[Cell, Figures]]) -> Report:
    """Both tests for each instance, against each of the other two arms."""
    by: dict[Cell, list[Figures]] = {}
    for cell, figures in found:
        by.setdefault(cell[:3], []).append(figures)
    instances = sorted({key[:2] for key in by}, key=lambda key: (list(PROBLEMS).index(key[0]), key[1]))
    compared = [(*instance, other) for instance in instances for other in ARMS[1:]]
    success = holm([_fisher(by[key[:2] + ARMS[:1]], by[key]) for key in compared])
    tests = {name: holm([_ranks(by[key[:2] + ARMS[:1]], by[key], name) for key in compared]) for name in _DIVERSE}
    tables = [
        Table("Runs", ("problem", "mutation", "method", "solved", "best", *_DIVERSE, "nodes"), _means(instances, by)),
        Table(
            "mate_choice against the others, p after Holm",
            ("problem", "mutation", "against", "success", *_DIVERSE),
            [(*key, *ps) for key, *ps in zip(compared, success, *tests.values(), strict=True)],
        ),
    ]
    return Report(tables, [_finding(by, compared, success, tests, other) for other in ARMS[1:]])


_DIVERSE = ("distinct", "distance")


def _means(instances: Sequence[Cell], by: dict[Cell, list[Figures]]) -> list[tuple[Any, ...]]:
    rows = []
    for instance in instances:
        for arm in ARMS:
            figures = by[(*instance, arm)]
            means = [fmean(each[name] for each in figures) for name in ("best", *_DIVERSE, "nodes")]
            rows.append((*instance, arm, f"{sum(each['solved'] for each in figures)}/{len(figures)}", *means))
    return rows


def _fisher(mine: Sequence[Figures], theirs: Sequence[Figures]) -> float:
    solved = [sum(each["solved"] for each in side) for side in (mine, theirs)]
    return fisher_p(solved[0], len(mine), solved[1], len(theirs))


def _ranks(mine: Sequence[Figures], theirs: Sequence[Figures], name: str) -> float:
    return rank_sum_p([each[name] for each in mine], [each[name] for each in theirs])


def _finding(
    by: dict[Cell, list[Figures]],
    compared: Sequence[Cell],
    success: Sequence[float],
    tests: dict[str, list[float]],
    other: str,
) -> str:
    """In how many instances mate choice is ahead of another arm, behind it, or neither."""
    told = []
    for name, ps in {"solved": success, **tests}.items():
        signs = [_sign(by, key, name) for key, p in zip(compared, ps, strict=True) if key[2] == other and p <= 0.05]
        told.append(f"{name} higher in {signs.count(1)}, lower in {signs.count(-1)}")
    instances = sum(key[2] == other for key in compared)
    return f"mate_choice against {other}, of {instances} instances with p <= 0.05 after Holm: {'; '.join(told)}."


def _sign(by: dict[Cell, list[Figures]], key: Cell, name: str) -> int:
    mine, theirs = (fmean(each[name] for each in by[side]) for side in (key[:2] + ARMS[:1], key))
    return (mine > theirs) - (mine < theirs)


MINIATURE = Miniature(30, cells, run, report)
