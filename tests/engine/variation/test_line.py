"""The step along the line between two parents."""

from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from apps.engine.variation.line import LineStep
from apps.engine.variation.numbers import numbers

EDITS = {"main.py": "whole"}
floats = st.lists(st.floats(-100, 100).map(lambda value: round(value, 3)), min_size=3, max_size=3)


def text(values):
    return {"main.py": f"C = {values}\n"}


def values(texts):
    return [number.value for number in numbers(texts["main.py"], "whole", "main.py")]


@given(floats, floats, st.integers(0, 99))
def test_all_numbers_go_the_same_share_of_the_way(first, second, seed):
    edit = LineStep(around=1e-9).edit(text(first), text(second), EDITS, Random(seed))
    assume(edit is not None)
    shares = [(c - a) / (b - a) for a, b, c in zip(first, second, values(edit), strict=True) if abs(a - b) > 1]
    assert all(abs(share - shares[0]) < 1e-3 for share in shares)


def test_what_both_have_in_common_moves_by_the_noise_alone():
    moved = values(LineStep(along=5.0).edit(text([1.0, 2.0, 3.0]), text([1.0, 9.0, 3.0]), EDITS, Random(1)))
    assert abs(moved[0] - 1) < 0.1
    assert abs(moved[2] - 3) < 0.1
    assert abs(moved[1] - 2) > 0.5


def test_integers_stay_integers():
    first, second = {"main.py": "A = 3\n"}, {"main.py": "A = 90\n"}
    edit = LineStep().edit(first, second, EDITS, Random(1))
    assert isinstance(values(edit)[0], int)
    assert values(edit)[0] != 3


def test_parents_that_differ_in_more_than_numbers_have_no_line():
    assert LineStep().edit({"main.py": "A = 3\n"}, {"main.py": "B = 4\n"}, EDITS, Random(1)) is None
    assert LineStep().edit({"main.py": "A = 3\n"}, {"main.py": "A = 3\n"}, EDITS, Random(1)) is None
    assert LineStep().edit({"main.py": "A = 3\n"}, {"main.py": "A = 4\n"}, {}, Random(1)) is None


def test_what_is_too_far_for_a_float_stays_where_it_is():
    first, second = {"main.py": "A = [1e308, 1.0]\n"}, {"main.py": "A = [-1e308, 2.0]\n"}
    moved = [LineStep(along=9.0).edit(first, second, EDITS, Random(seed)) for seed in range(20)]
    assert all(abs(value) <= 1e308 for edit in moved if edit for value in values(edit))
