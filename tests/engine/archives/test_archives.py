"""Each archive, after whatever happened, holds what a look at all candidates would find."""

from math import dist

import pytest
from hypothesis import given

from apps.engine.archives import task_fronts
from apps.engine.archives.elites import Elites
from apps.engine.archives.front import Front
from apps.engine.archives.grid import Grid
from apps.engine.archives.islands import Islands
from apps.engine.archives.novelty import Novelty
from apps.engine.archives.task_fronts import TaskFronts
from apps.engine.axes import Descriptor, Objective
from apps.engine.population import Member, Population
from apps.engine.records import Result
from tests.engine.archives.lives import empty, events, listed, lived

FILL, SIZE = Descriptor("fill", 0, 4, 3), Descriptor("size", 0, 4, 4)
COST, SMALL = Objective("cost", maximise=False), Objective("size", maximise=False)
TASKS = ("one", "two", "three")


@given(events(["task"]))
def test_each_cell_of_a_grid_has_the_best_of_those_who_lie_there(happened):
    grid = Grid([FILL, SIZE])
    population = lived(empty(grid), happened)
    inside = {}
    for number, score in listed(population).items():
        fill = population.value(number, "fill")
        if fill is not None:
            cell = (FILL.cell(fill), SIZE.cell(population.value(number, "size")))
            inside.setdefault(cell, []).append((-score, number))
    assert grid.cells == sorted(inside)
    assert {cell: grid.elite(cell) for cell in grid.cells} == {cell: min(all_)[1] for cell, all_ in inside.items()}
    assert grid.best(99) == [number for _, number in sorted(min(all_) for all_ in inside.values())]


@given(events(["task"]))
def test_a_grid_admits_who_opens_a_cell_or_beats_its_elite(happened):
    grid = Grid([FILL, SIZE])
    population = lived(empty(grid), happened)
    before = {cell: population.listed(grid.elite(cell)) for cell in grid.cells}
    for fill in (0.0, 2.0, None):
        number = len(population.members)
        population.add(Member(number, (), {}, bytes([100 + number]), "any", size=2))
        population.measured(number, [Result("task", 1.5, "", {} if fill is None else {"fill": fill})])
        cell = None if fill is None else (FILL.cell(fill), SIZE.cell(2))
        expected = cell is not None and (cell not in before or before[cell] < 1.5)
        assert grid.admits(population, number)[0] == expected


@given(events(["task"]))
def test_the_front_is_what_no_candidate_beats(happened):
    front = Front([COST, SMALL])
    population = lived(empty(front), happened)
    gains = {}
    for number, score in listed(population).items():
        cost = population.value(number, "cost")
        if cost is not None:
            gains[number] = (score, -cost, -population.value(number, "size"))

    def beats(one, other):
        better = all(a >= b for a, b in zip(gains[one], gains[other], strict=True))
        return better and (gains[one] != gains[other] or one < other)

    assert front.numbers == [n for n in gains if not any(beats(other, n) for other in gains)]
    assert all(front.crowding(number) >= 0 for number in front.numbers)


def test_crowding_is_the_room_between_the_neighbours_of_a_front():
    front = Front([COST])
    population = empty(front)
    for number, (score, cost) in enumerate([(0.0, 0.0), (1.0, 1.0), (3.0, 2.0), (4.0, 8.0)]):
        population.add(Member(number, (), {}, bytes([number]), "any"))
        population.measured(number, [Result("task", score, "", {"cost": cost})])
        population.judged(number, "keep")
    assert [front.crowding(number) for number in range(4)] == pytest.approx(
        [float("inf"), 3 / 4 + 2 / 8, 3 / 4 + 7 / 8, float("inf")]
    )


@given(events(TASKS))
def test_task_fronts_are_the_best_on_each_task(happened):
    fronts = TaskFronts(TASKS)
    population = lived(empty(fronts, TASKS), happened)
    _check_task_fronts(fronts, population)


@given(events(TASKS))
def test_task_fronts_that_forget_still_know_the_first_of_the_best(happened):
    kept, task_fronts.HELD = task_fronts.HELD, 2
    try:
        fronts = TaskFronts(TASKS)
        population = lived(empty(fronts, TASKS), happened)
        for task in TASKS:
            assert set(fronts.best(task)) == set(_leaders(population, task)[:2])
    finally:
        task_fronts.HELD = kept


def _leaders(population, task):
    scores = {number: population.estimate(number).task(task) for number in listed(population)}
    best = max(scores.values(), default=None)
    there = listed(population)
    return sorted((n for n in scores if scores[n] == best), key=lambda n: (-there[n], n))


