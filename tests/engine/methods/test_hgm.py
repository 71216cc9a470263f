"""HGM against the same search without clades, where scores mislead about descendants and where they do not."""

from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import ClassVar

import pytest

from apps.engine import registry
from apps.engine.archives.clades import alive
from apps.engine.methods import hgm
from apps.engine.records import Result
from apps.engine.selection.clade import BestBelief, CladeThompson
from apps.engine.setup import Setup
from apps.engine.testing.quick import Quick
from apps.engine.testing.toy import TEXTS
from tests.engine.methods.laws import being, child_by, margin, texts

TASKS = tuple(f"task{number}" for number in range(40))
EXPANSION = 5  # what an expansion costs, in measurements
UNITS = 1500
SEEDS = range(16)
TALENT = 0.4  # share of the seed's children whose descendants get better

# By how much a child of the seed scores above it, and how much its descendants gain with each generation.
GIFTED, FLASHY = (-0.05, 0.06), (0.12, -0.05)
WORLDS = {
    "mismatch": (GIFTED, FLASHY),  # who scores well at once has the worse descendants
    "aligned": ((FLASHY[0], GIFTED[1]), (GIFTED[0], FLASHY[1])),
}


@dataclass(frozen=True, slots=True)
class Greedy:
    """Whoever has the best mean of its own."""

    name: ClassVar[str] = "greedy"

    def choose(self, population, rng, n):
        pools = {number: population.archive.own(number) for number in alive(population)}
        return [max((number for number in pools if pools[number].count), key=lambda n: pools[n].total / pools[n].count)]


ARMS = {"clades": CladeThompson(), "own": CladeThompson(own=True), "greedy": Greedy()}


def law(world):
    gifted, other = WORLDS[world]

    def born(base, dice):
        if base["generation"] == 0:
            gain, slope = gifted if dice.random() < TALENT else other
        else:
            slope = base["slope"]
            gain = dice.gauss(slope, 0.04)
        quality = min(0.98, max(0.02, base["quality"] + gain))
        return {"quality": quality, "slope": slope, "generation": base["generation"] + 1, "name": dice.random()}

    return born


def solves(candidate, task, _before):
    """Each task is solved with the candidate's quality as its chance, and then always."""
    who = being(candidate)
    return Result(task, float(Random(f"{who['name']}/{task}").random() < who["quality"]))


@cache
def found(world, arm, seed):
    """True quality of the best belief after the units are spent."""
    recipe = replace(hgm.RECIPE, vary=child_by(law(world)), select=ARMS[arm])
    start = texts(quality=0.3, slope=0.0, generation=0, name=0.0)
    lived = Quick(recipe, seed, start, solves, TASKS, parameters={"block": 5, "trusted": 10**6})
    number = 0
    while lived.measurements + EXPANSION * len(lived.contents) < UNITS + len(TASKS):
        lived.round(number)
        number += 1
    (best,) = BestBelief().choose(lived.population, Random(0), 1)
    return being(lived.contents[best])["quality"]


def lead(world, arm):
    """By how much clades lead an arm over the seeds: (mean, standard error)."""
    return margin([found(world, "clades", seed) - found(world, arm, seed) for seed in SEEDS])


def test_clades_find_better_candidates_where_scores_mislead_about_descendants():
    assert lead("mismatch", "greedy")[0] > 0.1
    mean, error = lead("mismatch", "own")
    assert mean > 1.5 * error, f"{mean:.3f} ± {error:.3f}"


def test_clades_lead_by_nothing_where_scores_tell_the_truth_about_descendants():
    mean, error = lead("aligned", "own")
    assert abs(mean) < 0.04, f"{mean:.3f} ± {error:.3f}"


def test_a_round_ends_with_one_expansion_and_measures_before_it_as_much_as_ucb_air_says():
    lived = Quick(
        replace(hgm.RECIPE, vary=child_by(law("aligned"))),
        1,
        texts(quality=0.3, slope=0.0, generation=0, name=0.0),
        solves,
        TASKS,
        parameters={"trusted": 10**6},
    )
    for number in range(30):
        lived.round(number)
        made = len(lived.contents) - 1
        assert made == number
        assert lived.population.archive.measurements == (
            0 if made <= 5 else next(n for n in range(500) if n**0.6 >= made - 1)
        )


def test_the_best_belief_is_measured_on_everything_and_judged():
    start = texts(quality=0.3, slope=0.0, generation=0, name=0.0)
    lived = Quick(
        replace(hgm.RECIPE, vary=child_by(law("aligned"))), 1, start, solves, TASKS, parameters={"trusted": 10}
    )
    for number in range(41):
        lived.round(number)
    kept = [number for number, member in lived.population.members.items() if member.verdict == "keep" and number]
    assert kept
    assert all(lived.population.score(number) is not None for number in kept)


@pytest.mark.parametrize(
    ("given", "said"),
    [({}, ""), ({"alpha": 1.5}, "between 0 and 1"), ({"block": 0}, "at least 1"), ({"percentile": 1.0}, "below 1")],
)
def test_settings_that_make_no_sense_are_told_before_the_run(given, said):
    recipe = registry.get("hgm")
    complaint = recipe.fits(Setup(TEXTS, {"main.py": "regions"}, parameters=recipe.settings(given)))
    assert said in complaint
    assert bool(said) == bool(complaint)
