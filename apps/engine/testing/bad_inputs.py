"""Inputs on which a method has to go on, or to say clearly why it cannot: checks of the conformance suite."""

from collections.abc import Mapping
from dataclasses import replace

from apps.engine import registry
from apps.engine.axes import Axes, Descriptor, Objective
from apps.engine.effects import Refused
from apps.engine.records import Result
from apps.engine.testing.toy import parameters, toy_for
from apps.engine.testing.world import Score, World

BUDGET = 20
FILL, COST = Descriptor("fill", 0, 1, 5), Objective("cost", maximise=False)
AXES = Axes((FILL,), (COST,))


def goes_on_with_constant_scores(name: str) -> None:
    lived = _lived(name, lambda texts, task, before: Result(task, 1.0))
    assert lived.measured >= BUDGET, f"{name} stops when all scores are equal"


def goes_on_with_several_tasks(name: str) -> None:
    lived = _lived(name, tasks=("one", "two", "three"))
    assert lived.measured >= BUDGET, f"{name} stops where there are several tasks"


def goes_on_with_facts_that_come_and_go(name: str) -> None:
    """Every third measurement tells of the run's axes; the others leave the candidate without a place on them."""
    score = _toy_score(name)

    def telling(texts: Mapping[str, str], task: str, before: int) -> Result:
        told = {"fill": before % 7 / 7, "cost": float(before % 5)} if before % 3 == 0 else {}
        return replace(score(texts, task, before), facts=told)

    lived = _lived(name, telling, axes=AXES)
    assert lived.measured >= BUDGET, f"{name} stops when facts are missing"


def says_which_axis_was_never_told(name: str) -> None:
    """A method that needs axes ends its rounds with their name; one that does not goes on."""
    lived = _lived(name, axes=AXES)
    said = {str(outcome) for outcome in lived.outcomes.values() if isinstance(outcome, Refused)}
    assert lived.measured >= BUDGET or all("never told" in why for why in said), (
        f"{name} ends and does not say that the evaluator never told what it needs: {said}"
    )


def _toy_score(name: str) -> Score:
    return toy_for(registry.get(name)).score


def _lived(
    name: str, score: Score | None = None, tasks: tuple[str, ...] = ("task",), axes: Axes | None = None
) -> World:
    recipe = registry.get(name)
    toy = toy_for(recipe)
    world = World(recipe, 1, toy.texts, score or toy.score, tasks, axes or Axes(), parameters(recipe))
    return world.evolve(BUDGET, most_rounds=3 * BUDGET)


CHECKS = (
    goes_on_with_constant_scores,
    goes_on_with_several_tasks,
    goes_on_with_facts_that_come_and_go,
    says_which_axis_was_never_told,
)
