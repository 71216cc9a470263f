"""Credit of operators: what a run's tally says, and what a bandit makes of the latest gains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.population import Judged
from apps.engine.variation.credit import Credit, by_upper_bound, sum_of_ranks, tally

WINDOWS = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1e9)), max_size=60)


def child(operator, score, base=1.0, decision="drop"):
    return Judged(1, score, decision, operator, {}, base)


def test_a_tally_counts_tries_failures_keeps_and_gains():
    found = tally(
        [child("a", 3.0, decision="keep"), child("a", 1.5, decision="keep"), child("a", 0.0), child("b", None)]
    )
    assert found == [Credit("a", 3, 0, 2, 2.5, 2.0), Credit("b", 1, 1, 0, 0.0, 0.0)]


def test_a_child_of_a_base_without_score_earns_nothing():
    assert tally([child("a", 3.0, base=None)])[0].gained == 0


@given(WINDOWS)
def test_shares_add_up_to_one_or_there_are_none(window):
    shares = sum_of_ranks(window, 0.5)
    assert sum(shares.values()) == pytest.approx(1.0 if any(gain > 0 for _, gain in window) else 0.0)


@given(WINDOWS, st.floats(1e-3, 1e3))
def test_only_ranks_count(window, factor):
    """Gains of another size, in the same order, give the same shares."""
    order = {gain: rank for rank, gain in enumerate(sorted({gain for _, gain in window if gain > 0}), 1)}
    again = [(operator, order.get(gain, 0) * factor) for operator, gain in window]
    assert sum_of_ranks(again, 0.5) == pytest.approx(sum_of_ranks(window, 0.5))


def test_the_larger_gain_has_the_larger_share_and_equal_ones_equal():
    shares = sum_of_ranks([("a", 0.1), ("b", 5.0), ("c", 0.1)], 0.5)
    assert shares["b"] > shares["a"] == shares["c"] > 0


def test_an_operator_that_was_not_tried_lately_comes_first():
    assert by_upper_bound(["a", "b", "c"], [("a", 1.0), ("b", 0.0)], 0.5, 0.5)[0] == "c"


def test_without_exploration_the_one_with_the_most_credit_comes_first():
    window = [("a", 0.0), ("b", 1.0), ("c", 0.5), ("b", 0.0)]
    assert by_upper_bound(["a", "b", "c"], window, 0.5, 0.0) == ["b", "c", "a"]


def test_where_none_has_credit_the_least_tried_comes_first():
    window = [("a", 0.0), ("a", 0.0), ("b", 0.0), ("c", 0.0), ("c", 0.0), ("c", 0.0)]
    assert by_upper_bound(["a", "b", "c"], window, 0.5, 0.5) == ["b", "a", "c"]
