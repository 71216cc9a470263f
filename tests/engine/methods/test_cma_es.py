"""CMA-ES as a method: what its search makes of good, bad, late and foreign results, and when it says that it does not
fit."""

import math
from dataclasses import replace
from random import Random

import pytest

from apps.engine import registry
from apps.engine.population import Judged
from apps.engine.records import Result
from apps.engine.setup import Setup
from apps.engine.testing import conformance
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World
from apps.engine.variation.adaptation import FULL, LARGEST_GROWTH, Search

RECIPE = registry.get("cma_es")


def world(score=distance, texts=TEXTS, **settings):
    return World(RECIPE, 1, texts, score, **settings)


def setup(text, edit="whole", **parameters):
    return Setup({"main.py": text}, {"main.py": edit}, parameters=RECIPE.settings(parameters))


def judged(search, number, score, dice, decision="drop"):
    return Judged(number, score, decision, "sample_numbers", search.drawn(dice), base_score=-100.0)


def searched(search, score, candidates, dice):
    """The search after so many candidates, each drawn from it and scored."""
    for number in range(1, candidates + 1):
        fact = judged(search, number, None, dice)
        search.learn(replace(fact, score=score(fact.traits["at"])))
    return search


def sphere(at):
    return -sum((x - 2) ** 2 for x in at)


def test_it_finds_what_the_numbers_should_be():
    found = world().evolve(600).population
    assert found.best_so_far[-1][1] > -1e-6


@pytest.mark.parametrize("size", [1, 2, FULL, FULL + 1])
def test_a_search_of_any_size_comes_nearer(size):
    search = searched(Search([0.0] * size, 0.5), sphere, 2000, Random(1))
    assert search.best_score > 0.5 * sphere([0.0] * size)


def test_correlated_numbers_are_learnt_together():
    def ellipse(at):
        return -(1000 * (at[0] + at[1] - 3) ** 2 + (at[0] - at[1] - 1) ** 2)

    assert searched(Search([0.0, 0.0], 0.5), ellipse, 1000, Random(1)).best_score > -1e-8


def test_a_failure_ranks_below_every_score():
    """Where half of the space fails, the search ends in the other half."""
    search = searched(Search([0.5, 0.0], 0.5), lambda at: None if at[0] < 0 else -at[0], 600, Random(1))
    assert 0 <= search.best[0] < 1e-3


def test_where_everything_is_worse_or_fails_it_looks_nearer():
    search = Search([0.0] * 5, 1.0)
    searched(search, lambda at: None, search.population * 3, Random(1))
    assert search.width == pytest.approx(1 / 8)


def test_where_nothing_makes_a_difference_it_looks_farther():
    search = Search([0.0] * 5, 1.0)
    searched(search, lambda at: -100.0, search.population * 3, Random(1))
    assert search.width == pytest.approx(8.0)


def test_a_search_that_is_stuck_begins_again_with_twice_the_population_and_stays_bounded():
    search, dice, sizes = Search([0.0, 0.0], 0.5), Random(1), []
    for number in range(1, 30_000):
        fact = judged(search, number, None, dice)
        search.learn(replace(fact, score=sphere(fact.traits["at"])))
        if not sizes or sizes[-1] != search.population:
            sizes.append(search.population)
    first = sizes[0]
    assert sizes[: LARGEST_GROWTH + 2] == [first * 2**growth for growth in range(LARGEST_GROWTH + 1)] + [first]
    assert len(search._seen) < 4 * max(sizes)


def test_late_foreign_and_repeated_results_change_nothing():
    search, dice = Search([0.0, 0.0], 0.5), Random(1)
    old = judged(search, 1, 5.0, dice)
    for number in range(2, 2 + 4 * search.population):
        fact = judged(search, number, None, dice)
        search.learn(replace(fact, score=sphere(fact.traits["at"])))
    before = (search.best_score, search.generation, search.width, dict(search._told))
    for fact in (
        old,
        Judged(900, 50.0, "keep", "person", {}, -100.0),
        Judged(901, 50.0, "keep", "x", {"at": [1.0], "drawn": [0, search.generation]}, -100.0),
        replace(judged(search, 902, 50.0, dice), decision="hold"),
        replace(judged(search, 903, 50.0, dice), decision="revert"),
    ):
        search.learn(fact)
    assert (search.best_score, search.generation, search.width, dict(search._told)) == before


def test_a_candidate_that_is_judged_twice_counts_once():
    search, dice = Search([0.0, 0.0], 0.5), Random(1)
    fact = judged(search, 1, 1.0, dice)
    for _ in range(search.population):
        search.learn(fact)
    assert search.generation == 0


def test_a_search_that_is_told_the_same_is_the_same_however_often_it_was_drawn_from():
    """So a worker that takes a run up folds its records into the search that the first one had."""
    left, right = Search([0.0, 0.0], 0.5), Search([0.0, 0.0], 0.5)
    for number in range(1, 100):
        fact = Judged(number, float(number % 7), "drop", "x", right.drawn(Random(number)), -100.0)
        left.learn(fact)
        right.learn(fact)
    assert left.generation > 5
    assert left.drawn(Random(7)) == right.drawn(Random(7))


def test_results_of_many_rounds_at_a_time_are_not_lost():
    """With as many rounds under way as a generation has candidates, the search still moves."""
    search, dice, number = Search([0.0] * 4, 0.5), Random(1), 0
    for _ in range(40):
        drawn = [search.drawn(dice) for _ in range(search.population)]
        for traits in drawn:
            number += 1
            search.learn(Judged(number, sphere(traits["at"]), "drop", "x", traits, -100.0))
    assert search.generation == 40


def test_all_failures_never_stop_it_and_keep_nothing():
    lived = world(lambda texts, task, before: Result(task, None, "timeout") if before else Result(task, 0.0))
    assert lived.evolve(100).measured == 100


def test_whole_numbers_stay_whole_and_a_seed_of_nothing_else_goes_on():
    def near(texts, task, before):
        program = {}
        exec(texts["main.py"], program)
        return Result(task, -float(abs(program["N"] - 17)))

    lived = world(near, {"main.py": "# EVOLVE-BLOCK-START\nN = 3\n# EVOLVE-BLOCK-END\n"}).evolve(200)
    assert lived.population.best_so_far[-1][1] == 0.0


@pytest.mark.parametrize(
    ("text", "parameters", "why"),
    [
        ("print('nothing')\n", {}, "there is no number"),
        ("X = [" + "1.5, " * 2500 + "]\n", {}, "at most 2,000"),
        ("X = 1.5\n", {"sigma": 0.0}, "sigma is 0.0"),
        ("X = 1.5\n", {"sigma": math.nan}, "sigma is nan"),
        ("X = 1.5\n", {"population": 2}, "population is 2"),
        ("X = 1.5\n", {"low": 2.0, "high": 1.0}, "no interval"),
    ],
)
def test_what_does_not_fit_is_told(text, parameters, why):
    assert why in RECIPE.fits(setup(text, **parameters))


def test_limits_hold_for_every_candidate():
    seen = []

    def score(texts, task, before):
        values = [float(part) for part in texts["main.py"].split("[")[1].split("]")[0].split(",")]
        seen.extend(values)
        return Result(task, sum(values))

    world(score, parameters={"low": -1.0, "high": 1.25}).evolve(300)
    assert min(seen) >= -1.0
    assert 1.2 < max(seen) <= 1.25


def test_it_is_the_same_run_whatever_round_it_is_taken_up_in():
    conformance.resumes_from_every_position("cma_es")
