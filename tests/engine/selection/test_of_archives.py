"""Rules that draw from a method's archive, and fitness-proportional draws."""

from collections import Counter
from random import Random

import pytest

from apps.engine.archives.elites import Elites
from apps.engine.archives.fronts import Fronts
from apps.engine.archives.grid import Grid
from apps.engine.archives.islands import Islands
from apps.engine.archives.newest import Newest
from apps.engine.archives.novelty import Novelty
from apps.engine.axes import Descriptor, Objective
from apps.engine.effects import Refused
from apps.engine.population import Member, Population
from apps.engine.records import Result
from apps.engine.selection import (
    Crowded,
    IslandTournament,
    Latest,
    MostNovel,
    Proportional,
    TaskFront,
    UniformCell,
)

SIZE, FILL = Descriptor("size", 0, 100, 10), Descriptor("fill", 0, 1, 10)
DRAWS = 6000


def populated(archive, born, tasks=("task",)):
    """Kept candidates, each (score or scores by task, size, traits)."""
    population = Population(tasks, archive=archive)
    for number, (scores, size, traits) in enumerate(born):
        given = scores if isinstance(scores, tuple) else (scores,)
        population.add(Member(number, (0,) if number else (), {}, bytes([number]), "any", traits, size))
        population.measured(number, [Result(task, score) for task, score in zip(tasks, given, strict=True)])
        population.judged(number, "keep")
    return population


def drawn(rule, population, draws=DRAWS):
    return Counter(rule.choose(population, Random(5), draws))


def close(seen, expected):
    """Are these counts what such shares give? chi-square with at most 4 degrees of freedom, p = 0.001."""
    total = sum(seen.values())
    assert seen.keys() <= expected.keys()
    return sum((seen[n] - total * share) ** 2 / (total * share) for n, share in expected.items()) < 18.5


@pytest.mark.parametrize("shift", [0.0, -1000.0])
def test_proportional_draws_by_the_distance_to_the_worst_of_the_window(shift):
    population = populated(None, [(shift + score, 1, {}) for score in (0.0, 4.0, 1.0, 3.0)])
    assert close(drawn(Proportional(4), population), {1: 4 / 8, 3: 3 / 8, 2: 1 / 8})
    assert close(drawn(Proportional(3), population), {1: 3 / 5, 3: 2 / 5})


def test_proportional_draws_equal_scores_equally():
    population = populated(None, [(-2.0, 1, {})] * 4)
    assert close(drawn(Proportional(), population), dict.fromkeys(range(4), 1 / 4))


def test_proportional_takes_scores_whose_difference_no_float_holds():
    population = populated(None, [(-1.7e308, 1, {}), (0.0, 1, {}), (1.7e308, 1, {})])
    assert close(drawn(Proportional(), population), {2: 2 / 3, 1: 1 / 3})


def test_cells_are_drawn_alike_however_many_lie_there():
    born = [(1.0, 5, {}), (2.0, 15, {}), (3.0, 15, {}), (4.0, 95, {}), (3.5, 95, {})]
    assert close(drawn(UniformCell(), populated(Grid([SIZE]), born)), {0: 1 / 3, 2: 1 / 3, 3: 1 / 3})


def test_a_map_whose_axis_was_never_told_says_so():
    with pytest.raises(Refused, match="no candidate has a place on the map: fill was never told"):
        UniformCell().choose(populated(Grid([FILL]), [(1.0, 5, {})]), Random(1), 1)
    with pytest.raises(Refused, match="no candidate has a behaviour: fill was never told"):
        MostNovel().choose(populated(Novelty([FILL]), [(1.0, 5, {})]), Random(1), 1)


@pytest.mark.parametrize(("rule", "archive"), [(UniformCell(), Grid([SIZE])), (MostNovel(), Novelty([SIZE]))])
def test_an_archive_that_lost_all_gives_way_to_the_best(rule, archive):
    population = Population(("task",), archive=archive)
    population.ranked.add(7, 1.0)
    assert rule.choose(population, Random(1), 2) == [7, 7]


def on_islands():
    born = [(1.0, 1, {"island": 0}), (5.0, 1, {"island": 1}), (2.0, 1, {"island": 0}), (3.0, 1, {"island": 0})]
    return populated(Islands([Elites(9), Elites(9), Elites(9)], interval=100), born)


def test_a_tournament_is_held_among_those_of_the_island():
    assert close(drawn(IslandTournament(0, 2), on_islands()), {3: 5 / 9, 2: 3 / 9, 0: 1 / 9})
    assert drawn(IslandTournament(1, 2), on_islands(), 10).keys() == {1}
    assert drawn(IslandTournament(2, 9), on_islands(), 10).keys() == {1}, "an empty island draws from all"


def test_parents_are_drawn_by_the_number_of_tasks_on_which_they_lead():
    tasks = ("a", "b", "c")
    born = [((1.0, 0.0, 0.0), 1, {}), ((1.0, 2.0, 0.0), 1, {}), ((0.0, 0.0, 3.0), 1, {}), ((0.5, 0.5, 0.5), 1, {})]
    population = populated(Fronts([], tasks), born, tasks)
    assert close(drawn(TaskFront(), population), {1: 2 / 3, 2: 1 / 3})


def test_the_ends_of_a_front_are_drawn_before_its_middle():
    small = Objective("size", maximise=False)
    born = [(1.0, 1, {}), (2.0, 2, {}), (3.0, 3, {}), (0.5, 9, {})]
    population = populated(Fronts([small], ("task",)), born)
    assert close(drawn(Crowded(), population), {0: 4 / 9, 1: 1 / 9, 2: 4 / 9})


def test_fronts_without_members_give_way_to_the_best():
    population = Population(("task",), archive=Fronts([Objective("cost")], ("task",)))
    population.ranked.add(7, 1.0)
    assert Crowded().choose(population, Random(1), 2) == [7, 7]
    assert TaskFront().choose(population, Random(1), 2) == [7, 7]


def test_the_search_stands_where_it_was_kept_last():
    population = populated(Newest(2), [(9.0, 1, {}), (1.0, 1, {}), (2.0, 1, {})])
    assert Latest().choose(population, Random(1), 2) == [2, 2]
    population.judged(2, "revert")
    assert Latest().choose(population, Random(1), 1) == [1]
    population.judged(1, "revert")
    assert Latest().choose(population, Random(1), 1) == [0], "the best where the archive holds nobody"


def test_the_more_novel_wins():
    population = populated(Novelty([SIZE]), [(9.0, 0, {}), (8.0, 1, {}), (1.0, 90, {})])
    assert close(drawn(MostNovel(2), population), {2: 5 / 9, 0: 3 / 9, 1: 1 / 9})


@pytest.mark.parametrize("make", [lambda: Proportional(0), lambda: IslandTournament(0, 0), lambda: MostNovel(0)])
def test_rules_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError, match="at least 1"):
        make()
