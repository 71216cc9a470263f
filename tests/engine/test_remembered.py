"""What people may read of a method's memory: as its archive holds it, plain, and small however long the run."""

from dataclasses import replace

import pytest

from apps.engine.canonical import decode, encode
from apps.engine.methods import dgm, dser, hgm, hill_climb, self_repair
from apps.engine.records import Result, Shown
from apps.engine.remembered import LISTED, remembered
from apps.engine.testing.quick import Quick
from tests.engine.methods.laws import being, child_by, speaker, texts


def lived(recipe, candidates, *, born=lambda base, dice: {"quality": dice.random()}, tasks=("a", "b"), **given):
    """A run on some tasks; a candidate scores its quality on each."""
    made = Quick(
        replace(recipe, vary=child_by(born)),
        1,
        texts(quality=0.2),
        lambda candidate, task, _before: Result(task, being(candidate)["quality"]),
        tasks,
        parameters=given,
    ).evolve(candidates)
    return remembered(made.population, recipe.settings(given)), made.population


def test_a_method_without_such_a_memory_says_nothing():
    told, _ = lived(hill_climb.RECIPE, 3)
    assert told == {}


def test_clades_are_listed_by_belief_with_what_is_done_next_and_who_is_trusted():
    told, population = lived(hgm.RECIPE, 30)
    clades = told["clades"]
    assert len(clades["best"]) == LISTED
    number, own, own_count, wins, count = clades["best"][0]
    assert count >= own_count
    assert wins >= own
    beliefs = [(1 + row[3]) / (2 + row[4]) for row in clades["best"]]
    assert beliefs == sorted(beliefs, reverse=True)
    assert clades["made"] == len(population.members) - 1
    assert clades["trusted"] in population.members
    assert decode(encode(told)) == told


@pytest.mark.parametrize(("given", "measures"), [({"initial": 100}, False), ({"alpha": 0.0}, True)])
def test_whether_it_measures_or_expands_next_follows_its_rule(given, measures):
    _, population = lived(hgm.RECIPE, 12)
    told = remembered(population, hgm.RECIPE.settings(given))
    assert told["clades"]["measure"] is measures


def test_lineages_are_the_chances_of_the_next_draw():
    told, population = lived(dgm.RECIPE, 30)
    shares = [share for _, share, _ in told["lineages"]]
    assert len(shares) == LISTED
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1 + 1e-9
    assert all(number in population.members for number, _, _ in told["lineages"])


def test_repairs_are_told_by_round_and_error_beside_drafts():
    def never(base, dice, asked):
        return {"fault": dice.randrange(1, 40), "name": dice.random()}

    def tell(candidate, result):
        return Shown(result.task, result.score, feedback="ValueError: fault")

    made = Quick(
        self_repair.RECIPE, 1, texts(fault=1), lambda *seen: Result(seen[1], 0.0), model=speaker(never), tell=tell
    ).evolve(13)
    told = remembered(made.population, self_repair.RECIPE.settings({}))["repairs"]
    assert told["attempts"] == [[1, 3, 0], [2, 2, 0], [3, 2, 0], [4, 2, 0], [5, 2, 0]]
    assert told["errors"] == [["value", 11, 0]]
    assert told["drafts"] == [2, 0]


def test_refinements_are_told_as_they_are_counted():
    told, population = lived(dser.RECIPE, 1)
    found = population.archive.transitions
    assert told["refinements"] == [found.wrong, found.mended, found.right, found.broken]
