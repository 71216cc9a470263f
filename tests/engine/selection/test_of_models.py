"""Rules of methods whose edits a model makes: weighted parents, explore and exploit, who was born on an island."""

from collections import Counter
from math import exp
from random import Random

import pytest

from apps.engine.archives.elites import Elites
from apps.engine.archives.families import Families
from apps.engine.archives.grid import Grid
from apps.engine.archives.islands import Islands
from apps.engine.axes import Descriptor
from apps.engine.population import Member, Population
from apps.engine.records import Result
from apps.engine.selection import BestHere, BornHere, ExploreExploit, Weighted
from apps.engine.selection.weighted import merits

DRAWS = 6000
HERE, THERE = {"island": 0}, {"island": 1}


def families(islands=2, capacity=10):
    return Families(Islands([Elites(capacity) for _ in range(islands)], interval=1000, migrants=0))


def populated(archive, born):
    """Candidates, each (score, parent, traits, decision)."""
    population = Population(("task",), archive=archive)
    for number, (score, parent, traits, decision) in enumerate(born):
        parents = () if parent is None else (parent,)
        population.add(Member(number, parents, {}, bytes([number]), "any", traits, number * 10))
        population.measured(number, [Result("task", score)])
        population.judged(number, decision)
    return population


def shares(rule, population):
    found = Counter(rule.choose(population, Random(5), DRAWS))
    return {number: count / DRAWS for number, count in found.items()}


def test_weights_are_merit_divided_by_children():
    """Scores 0, 1, 2: median 1, MAD 1. The seed has two children, the others none."""
    population = populated(families(1), [(0.0, None, {}, "keep"), (1.0, 0, {}, "keep"), (2.0, 0, {}, "keep")])
    weights = {0: 1 / (1 + exp(1)) / 3, 1: 1 / 2, 2: 1 / (1 + exp(-1))}
    seen = shares(Weighted(0, 1.0), population)
    for number, weight in weights.items():
        assert seen[number] == pytest.approx(weight / sum(weights.values()), abs=0.03)


def test_children_that_were_dropped_count_for_their_parent_too():
    population = populated(families(1), [(0.0, None, {}, "keep"), (-1.0, 0, {}, "drop"), (-2.0, 0, {}, "drop")])
    assert population.archive.children(0) == 2
    population.judged(1, "drop")
    assert population.archive.children(0) == 2


def test_merit_is_the_same_for_scores_of_any_size_and_finite_for_extreme_ones():
    assert merits([1.0, 2.0, 4.0], 10.0) == pytest.approx(merits([1e6 + 1e3, 1e6 + 2e3, 1e6 + 4e3], 10.0))
    assert merits([0.0, 1.0, 2.0, 1e300], 10.0)[-1] == 1.0
    assert merits([5.0, 5.0, 5.0], 10.0) == [0.5, 0.5, 0.5]


def test_parents_are_drawn_uniformly_where_every_weight_is_zero():
    scores = [(score, None if score == 0.0 else 0, {}, "keep") for score in (0.0, 1.0)]
    seen = shares(Weighted(0, 1e6), populated(families(1), scores))
    assert set(seen) <= {0, 1}


def test_parents_come_from_their_island_and_from_the_best_while_it_is_empty():
    born = [(0.0, None, HERE, "keep"), (1.0, 0, HERE, "keep"), (5.0, 0, HERE, "keep")]
    assert set(shares(Weighted(1), populated(families(), born))) == {2}
    assert set(shares(Weighted(1), populated(families(), [*born, (0.5, 0, THERE, "keep")]))) == {3}


def test_an_island_remembers_everybody_who_was_born_on_it_youngest_first():
    born = [(0.0, None, {}, "keep"), (1.0, 0, HERE, "keep"), (-1.0, 0, THERE, "drop"), (None, 0, HERE, "drop")]
    population = populated(families(), born)
    assert BornHere(0).choose(population, Random(1), 10) == [3, 1, 0]
    assert BornHere(1).choose(population, Random(1), 10) == [2, 0]
    assert BornHere(0).choose(population, Random(1), 1) == [3]


def test_explore_draws_anybody_exploit_an_elite_and_the_rest_go_by_score():
    """Five cells; the archive holds the best two, numbers 3 and 4, and the worse of them has next to no weight."""
    grid = Grid([Descriptor("size", 0, 50, 5)])
    population = populated(grid, [(float(n), None if n == 0 else 0, {}, "keep") for n in range(5)])
    seen = shares(ExploreExploit(0, explore=0.2, exploit=0.6, archive=2), population)
    assert seen[4] == pytest.approx(0.2 / 5 + 0.6 / 2 + 0.2, abs=0.03)
    assert seen[3] == pytest.approx(0.2 / 5 + 0.6 / 2, abs=0.03)
    assert seen[0] == pytest.approx(0.2 / 5, abs=0.02)


def test_the_best_of_an_island_come_best_first():
    born = [(0.0, None, HERE, "keep"), (2.0, 0, HERE, "keep"), (1.0, 0, HERE, "keep"), (9.0, 0, THERE, "keep")]
    assert BestHere(0).choose(populated(families(), born), Random(1), 2) == [1, 2]


@pytest.mark.parametrize(("migrants", "sent"), [(0.5, 2), (0.1, 1), (3, 3)])
def test_a_share_of_an_island_goes_on_and_at_least_one(migrants, sent):
    islands = Islands([Elites(10), Elites(10)], interval=4, migrants=migrants)
    populated(islands, [(float(number), None if number == 0 else 0, HERE, "keep") for number in range(5)])
    assert islands.deme(1).size == sent
