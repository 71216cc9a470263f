"""Racing: bad candidates are given up early, good ones are measured on everything, and nothing is measured twice."""

from random import Random

import pytest

from apps.engine import registry
from apps.engine.acceptance import Improves
from apps.engine.effects import Choose, Propose, Refused
from apps.engine.measurement import racing
from apps.engine.measurement.racing import Undecided
from apps.engine.recipe import Grown
from apps.engine.records import Result
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World

TASKS = tuple(f"t{number}" for number in range(48))
TEXT = "# EVOLVE-BLOCK-START\nGAIN = 0.0\n# EVOLVE-BLOCK-END\n"


def a_child(gain, fails_on="", lived=None):
    """One that is better than the seed by gain, measured by racing: the world it was measured in."""
    dice = Random(f"noise/{gain}")

    def score(texts, task, before):
        if task == fails_on and "0.0" not in texts["main.py"]:
            return Result(task, None, "timeout")
        return Result(task, float(texts["main.py"].split("GAIN = ")[1].split()[0]) + dice.gauss(0, 0.2))

    def the_round(recipe, ctx):
        child = yield Propose((0,), {"main.py": TEXT.replace("0.0", str(gain))}, "planted")
        yield from racing(ctx, child)
        return Grown(child, "measured")

    world = World(registry.get("hill_climb"), 1, {"main.py": TEXT}, score, tasks=TASKS)
    world.recipe = type(world.recipe)(vary=world.recipe.vary, memory=world.recipe.memory, round=the_round)
    world.round(0)
    world.round(1)
    return world


def measured(world, number=1):
    return [task for task in TASKS if world.population.estimate(number).task(task) is not None]


def test_a_clearly_worse_candidate_is_given_up_after_its_first_tasks():
    world = a_child(-0.5)
    assert 8 <= len(measured(world)) <= 16
    assert world.population.score(1) is None
    assert Improves().judge(world.population, 1).why.startswith("given up, about -0.")


def test_a_better_candidate_is_measured_on_every_task_once():
    world = a_child(0.5)
    assert measured(world) == list(TASKS)
    assert world.measurements == 2 * len(TASKS)


def test_a_failure_ends_the_race():
    world = a_child(0.5, fails_on="t3")
    assert world.population.failure(1) == "timeout"
    assert world.outcomes[1] == Grown(1, "measured")


def test_tasks_cannot_be_chosen_for_a_candidate_that_is_not_there():
    world = a_child(0.5)
    with pytest.raises(Refused, match="no candidate 9"):
        world._carry_out(Choose("task", Undecided(9), 8), Random(1))


def test_racing_spends_less_on_as_many_candidates_and_still_climbs():
    def noisy(texts, task, before):
        return Result(task, distance(texts, task, before).score + Random(f"{before}").gauss(0, 0.05))

    lived = {
        name: World(registry.get(name), 3, TEXTS, noisy, tasks=TASKS).evolve(60)
        for name in ("hill_climb", "racing_climb")
    }
    raced = lived["racing_climb"]
    assert raced.measurements < 0.8 * lived["hill_climb"].measurements
    assert raced.population.score(raced.population.best) > raced.population.score(0) + 1
