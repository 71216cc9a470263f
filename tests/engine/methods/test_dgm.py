"""DGM: parents drawn by how few children they have, where what scores best leads nowhere, and where it does not."""

from dataclasses import replace
from functools import cache

import pytest

from apps.engine import registry
from apps.engine.archives.lineages import Lineages
from apps.engine.methods import dgm
from apps.engine.records import Result
from apps.engine.setup import Setup
from apps.engine.testing.quick import Quick
from apps.engine.testing.toy import TEXTS
from tests.engine.methods.laws import being, child_by, margin, texts

SEEDS = range(20)
CANDIDATES = 200
PEAK, SLOPE, FALLEN = "peak", "slope", "fallen"
START = texts(quality=0.3, kind=SLOPE, name=0.0)


def stagnating(base, dice):
    """Half of the seed's children are much better, and everything made of those breaks; the other way is long."""
    if base["kind"] != SLOPE:
        return {"quality": 0.1, "kind": FALLEN, "name": dice.random()}
    if base["quality"] == 0.3 and dice.random() < 0.5:
        return {"quality": 0.7, "kind": PEAK, "name": dice.random()}
    quality = base["quality"] + (0.06 if dice.random() < 0.5 else -0.03)
    return {"quality": min(0.95, quality), "kind": SLOPE, "name": dice.random()}


def persisting(base, dice):
    """Only few changes help, the others break; so it takes many tries at the best there is."""
    if base["kind"] == SLOPE and dice.random() < 0.2:
        return {"quality": min(0.95, base["quality"] + 0.1), "kind": SLOPE, "name": dice.random()}
    return {"quality": 0.1, "kind": FALLEN, "name": dice.random()}


def solves(candidate, task, _before):
    return Result(task, being(candidate)["quality"])


@cache
def best(law, novelty, seed):
    """The best score after the budget."""
    recipe = replace(dgm.RECIPE, vary=child_by(law), archive=lambda setup: Lineages(novelty=novelty))
    lived = Quick(recipe, seed, START, solves).evolve(CANDIDATES)
    return lived.population.best_so_far[-1][1]


def lead(law):
    """By how much novelty leads score alone: (mean, standard error)."""
    return margin([best(law, True, seed) - best(law, False, seed) for seed in SEEDS])


def test_few_children_count_where_the_best_lineage_stagnates():
    mean, error = lead(stagnating)
    assert mean > 3 * error, f"{mean:.3f} ± {error:.3f}"


def test_few_children_cost_where_it_takes_many_tries_at_the_best():
    mean, error = lead(persisting)
    assert mean < -2 * error, f"{mean:.3f} ± {error:.3f}"


@pytest.mark.parametrize(
    ("given", "said"), [({}, ""), ({"archive": "best"}, "keep_all or"), ({"leeway": -1.0}, "0 or more")]
)
def test_settings_that_make_no_sense_are_told_before_the_run(given, said):
    recipe = registry.get("dgm")
    complaint = recipe.fits(Setup(TEXTS, {"main.py": "regions"}, parameters=recipe.settings(given)))
    assert said in complaint
    assert bool(said) == bool(complaint)


def test_keep_better_drops_what_is_far_below_the_seed():
    recipe = replace(dgm.RECIPE, vary=child_by(persisting))
    verdicts = {
        kept: [
            member.verdict
            for member in Quick(recipe, 1, START, solves, parameters=given).evolve(30).population.members.values()
        ]
        for kept, given in (("all", {}), ("better", {"archive": "keep_better"}))
    }
    assert set(verdicts["all"]) == {"keep"}
    assert verdicts["better"].count("drop") > 10
