"""Minibatches, what is gained on them, and merges that are tried before they are measured on everything."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.acceptance.batch_gain import BatchGain
from apps.engine.measurement.merge_tasks import Contested, Unbeaten
from apps.engine.measurement.minibatch import gain, minibatch
from apps.engine.population import Member, Population
from apps.engine.records import Result

TASKS = tuple("abcdefgh")


@given(st.integers(1, 20), st.integers(1, 8), st.integers(0, 99))
def test_every_task_comes_as_often_as_the_others(count, size, seed):
    tasks = [f"t{number}" for number in range(count)]
    batches = [minibatch(tasks, size, place, seed) for place in range(count)]
    assert all(len(set(batch)) == len(batch) <= size for batch in batches)
    if size <= count and count % size == 0:
        assert set(Counter(task for batch in batches for task in batch).values()) == {size}


def test_batches_of_another_seed_are_others():
    assert minibatch(TASKS, 3, 0, 1) != minibatch(TASKS, 3, 0, 2)


def test_a_batch_of_more_than_all_tasks_is_all_of_them():
    assert sorted(minibatch(("a", "b"), 5, 0, 1)) == ["a", "b"]


@pytest.mark.parametrize(
    ("before", "after", "gained"),
    [
        ({"a": 0.5, "b": 0.0}, [("a", 1.0), ("b", 0.0)], 0.5),
        ({"a": None, "b": 0.25}, [("a", 1.0), ("b", 0.25)], 0.75),  # what failed is as bad as the worst
        ({"a": -5.0}, [("a", None)], 0.0),
        ({"a": None}, [("a", None)], 0.0),
        ({}, [], 0.0),
    ],
)
def test_gain(before, after, gained):
    assert gain(before, after) == gained


def population(*scores):
    """Complete candidates by their scores on the tasks, kept, then one that is measured on nothing."""
    made = Population(TASKS)
    for number, some in enumerate(scores):
        made.add(Member(number, (), {}, b"%d" % number, "any"))
        made.measured(number, [Result(task, score) for task, score in zip(TASKS, some, strict=False)])
        made.judged(number, "keep")
    made.add(Member(len(scores), (0,), {}, b"child", "any"))
    return made


FIRST, SECOND = (1.0, 1.0, 1.0, 0, 0, 0, 0.5, 0.5), (0, 0, 0, 1.0, 1.0, 1.0, 0.5, 0.5)


def test_a_merge_is_tried_where_its_parents_differ_either_way_and_where_they_do_not():
    drawn = Contested(2, 0, 1).draw(population(FIRST, SECOND), Random(1), 5)
    kinds = Counter("first" if task in "abc" else "second" if task in "def" else "neither" for task in drawn)
    assert kinds == {"first": 2, "second": 2, "neither": 1}
    assert len(set(drawn)) == 5


def test_a_merge_of_equals_is_tried_on_any_tasks():
    assert len(Contested(2, 0, 1).draw(population(FIRST, FIRST), Random(1), 5)) == 5
    assert len(Contested(2, 0, 1).draw(population(FIRST, FIRST), Random(1), 50)) == len(TASKS)


@pytest.mark.parametrize(("scores", "left"), [((1.0, 1.0), 6), ((1.0, 0.5), 0), ((None, 1.0), 0)])
def test_only_a_merge_that_is_no_worse_than_either_parent_is_measured_further(scores, left):
    made = population(FIRST, SECOND)
    pairs = zip("ab", scores, strict=True)
    made.measured(2, [Result(task, score, "" if score is not None else "error") for task, score in pairs])
    assert len(Unbeaten(2, (0, 1)).draw(made, Random(1), 99)) == left


def test_what_gains_nothing_on_the_batch_is_dropped_and_what_gains_is_kept_however_it_does_elsewhere():
    made = population((1.0,) * 8, (0.0,) * 8)
    assert BatchGain(0.0).judge(made, 0).decision == "drop"
    assert BatchGain(0.5).judge(made, 1).decision == "keep"
    assert BatchGain(0.5).judge(made, 2).decision == "drop", "it has no score on the validation tasks"
