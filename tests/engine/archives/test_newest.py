"""An archive of the newest candidates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.archives.newest import Newest
from apps.engine.population import Member, Population
from apps.engine.records import Result


def population(size, scores):
    """Candidates 0, 1, … with these scores, all kept; None failed."""
    made = Population(("task",), archive=Newest(size))
    for number, score in enumerate(scores):
        made.add(Member(number, (), {}, b"%d" % number, "any"))
        made.measured(number, [Result("task", score, "" if score is not None else "error")])
        made.judged(number, "keep")
    return made


def test_a_child_takes_the_place_of_the_oldest():
    assert population(3, [5.0, 4.0, 3.0, 2.0, 1.0]).archive.numbers == [2, 3, 4]


def test_who_failed_never_lives():
    assert population(3, [5.0, None, 3.0, None, 1.0]).archive.numbers == [0, 2, 4]


def test_who_was_pushed_out_does_not_come_back_when_measured_again_or_when_a_place_is_free():
    made = population(2, [1.0, 1.0, 1.0])
    made.judged(2, "revert")
    made.measured(0, [Result("task", 9.0)])
    assert made.archive.numbers == [1]


@given(st.permutations(range(8)))
def test_the_order_in_which_rounds_end_changes_nothing_while_nobody_was_pushed_out(order):
    made = Population(("task",), archive=Newest(8))
    for number in order:
        made.add(Member(number, (), {}, b"%d" % number, "any"))
        made.measured(number, [Result("task", 1.0)])
        made.judged(number, "keep")
    assert made.archive.numbers == list(range(8))


def test_nothing_smaller_than_one_makes_sense():
    with pytest.raises(ValueError, match="at least 1"):
        Newest(0)
