"""Axes: where a value lies on a map, and which maps make no sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.axes import Axes, Descriptor, Objective, axes_from, axes_payload
from apps.engine.canonical import decode, encode
from apps.engine.records import facts_of


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_value_lies_in_a_cell_and_the_outer_cells_take_what_is_beyond(value):
    axis = Descriptor("fill", -2.0, 3.0, 7)
    assert 0 <= axis.cell(value) <= 6
    assert value >= -2 or axis.cell(value) == 0
    assert value < 3 or axis.cell(value) == 6


def test_cells_have_equal_width():
    axis = Descriptor("fill", 0, 1, 4)
    assert [axis.cell(value) for value in (0.0, 0.24, 0.26, 0.5, 0.74, 0.76, 1.0)] == [0, 0, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Descriptor("x", 1, 1), "low below its high"),
        (lambda: Descriptor("x", float("nan"), 1), "low below its high"),
        (lambda: Descriptor("x", 0, 1, 0), "at least 1 cell"),
        (lambda: Axes((Descriptor("x", 0, 1, 10**5), Descriptor("y", 0, 1, 10**4))), "1,000,000,000 cells"),
        (lambda: Axes((), (Objective("x"), Objective("x"))), "'x' is named twice"),
    ],
)
def test_a_map_that_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_axes_survive_the_journal():
    axes = Axes((Descriptor("fill", 0, 1, 4), Descriptor("size", 10, 20)), (Objective("size", maximise=False),))
    assert axes_from(decode(encode(axes_payload(axes)))) == axes
    assert axes.metrics == ("fill",)
    assert axes_payload(Axes()) == {}


def test_what_is_no_finite_number_is_no_fact():
    told = {"a": 1, "b": float("nan"), "c": "3", "d": float("inf"), "e": 0.5}
    assert facts_of(told, ("a", "b", "c", "d", "f")) == {"a": 1.0}
