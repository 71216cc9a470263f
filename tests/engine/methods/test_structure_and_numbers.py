"""Structure and numbers in turn: it gets where neither search gets alone, and its seasons take turns."""

import copy
import itertools
from random import Random
from statistics import median

import pytest

from apps.engine import registry
from apps.engine.population import Judged
from apps.engine.records import Result
from apps.engine.seasons import WIDER, Seasons
from apps.engine.setup import Setup
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World

RECIPE = registry.get("structure_and_numbers")
SMALL = {"structures": 40, "numbers": 100, "population": 0}
PROGRAM = """\
def f(x):
    # EVOLVE-BLOCK-START
    weights = [1.5, 0.25]
    ceiling = 0.5
    return min(weights[0] * x, weights[1] + x)
    # EVOLVE-BLOCK-END
"""


def like(wanted):
    """Minus the squared error of the program's f."""

    def score(texts, task, _before):
        names = {}
        try:
            exec(texts["main.py"], names)
            return Result(task, -float(sum((names["f"](x / 10) - wanted(x / 10)) ** 2 for x in range(-10, 21))))
        except (ArithmeticError, LookupError, NameError, SyntaxError, TypeError, ValueError):
            return Result(task, None, "error")

    return score


CAPPED = like(lambda x: min(2 * x + 0.1, 1.1))  # an argument more makes it so, and no numbers do
STRAIGHT = like(lambda x: min(2 * x, 0.5 + x))  # numbers suffice


def best(method, seed, score, **parameters):
    given = {"edits": {"main.py": "regions"}, "parameters": parameters}
    return (
        World(registry.get(method), seed, {"main.py": PROGRAM}, score, **given)
        .evolve(500)
        .population.best_so_far[-1][1]
    )


def middle(method, score, **parameters):
    return median(best(method, seed, score, **parameters) for seed in range(3))


def test_it_gets_where_numbers_alone_and_structure_without_insertion_do_not():
    assert middle("structure_and_numbers", CAPPED, **SMALL) > -0.5
    assert middle("cma_es", CAPPED) < -4
    assert middle("structure_and_numbers", CAPPED, **SMALL, inserted=0.0) < -4


def test_where_numbers_suffice_it_is_no_better_than_numbers_alone():
    assert middle("cma_es", STRAIGHT) > -1e-6
    assert middle("structure_and_numbers", STRAIGHT, **SMALL) <= middle("cma_es", STRAIGHT)


def test_where_nothing_can_be_inserted_every_round_still_brings_a_candidate():
    world = World(RECIPE, 1, TEXTS, distance, parameters={"structures": 20})
    for number in range(21):
        world.round(number)
    assert world.measured == 20  # the first round plants the seed


def seasons(structures=2, numbers=6):
    return Seasons(structures, numbers, 0.5, 4)


def structural(number, decision="drop", **traits):
    return Judged(number, 0.0, decision, "mutate_statements", traits, 0.0)


def tuned(memory, number, anchor=9, score=-1.0, decision="drop"):
    return Judged(number, score, decision, "sample_numbers", memory.drawn(anchor, 3, Random(number)), 0.0)


def in_numbers(**given):
    memory = seasons(**given)
    for number in range(memory._structures):
        memory.learn(structural(number))
    return memory


def test_seasons_take_turns():
    memory, kinds = seasons(), []
    for number in range(20):
        drawn = memory.drawn(9, 3, Random(number))
        kinds.append(bool(drawn))
        memory.learn(Judged(number, -1.0 - number, "drop", "x", drawn, 0.0))
    assert kinds == [False] * 2 + [True] * 6 + [False] * 2 + [True] * 6 + [False] * 2 + [True] * 2


def test_a_search_goes_on_after_a_season_that_changed_nothing():
    memory = in_numbers()
    for number in range(10, 16):
        memory.learn(tuned(memory, number))
    search = memory._search
    assert memory.anchor is None
    memory.learn(structural(20))
    memory.learn(structural(21))
    assert (memory.anchor, memory._search) == (9, search)


def test_a_better_structure_is_tuned_next_and_less_widely():
    memory = in_numbers(numbers=40)
    for number in range(10, 50):
        memory.learn(tuned(memory, number, score=-sum(x * x for x in memory.drawn(9, 3, Random(number))["at"])))
    width = memory._search.width
    memory.learn(structural(60, "keep"))
    memory.learn(structural(61))
    assert memory.anchor is None
    memory.learn(tuned(memory, 62, anchor=60))
    assert memory.anchor == 60
    assert memory._search.width == pytest.approx(min(0.5, WIDER * width))


def test_results_of_a_search_that_was_left_come_too_late():
    memory = in_numbers(numbers=40)
    late = tuned(memory, 10)
    memory.learn(tuned(memory, 11))
    memory.learn(structural(12, "keep"))
    memory.learn(late)
    assert memory.anchor is None


def test_a_search_that_ends_by_a_late_result_leaves_structure_its_season():
    memory = in_numbers(structures=5, numbers=3000)
    for number in itertools.count(10):
        late, before, search = tuned(memory, number), copy.deepcopy(memory), memory._searches
        memory.learn(late)
        if memory._searches != search:
            break
    before._left = 1  # had another result come first, this one would have been told in the next season
    before.learn(Judged(5000, -1.0, "drop", "sample_numbers", {"search": 0, "anchor": 9}, 0.0))
    before.learn(late)
    kinds = [bool(before.drawn(9, 3, Random(1))) for number in range(6000, 6006) if before.learn(structural(number))]
    assert kinds == [False] * 4 + [True] * 2


def test_a_reverted_anchor_is_searched_no_longer():
    memory = in_numbers(numbers=40)
    memory.learn(tuned(memory, 10))
    memory.learn(structural(9, "revert"))
    assert memory.anchor is None
    assert memory.drawn(3, 3, Random(1))["anchor"] == 3


def test_a_program_that_has_lost_its_numbers_gets_another_structure():
    assert in_numbers().drawn(9, 0, Random(1)) == {}


def setup(text, **parameters):
    return Setup({"main.py": text}, {"main.py": "whole"}, parameters=RECIPE.settings(parameters))


@pytest.mark.parametrize(
    ("text", "given", "complaint"),
    [
        ("x = f(a)\n", {}, "there are 0 numbers"),
        (f"x = [{'1.5, ' * 2001}]\n", {}, "there are 2,001 numbers"),
        ("x = 1.5\n", {"structures": 0}, "at least 1"),
        ("x = 1.5\n", {"inserted": 1.5}, "a share from 0 to 1"),
        ("x = 1.5\n", {"sigma": float("nan")}, "sigma is nan"),
        ("x = 1.5\n", {"population": 3}, "population is 3"),
    ],
)
def test_it_says_why_it_does_not_fit(text, given, complaint):
    assert complaint in RECIPE.fits(setup(text, **given))


def test_numbers_without_statements_are_for_another_method():
    given = Setup({"main.toml": "x = 1.5\n"}, {"main.toml": "whole"}, parameters=RECIPE.settings({}))
    assert "Choose cma_es" in RECIPE.fits(given)
