"""Weights that are drawn from, the archive of the Darwin Gödel Machine, its stages and what it keeps."""

from collections import Counter
from math import exp
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.acceptance.working import Working
from apps.engine.archives.lineages import Lineages
from apps.engine.archives.weights import Weights
from apps.engine.measurement.staged import Staged
from apps.engine.population import Member, Population
from apps.engine.records import Result
from apps.engine.selection.by_weight import ByWeight
from tests.engine.archives.lives import events, listed, lived

TASKS = ("a", "b")


def population(scores, parents=None, archive=None):
    """Kept candidates with this score on the one task; the seed is everybody's parent where none are given."""
    made = Population(("task",), archive=archive or Lineages())
    for number, score in enumerate(scores):
        base = parents[number] if parents else (0 if number else None)
        made.add(Member(number, () if base is None else (base,), {}, b"%d" % number, "any"))
        made.measured(number, [Result("task", score)])
        made.judged(number, "keep")
    return made


def merit(score):
    return 1 / (1 + exp(-10 * (score - 0.5)))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5).map(float)), max_size=60))
def test_weights_are_what_was_set_last_and_nothing_without_weight_is_drawn(settings):
    weights, expected = Weights(), {}
    for number, weight in settings:
        weights.set(number, weight)
        expected[number] = weight
    assert weights.all() == expected
    drawn = {weights.draw(Random(seed)) for seed in range(20)}
    assert drawn <= {number for number, weight in expected.items() if weight} or drawn == {None}


def test_numbers_are_drawn_in_proportion_to_their_weights():
    weights, dice = Weights(), Random(3)
    for number in range(5):
        weights.set(number, float(number))
    counts = Counter(weights.draw(dice) for _ in range(10_000))
    assert all(abs(counts[number] - 1000 * number) < 150 for number in range(5))


def test_a_parent_is_drawn_by_score_and_by_how_few_children_it_has():
    made = population([0.2, 0.5, 0.5, 0.8], [None, 0, 1, 1])
    expected = {0: merit(0.2) / 2, 1: merit(0.5) / 3, 2: merit(0.5), 3: merit(0.8)}
    assert made.archive.weights.all() == pytest.approx(expected)
    assert set(ByWeight().choose(made, Random(1), 50)) <= {0, 1, 2, 3}


def test_without_novelty_the_score_alone_counts():
    made = population([0.2, 0.5, 0.5], [None, 0, 1], Lineages(novelty=False))
    assert made.archive.weights.all() == pytest.approx({0: merit(0.2), 1: merit(0.5), 2: merit(0.5)})


def test_scores_that_are_no_shares_are_weighed_between_the_lowest_and_the_highest():
    made = population([-100.0, 0.0, 300.0])
    assert made.archive.weights.all() == pytest.approx({0: merit(0.0) / 3, 1: merit(0.25), 2: merit(1.0)})


@given(events(TASKS))
def test_weights_come_out_as_if_computed_from_nothing_whatever_happened(happened):
    made = lived(Population(TASKS, archive=Lineages()), happened)
    kept = [number for number, member in made.members.items() if member.verdict == "keep"]
    complete = listed(made)
    for number, weight in made.archive.weights.all().items():
        children = sum(
            made.members[other].parents[:1] == (number,) for other in kept if made.adjusted(other) is not None
        )
        assert made.archive.children(number) == children
        assert (weight > 0) == (number in kept and made.adjusted(number) is not None)
    assert complete.keys() <= {number for number, weight in made.archive.weights.all().items() if weight > 0}


def test_who_was_reverted_weighs_nothing_and_is_no_child():
    made = population([0.5, 0.6])
    made.judged(1, "revert")
    assert made.archive.weights.all()[1] == 0
    assert made.archive.children(0) == 0


MANY = tuple(f"t{number}" for number in range(100))


def measured(first, *others, seed=0.9):
    """A population of 100 tasks: seed and others complete with one score on all, the last with scores on the first."""
    made = Population(MANY, archive=Lineages())
    for number, score in enumerate((seed, *others)):
        made.add(Member(number, (0,) if number else (), {}, b"%d" % number, "any"))
        made.measured(number, [Result(task, score) for task in MANY])
        made.judged(number, "keep")
    number = len(made.members)
    made.add(Member(number, (0,), {}, b"child", "any"))
    made.measured(
        number,
        [Result(task, score, "" if score is not None else "error") for task, score in zip(MANY, first, strict=False)],
    )
    return made, Staged(number)


@pytest.mark.parametrize(
    ("first", "others", "seed", "left"),
    [
        ([], (), 0.9, 10),  # everybody is measured on ten
        ([0.5] * 10, (), 0.9, 50),  # who solves 40 percent on 50 more
        ([0.3] * 10, (), 0.9, 0),
        ([0.3] * 10, (), 0.2, 50),  # or as much as the seed, where that is less
        ([0.5] * 60, (0.4, 0.3), 0.1, 40),  # and who does as well as the second best on the rest
        ([0.5] * 60, (0.7, 0.6), 0.1, 0),
        ([0.5] * 100, (), 0.9, 0),
        ([None] * 10, (), 0.9, 0),
    ],
)
def test_stages(first, others, seed, left):
    made, rule = measured(first, *others, seed=seed)
    drawn = rule.draw(made, Random(1), 1000)
    assert len(drawn) == left
    assert drawn == list(MANY[len(first) : len(first) + left])


def test_what_works_on_some_tasks_is_kept_to_be_built_on_and_is_never_the_best():
    made, rule = measured([0.95] * 10, seed=0.5)
    assert Working().judge(made, rule.candidate).decision == "keep"
    made.judged(rule.candidate, "keep")
    assert made.best == 0
    assert made.archive.weights.all()[rule.candidate] > 0


@pytest.mark.parametrize(
    ("score", "leeway", "decision"), [(0.0, None, "keep"), (0.45, 0.1, "keep"), (0.3, 0.1, "drop")]
)
def test_keep_all_and_keep_better(score, leeway, decision):
    made, rule = measured([score] * 100, seed=0.5)
    assert Working(leeway).judge(made, rule.candidate).decision == decision


def test_what_failed_is_dropped_with_its_label():
    made, rule = measured([0.5] * 9, seed=0.5)
    made.measured(rule.candidate, [Result("t9", None, "timeout")])
    assert (Working().judge(made, rule.candidate).decision, Working().judge(made, rule.candidate).why) == (
        "drop",
        "timeout",
    )
