"""Pooled estimates: measuring again counts, but what repeats itself changes nothing."""

import math

from hypothesis import given
from hypothesis import strategies as st

from apps.engine.estimate import Estimate
from apps.engine.population import Member, Population
from apps.engine.records import Result

scores = st.floats(-1e6, 1e6)


@given(scores, st.integers(1, 30))
def test_equal_scores_have_exactly_that_mean_however_often_they_come(score, times):
    estimate = Estimate()
    moved = [estimate.pool([Result("t", score, facts={"fact": score})]) for _ in range(times)]
    assert moved == [True] + [False] * (times - 1)
    assert estimate.over(["t"]) == estimate.fact("fact") == score


@given(st.lists(scores, min_size=1, max_size=30))
def test_other_scores_have_their_mean(values):
    estimate = Estimate()
    for value in values:
        estimate.pool([Result("t", value)])
    assert math.isclose(estimate.task("t"), math.fsum(values) / len(values), rel_tol=1e-9, abs_tol=1e-6)


def test_a_failure_moves_nothing():
    estimate = Estimate()
    estimate.pool([Result("t", 1.0)])
    assert not estimate.pool([Result("t", None, "timeout")])
    assert estimate.failure == "timeout"


def test_copies_of_a_content_that_score_as_before_are_not_listed_again():
    """Else a run in which one content comes up again and again would cost the square of its length."""
    told = []

    class Archive:
        def changed(self, population, number):
            told.append(number)

    population = Population(("t",), archive=Archive())
    for number in range(100):
        population.add(Member(number, (), {}, b"same", "any"))
        population.measured(number, [Result("t", 0.1)])
        population.judged(number, "keep")
    assert told == list(range(100))
    population.measured(7, [Result("t", 0.5)])
    assert told == [*range(100), *range(100)]
    assert population.score(99) > 0.1


def test_a_content_says_once_how_hard_the_tasks_are_however_often_it_is_measured():
    population = Population(("easy", "hard"))
    for number, (easy, hard) in enumerate([(1.0, 0.0), (0.5, 0.5)]):
        population.add(Member(number, (), {}, bytes([number]), "any"))
        population.measured(number, [Result("easy", easy), Result("hard", hard)])
    for score in (0.9, 1.1):
        population.measured(0, [Result("easy", score), Result("hard", 0.0)])
    population.add(Member(2, (), {}, b"2", "any"))
    population.measured(2, [Result("easy", 1.0)])
    assert math.isclose(population.adjusted(2), 0.75)  # easy tasks add a quarter, by two candidates


def test_a_candidate_that_was_kept_twice_leaves_at_once_when_it_is_reverted():
    population = Population(("t",))
    population.add(Member(0, (), {}, b"0", "any"))
    population.measured(0, [Result("t", 1.0)])
    for decision in ("keep", "keep", "revert"):
        population.judged(0, decision)
    assert list(population.sharing(0)) == []
