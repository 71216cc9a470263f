"""The bandit over operators: it prefers what pays, forgets, and leaves out what does not apply."""

from collections import Counter

import pytest

from apps.engine import registry
from apps.engine.canonical import decode, encode
from apps.engine.population import Judged
from apps.engine.records import Result
from apps.engine.setup import Setup
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World

RECIPE = registry.get("bandit_operators")


def setup(text, path="main.py", **parameters):
    return Setup({path: text}, {path: "whole"}, parameters=RECIPE.settings(parameters))


def world(score, text, seed=1):
    return World(RECIPE, seed, {"main.py": f"# EVOLVE-BLOCK-START\n{text}# EVOLVE-BLOCK-END\n"}, score)


def used(lived):
    return Counter(member.operator for member in lived.population.members.values() if member.number)


def test_what_pays_is_used_more_than_anything_else():
    """A score that grows with the size of the text: only statements make it longer for good."""

    def longer(texts, task, before):
        return Result(task, float(texts["main.py"].count("step()")))

    found = used(world(longer, "def run():\n    step()\n    return 1.5\n").evolve(300))
    assert found.most_common(1)[0][0] == "statements"
    assert found["statements"] > 300 / 3


def test_all_that_applies_is_tried_again_and_again():
    found = used(World(RECIPE, 1, TEXTS, distance).evolve(400))
    late = used(World(RECIPE, 1, TEXTS, distance).evolve(800))
    alone = {name for name in RECIPE.memory(setup(TEXTS["main.py"])).initial["operators"]}
    assert alone == set(found)
    assert all(late[name] > found[name] for name in alone)


@pytest.mark.parametrize(
    ("text", "path", "out", "there"),
    [
        ('{"k": 0.5}', "a.json", {"statements"}, {"numbers_small", "places_small"}),
        ("def run(x):\n    y = x\n    return y\n", "a.py", {"numbers_small", "places_small"}, {"statements"}),
    ],
)
def test_what_does_not_apply_to_the_seed_is_left_out(text, path, out, there):
    operators = set(RECIPE.memory(setup(text, path)).initial["operators"])
    assert operators & out == set()
    assert there <= operators


def test_its_memory_is_small_json_and_forgets():
    memory = RECIPE.memory(setup("X = 1.5\n", window=5))
    value = memory.initial
    for number in range(1, 50):
        value = memory.step(value, Judged(number, float(number), "keep", "numbers_small", {}, 0.0))
    assert value["window"] == [["numbers_small", float(number)] for number in range(45, 50)]
    assert decode(encode(value)) == value


@pytest.mark.parametrize(("operator", "decision"), [("person", "keep"), ("numbers_small", "revert")])
def test_what_people_do_earns_nobody_credit(operator, decision):
    memory = RECIPE.memory(setup("X = 1.5\n"))
    assert memory.step(memory.initial, Judged(1, 5.0, decision, operator, {}, 0.0)) == memory.initial


@pytest.mark.parametrize(
    ("text", "path", "parameters", "why"),
    [
        ("Say it kindly.\n", "a.md", {}, "none of its operators applies"),
        ("X = 1.5\n", "a.py", {"window": 0}, "window is 0"),
        ("X = 1.5\n", "a.py", {"decay": 0.0}, "decay is 0.0"),
        ("X = 1.5\n", "a.py", {"exploration": -1.0}, "exploration is -1.0"),
    ],
)
def test_what_does_not_fit_is_told(text, path, parameters, why):
    assert why in RECIPE.fits(setup(text, path, **parameters))
