"""The circle scorer is strict: what it scores is a packing in exact arithmetic, whatever the candidate says."""

from fractions import Fraction
from itertools import combinations
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def evaluator(load):
    return load("circle_packing_26", "evaluator.py")


@pytest.fixture(scope="module")
def grid():
    """26 circles of radius 0.08 in a 6 by 6 grid, that touch neither each other nor the walls."""
    return [[(column + 0.5) / 6, (row + 0.5) / 6, 0.08] for row in range(6) for column in range(6)][:26]


def is_packing(centres, radii) -> bool:
    """In rational numbers, without rounding."""
    circles = [(Fraction(x), Fraction(y), Fraction(radius)) for (x, y), radius in zip(centres, radii, strict=True)]
    walls = all(radius <= min(x, y, 1 - x, 1 - y) for x, y, radius in circles if radius)
    pairs = all(
        (x - u) ** 2 + (y - v) ** 2 >= (r + s) ** 2 for (x, y, r), (u, v, s) in combinations(circles, 2) if r or s
    )
    return walls and pairs


def test_a_packing_scores_its_sum(evaluator, grid):
    found = evaluator.score(26, None, grid, 0)
    assert found["score"] == pytest.approx(26 * 0.08, abs=1e-15)
    assert found["metrics"]["raw"] == found["metrics"]["strict"] == found["score"]


def test_an_overlap_of_a_billionth_costs_every_circle(evaluator, grid):
    touching = [circle[:] for circle in grid]
    touching[7][2] = 1 / 6 - 0.08 + 1e-9  # not at a wall
    found = evaluator.score(26, None, touching, 0)
    assert found["metrics"]["raw"] - found["score"] == pytest.approx(26e-9, rel=1e-3)
    assert found["metrics"]["shrunk_by"] == pytest.approx(1e-9, rel=1e-3)


def test_a_wall_is_no_softer_than_a_circle(evaluator, grid):
    outside = [circle[:] for circle in grid]
    outside[0] = [0.01, 0.01, 0.010001]
    found = evaluator.score(26, None, outside, 0)
    assert found["metrics"]["shrunk_by"] == pytest.approx(1e-6, rel=1e-3)


def test_inflated_radii_never_pay(evaluator, grid):
    honest = evaluator.score(26, None, grid, 0)["score"]
    inflated = [[x, y, 0.5] for x, y, _ in grid]
    assert evaluator.score(26, None, inflated, 0)["score"] <= honest


def test_a_claimed_sum_is_not_listened_to(evaluator, grid):
    assert evaluator.score(26, None, {"circles": grid, "sum": 99.0}, 0)["score"] == 0.0
    assert evaluator.score(26, None, [[*circle, 99.0] for circle in grid], 0)["score"] == 0.0


@pytest.mark.parametrize(
    "circle",
    [
        [0.5, 0.5, nan],
        [nan, 0.5, 0.01],
        [0.5, 0.5, float("inf")],
        [0.5, 0.5, -0.01],
        [1.01, 0.5, 0.0],
        [0.5, -1e-9, 0.0],
        [0.5, 0.5, "0.1"],
        [0.5, 0.5, True],
        [0.5, 0.5, None],
        [0.5, 0.5],
        [0.5, 0.5, 0.1, 0.1],
        "abc",
        None,
        [0.5, 0.5, 10**400],
    ],
)
def test_what_is_no_circle_scores_nothing_and_is_named(evaluator, grid, circle):
    found = evaluator.score(26, None, [*grid[:25], circle], 0)
    assert found["score"] == 0.0
    assert found["feedback"].startswith("circle 25 ")


@pytest.mark.parametrize("count", [0, 25, 27])
def test_another_number_of_circles_scores_nothing(evaluator, grid, count):
    assert evaluator.score(26, None, (grid + grid)[:count], 0)["score"] == 0.0


UNIT = st.floats(0, 1)


@settings(max_examples=150, deadline=None)
@given(circles=st.lists(st.tuples(UNIT, UNIT, UNIT), min_size=2, max_size=26))
def test_the_strict_radii_are_always_a_packing_and_never_larger(evaluator, circles):
    centres, raw = [circle[:2] for circle in circles], [circle[2] for circle in circles]
    strict = evaluator.strict(centres, raw)
    assert is_packing(centres, strict)
    assert all(0 <= after <= before for after, before in zip(strict, raw, strict=True))


@settings(max_examples=100, deadline=None)
@given(nudges=st.lists(st.tuples(*[st.floats(-1e-12, 1e-12)] * 3), min_size=26, max_size=26))
def test_circles_that_touch_up_to_rounding_are_a_packing_too_and_lose_next_to_nothing(evaluator, grid, nudges):
    centres = [(x + dx, y + dy) for (x, y, _), (dx, dy, _) in zip(grid, nudges, strict=True)]
    raw = [1 / 12 + dr for _, _, dr in nudges]
    strict = evaluator.strict(centres, raw)
    assert is_packing(centres, strict)
    assert sum(raw) - sum(strict) < 1e-9
