"""Laying the candidates of a run on a map and a front, from plain rows."""

from math import inf, nan

from hypothesis import given
from hypothesis import strategies as st

from apps.engine.archives.map import Elite, Row, cells, front
from apps.engine.axes import Descriptor, Objective

FILL = Descriptor("fill", 0, 1, 4)
SIZE = Descriptor("size", 0, 100, 5)
COST = Objective("cost", maximise=False)
SPEED = Objective("speed")

few = st.integers(0, 3).map(float)  # so few values that ties and dominance are frequent
known = st.one_of(few, few, few, st.none(), st.sampled_from([nan, inf]))


@st.composite
def rows(draw, names):
    drawn = draw(st.lists(st.tuples(known, *(known for _ in names)), max_size=25))
    made = [Row(number, score, dict(zip(names, values, strict=True))) for number, (score, *values) in enumerate(drawn)]
    return draw(st.permutations(made))


def placed(rows, names):
    good = {0.0, 1.0, 2.0, 3.0}
    return [row for row in rows if row.score in good and all(row.values[name] in good for name in names)]


def dominated(gains, other):
    return gains != other and all(b >= a for a, b in zip(gains, other, strict=True))


@given(rows(["cost", "speed"]))
def test_the_front_is_what_nothing_dominates_with_one_of_equals(rows):
    gains = {
        row.number: (row.score, -row.values["cost"], row.values["speed"]) for row in placed(rows, ["cost", "speed"])
    }
    best = [n for n, mine in gains.items() if not any(dominated(mine, other) for other in gains.values())]
    eldest = {n for n in best if n == min(m for m in best if gains[m] == gains[n])}
    found = front(rows, [COST, SPEED])
    assert set(found) == eldest
    assert [gains[n][0] for n in found] == sorted((gains[n][0] for n in found), reverse=True)


@given(rows(["fill", "size"]))
def test_a_cell_shows_its_best_and_counts_all(rows):
    there = placed(rows, ["fill", "size"])
    found = cells(rows, [FILL, SIZE])
    assert sum(elite.held for elite in found.values()) == len(there)
    for cell, elite in found.items():
        inside = [r for r in there if (FILL.cell(r.values["fill"]), SIZE.cell(r.values["size"])) == cell]
        assert elite.number == max(inside, key=lambda row: (row.score, -row.number)).number
        assert elite.held == len(inside)


def test_without_objectives_the_front_is_the_best():
    assert front([Row(0, 1.0, {}), Row(1, 3.0, {}), Row(2, 3.0, {}), Row(3, None, {})], []) == [1]
    assert front([], [COST]) == []


def test_without_descriptors_all_lie_in_one_cell():
    assert cells([Row(0, 1.0, {}), Row(1, 3.0, {})], []) == {(): Elite(1, 3.0, 2)}


def test_an_axis_that_was_never_told_leaves_the_map_empty():
    untold = [Row(0, 1.0, {}), Row(1, 2.0, {"fill": None}), Row(2, 2.0, {"fill": nan})]
    assert cells(untold, [FILL]) == {}
    assert front(untold, [COST]) == []
