"""What every method has to pass. Each check takes the method's name and raises AssertionError saying what is wrong."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from statistics import mean

from apps.engine import registry, supervise
from apps.engine.canonical import decode, encode
from apps.engine.recipe import Recipe
from apps.engine.records import Result
from apps.engine.replay import Diverged
from apps.engine.testing import bad_inputs
from apps.engine.testing.quick import Quick
from apps.engine.testing.toy import Toy, parameters, toy_for
from apps.engine.testing.world import Score, World

BUDGET = 30
LONG = 2 * BUDGET  # after which every method that does its work is ahead of best-of-n
SEEDS = 10
REFERENCES = ("null_run", "best_of_n")  # what the others are compared with


def world(recipe: Recipe, seed: int = 1, score: Score | None = None) -> World:
    """A run of the recipe on a toy problem, not begun yet: the first one that it fits, with a small population."""
    toy = toy_for(recipe)
    return World(recipe, seed, toy.texts, score or toy.score, parameters=parameters(recipe))


@cache
def lived_by(recipe: Recipe) -> World:
    """The run that several checks look at. None of them changes it."""
    return world(recipe).evolve(BUDGET)


def same_seed_same_effects(name: str) -> None:
    recipe = registry.get(name)
    again = world(recipe).evolve(BUDGET).journal
    assert lived_by(recipe).journal == again, f"{name} asks for other things when it runs again with the same seed"


def survives_json(name: str) -> None:
    for rows in lived_by(registry.get(name)).journal.values():
        for row in rows:
            assert encode(decode(row.asked)) == row.asked, f"{name} asks for what JSON cannot carry: {row.asked!r}"


def resumes_from_every_position(name: str) -> None:
    """A round that is fed its journal asks at every position, and comes to, what the undisturbed one did."""
    lived = lived_by(registry.get(name))
    for number, rows in lived.journal.items():
        play = lived.play(number)
        try:
            play.replay(rows)
        except Diverged as found:
            raise AssertionError(f"{name}, round {number}: diverges at position {found.position}") from found
        assert (play.refused or play.outcome) == lived.outcomes[number], f"{name}, round {number}: diverges at its end"


def respects_the_budget(name: str) -> None:
    measured = lived_by(registry.get(name)).measured
    assert BUDGET <= measured <= BUDGET + 1, (
        f"{name} measured {measured} candidates in rounds that were to end at {BUDGET}"
    )


def failed_measurement_is_data(name: str) -> None:
    def failing(texts: object, task: str, before: int) -> Result:
        return Result(task, None, "timeout") if before else Result(task, 0.0)

    lived = world(registry.get(name), score=failing).evolve(BUDGET, most_rounds=10 * BUDGET)
    assert lived.measured >= BUDGET, f"{name} stops when candidates fail"
    kept = [member.number for member in lived.population.members.values() if member.verdict == "keep"]
    assert kept == [supervise.SEED], f"{name} keeps candidates without a score: {kept}"


def names_its_parents(name: str) -> None:
    members = lived_by(registry.get(name)).population.members
    orphans = [number for number, member in members.items() if number and not member.parents]
    assert not orphans, f"{name} proposes candidates without parents: {orphans}"


def survives_refusals(name: str) -> None:
    """Each third effect refused: rounds end, none breaks."""
    lived = world(registry.get(name))
    lived.refuse = lambda number, position, _: "no" if number and (number + position) % 3 == 0 else ""
    lived.evolve(5, most_rounds=200)
    assert lived.population.ranked, f"{name} loses the population when effects are refused"


def improves_the_toy_problem(name: str) -> None:
    """Over the seeds: better than the null run, and not inferior to best-of-n."""
    if name in REFERENCES:
        return
    toy = toy_for(registry.get(name))
    gains = {each: _reference_gains(each, toy) for each in REFERENCES} | {name: _gains(name, toy)}
    assert mean(gains[name]) > mean(gains["null_run"]), f"{name} gains no more than the null run"
    wins = sum(a >= b for a, b in zip(gains[name], gains["best_of_n"], strict=True))
    assert wins > SEEDS // 2, f"{name} beats best-of-n on only {wins} of {SEEDS} seeds"


@cache
def _reference_gains(name: str, toy: Toy) -> list[float]:
    return _gains(name, toy)


def _gains(name: str, toy: Toy) -> list[float]:
    """What each seed gains over the toy's own seed."""
    recipe = registry.get(name)
    small = parameters(recipe)
    runs = (Quick(recipe, seed, toy.texts, toy.score, parameters=small).evolve(LONG) for seed in range(SEEDS))
    best = [run.population.best_so_far for run in runs]
    return [found[-1][1] - found[0][1] for found in best]


def has_claim_and_citation(name: str) -> None:
    text = inspect.getdoc(registry.module(name)) or ""
    assert len(registry.claim(name)) > 20, f"{name} does not say what it claims"
    assert re.search(r"\b(19|20)\d\d\b", text), f"{name} cites no source with its year"


def source_is_sound(name: str) -> None:
    """No broad except, no yield in finally, no bare call of a generator operator."""
    tree = ast.parse(inspect.getsource(registry.module(name)))
    problems = [*_broad(tree), *_yield_in_finally(tree), *_lost_generators(tree)]
    assert not problems, f"{name}: {'; '.join(problems)}"


def _broad(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
        ):
            yield f"line {node.lineno}: catches everything, and with it the signal to stop"


def _yield_in_finally(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for statement in node.finalbody if isinstance(node, ast.Try) else ():
            if any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(statement)):
                yield f"line {statement.lineno}: yields in finally, which a stopped round cannot do"


def _lost_generators(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = ast.unparse(node.value.func)
            if called.startswith("recipe."):
                yield f"line {node.lineno}: {called}(…) without `yield from` does nothing"


CHECKS = (
    same_seed_same_effects,
    survives_json,
    resumes_from_every_position,
    respects_the_budget,
    failed_measurement_is_data,
    names_its_parents,
    survives_refusals,
    improves_the_toy_problem,
    has_claim_and_citation,
    source_is_sound,
    *bad_inputs.CHECKS,
)
