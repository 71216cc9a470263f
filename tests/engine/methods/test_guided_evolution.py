"""Guided Evolution's claim: reasoning from what made an elite better helps, where such reasons hold elsewhere."""

import re
from collections import Counter
from functools import cache
from statistics import fmean

import pytest

from apps.engine import registry
from apps.engine.records import Reply
from apps.engine.setup import Setup
from apps.engine.testing.landscapes import SMOOTH, Landscape, best_after
from apps.engine.testing.scripted import line_of, number_mover, numbers_in

RECIPE = registry.get("guided_evolution")
LINES = re.compile(r"C = \[[^\]\n]*\]")
SEEDS = range(8)
MANY = 8  # numbers
STEP = 0.05
NONE = {"thought": 0.0}


def rugged(x):
    """Heights without any order: what lies to one side of a good place says nothing of the next."""
    return (int(x * 1000) * 7919 % 1009) / 1009


def slope(x):
    """The further the better: what helped once helps again."""
    return x


SLOPE, RUGGED = Landscape("slope", slope, MANY), Landscape("rugged", rugged, MANY)


def imitator(asked, dice):
    """A model that moves numbers at random, or, shown a change for the better, one of them the way it went there."""
    reply = number_mover(STEP)(asked, dice)
    text = asked.prompt.messages[0].text
    if "# An earlier program, before" not in text or asked.role != "mutate":
        return reply
    before, after, *_, base = map(numbers_in, LINES.findall(text))
    number = dice.choice([at for at in range(len(base)) if after[at] != before[at]])
    base[number] += abs(dice.gauss(0, STEP)) * (1 if after[number] > before[number] else -1)
    return Reply(reply.text.replace(line_of(numbers_in(reply.text)), line_of(base)), asked.model)


@cache
def mean_best(land, model=imitator, candidates=100, **given):
    worlds = [land.world(RECIPE, seed, model=model, parameters=given) for seed in SEEDS]
    return fmean(best_after(world, (candidates,))[0] for world in worlds)


def test_evolution_of_thought_helps_where_what_made_an_elite_better_holds_elsewhere():
    assert mean_best(SLOPE, thought=1.0) > mean_best(SLOPE, **NONE) + 0.01


def test_with_its_published_share_it_helps_there_too():
    assert mean_best(SLOPE) > mean_best(SLOPE, **NONE) + 0.005


def test_where_what_helped_once_says_nothing_it_does_not_help():
    """The twin world: the same model, and heights without order."""
    assert mean_best(RUGGED, thought=1.0) < mean_best(RUGGED, **NONE) + 0.01


def test_a_model_that_does_not_heed_the_example_gains_nothing_from_it():
    deaf = number_mover(STEP)
    assert mean_best(SLOPE, deaf, thought=1.0) == pytest.approx(mean_best(SLOPE, deaf, **NONE), abs=0.02)


def made(**given):
    members = SMOOTH.world(RECIPE, 1, parameters=given).evolve(200).population.members.values()
    return Counter(member.operator for member in members if member.number)


def test_a_third_of_the_children_are_mated_and_a_quarter_of_the_others_thought_out():
    found = made()
    assert found["crossover_rewrite"] / 200 == pytest.approx(0.35, abs=0.08)
    assert found["thought_diff"] / (200 - found["crossover_rewrite"]) == pytest.approx(0.25, abs=0.08)
    assert set(made(mating=0.0, thought=0.0)) == {"mutate_diff"}


def test_an_example_is_shown_only_when_it_is_better_than_the_seed():
    def flat(texts, task, before):
        return type(SMOOTH.score(texts, task, before))(task, 1.0)

    world = SMOOTH.world(RECIPE, 1, parameters={"thought": 1.0, "mating": 0.0})
    world.score = flat
    world.evolve(20)
    assert not any("An earlier program" in call.prompt.messages[0].text for call in world.calls)


def test_characters_differ_from_call_to_call():
    calls = SMOOTH.world(RECIPE, 1, parameters={"thought": 0.0, "mating": 0.0}).evolve(40).calls
    parts = {call.prompt.messages[0].text.split("# The part you play\n\n")[1].split("\n")[0] for call in calls}
    assert len(parts) == 4


@pytest.mark.parametrize(
    ("given", "said"),
    [({"population": 0}, "at least 1"), ({"elites": 0}, "at least 1"), ({"thought": 1.5}, "probabilities")],
)
def test_parameters_that_make_no_sense_are_told_before_the_run(given, said):
    setup = Setup(SMOOTH.seed_texts(1), {"main.py": "regions"}, parameters=RECIPE.settings(given))
    assert said in RECIPE.fits(setup)
