"""A program's numbers as coordinates: units, limits, and back into the text."""

from hypothesis import given
from hypothesis import strategies as st

from apps.engine.variation.coordinates import coordinates, mirrored, placed

WHOLE = {"main.py": "whole"}
FINITE = st.floats(-1e6, 1e6)


def of(text, **limits):
    return coordinates({"main.py": text}, WHOLE, **limits)


def test_a_lone_number_has_the_scale_of_its_size_and_a_table_shares_one():
    text = "RATE = 0.0012\nZERO = 0.0\nN = 3\nT = [0.01, 0.99, # corner\n 0.5, 0.5, 0.5, 0.5, (0.5), 0.5]\n"
    scales = [axis.scale for axis in of(text)]
    assert scales == [0.001, 1.0, 3.0, *[0.6] * 8]


def test_a_short_list_of_unlike_numbers_shares_nothing():
    assert [axis.scale for axis in of("X = [0.001, 128.0]\n")] == [0.001, 100.0]


def test_a_table_of_fractions_stays_between_0_and_1_and_other_numbers_are_free():
    table = "T = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]\n"
    assert {(axis.low, axis.high) for axis in of(table)} == {(0.0, 1.0)}
    assert all(axis.low < -1e200 for axis in of(table.replace("0.8", "1.8")))
    assert all(axis.low < -1e200 for axis in of("X = 0.5\n"))


def test_limits_that_are_given_hold_for_all():
    assert {(axis.low, axis.high) for axis in of("X = 0.5\nN = 3\n", low=-1.0, high=4.0)} == {(-1.0, 4.0)}


@given(FINITE, st.floats(-100, 100), st.floats(0.01, 100))
def test_a_mirrored_value_is_inside_and_one_that_was_inside_stays(value, low, width):
    high = low + width
    assert low - 1e-6 <= mirrored(value, low, high) <= high + 1e-6
    if low <= value <= high:
        assert mirrored(value, low, high) == value


def test_a_step_beyond_a_wall_is_as_far_before_it():
    assert mirrored(-0.25, 0.0, 1.0) == 0.25
    assert mirrored(1.25, 0.0, 1.0) == 0.75
    assert mirrored(2.25, 0.0, 1.0) == 0.25


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3))
def test_what_is_placed_is_read_again(values):
    texts = {"main.py": "A = 1.5\nB = [-2.0, 7]\n"}
    axes = coordinates(texts, WHOLE)
    changed = {**texts, **placed(texts, axes, [value / axis.scale for value, axis in zip(values, axes, strict=True)])}
    program: dict[str, object] = {}
    exec(changed["main.py"], program)
    found = [program["A"], *program["B"]]
    assert found[:2] == [
        float(f"{value / axis.scale * axis.scale:.12g}") for value, axis in zip(values[:2], axes[:2], strict=True)
    ]
    assert found[2] == round(values[2] / 7 * 7)


def test_the_seed_s_own_place_changes_nothing():
    texts = {"main.py": "A = 1.5\nB = [-2.0, 7]\n", "b.json": '{"k1": 0.75}'}
    axes = coordinates(texts, {"main.py": "whole", "b.json": "whole"})
    assert len(axes) == 4
    assert placed(texts, axes, [axis.start for axis in axes]) == {}