def _check_task_fronts(fronts, population):
    leaders = {task: set(_leaders(population, task)) for task in TASKS}
    assert {task: set(fronts.best(task)) for task in TASKS} == leaders
    shares = fronts.shares()
    for task in TASKS:
        assert not leaders[task] or leaders[task] & shares.keys(), "each front keeps somebody"
    for number, count in shares.items():
        mine = [task for task in TASKS if number in leaders[task]]
        assert count == len(mine)
        assert any(leaders[task] & shares.keys() == {number} for task in mine), "nobody who could be missed is left"


@given(events(["task"]))
def test_novelty_is_the_mean_distance_to_the_nearest(happened):
    archive = Novelty([FILL, SIZE], neighbours=3, capacity=5)
    population = lived(empty(archive), happened)
    points = {n: (population.value(n, "fill") / 4, population.value(n, "size") / 4) for n in archive.numbers}
    for number, point in points.items():
        distances = sorted(dist(point, other) for n, other in points.items() if n != number)[:3]
        expected = sum(distances) / len(distances) if distances else float("inf")
        assert archive.of(number) == pytest.approx(expected)
    assert len(points) <= 5
    assert points.keys() <= listed(population).keys()


def test_what_is_not_new_enough_does_not_come_in():
    archive = Novelty([SIZE], threshold=0.2)
    population = empty(archive)
    for number, size in enumerate([0, 0, 4]):
        population.add(Member(number, (), {}, bytes([number]), "any", size=size))
        population.measured(number, [Result("task", 1.0)])
        if number == 0:
            population.judged(0, "keep")
    assert [archive.admits(population, number)[0] for number in (1, 2)] == [False, True]


@given(events(["task"]))
def test_an_island_holds_the_best_that_came_and_no_content_twice(happened):
    elites = Elites(capacity=3)
    population = lived(empty(elites), happened)
    held = list(elites.ranked)
    assert held == sorted(held, key=lambda n: (-population.listed(n), n))
    assert len({population.members[n].key for n in held}) == len(held) <= 3


def test_the_newcomer_takes_the_place_of_the_worst():
    elites = Elites(capacity=2)
    population = empty(elites)
    for number, score in enumerate([1.0, 2.0, 3.0, 0.5]):
        population.add(Member(number, (), {}, bytes([number]), "any"))
        population.measured(number, [Result("task", score)])
        assert elites.admits(population, number)[0] == (score > 0.5)
        population.judged(number, "keep")
    assert list(elites.ranked) == [2, 1]


@given(events(["task"]))
def test_islands_hold_who_was_born_there_and_whoever_was_sent(happened):
    islands = Islands([Grid([SIZE]), Grid([SIZE])], interval=1000)
    population = lived(empty(islands), happened)

    def homes(number):
        member = population.members[number]
        if "island" in member.traits:
            return {member.traits["island"]}
        return homes(member.parents[0]) if member.parents else {0, 1}

    for island, deme in enumerate(islands.demes):
        alone = Grid([SIZE])
        for number in population.members:
            if island in homes(number):
                alone.changed(population, number)
        assert deme.best(99) == alone.best(99)


def test_the_best_of_each_island_go_to_the_next_one():
    islands = Islands([Elites(9), Elites(9), Elites(9)], interval=4, migrants=1)
    population = empty(islands)

    def born(number, island, score):
        population.add(Member(number, (0,) if number else (), {}, bytes([number]), "any", {"island": island}))
        population.measured(number, [Result("task", score)])
        population.judged(number, "keep")

    for number, island in enumerate([0, 1, 2, 0]):
        born(number, island, float(number))
    assert [deme.best(9) for deme in islands.demes] == [[3, 0], [1], [2]]
    born(4, 1, 0.5)
    assert [deme.best(9) for deme in islands.demes] == [[3, 2, 0], [3, 1, 4], [2, 1]]
    population.judged(3, "revert")
    assert [deme.best(9) for deme in islands.demes] == [[2, 0], [1, 4], [2, 1]]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Elites(0),
        lambda: Islands([], 1),
        lambda: Islands([Elites(1)], 0),
        lambda: Islands([Elites(1)], 1, -1),
        lambda: Novelty([SIZE], neighbours=0),
    ],
)
def test_archives_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError, match="at least 1"):
        make()


def test_an_archive_is_told_in_the_order_of_the_records():
    told = []

    class Listening:
        def changed(self, population, number):
            told.append((number, population.listed(number)))

    population = Population(("task",), archive=Listening())
    lived(population, [("born", 0, 0, {"task": (1.0, {})}, 3), ("revert", 0, 0, {"task": (1.0, {})}, 3)])
    assert told == [(0, 1.0), (0, None)]
