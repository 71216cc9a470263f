"""Figures that compare methods over seeds: they agree with scipy, and their intervals hold what they should."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from apps.engine.statistics import (
    fisher_p,
    holm,
    interquartile_interval,
    interquartile_mean,
    paired_p,
    probability_of_improvement,
)

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)
counts = st.tuples(st.integers(1, 30), st.integers(1, 30)).flatmap(
    lambda sizes: st.tuples(st.integers(0, sizes[0]), st.just(sizes[0]), st.integers(0, sizes[1]), st.just(sizes[1]))
)


@given(values)
def test_the_interquartile_mean_is_scipys_trimmed_mean(found):
    assert interquartile_mean(found) == pytest.approx(stats.trim_mean(found, 0.25), rel=1e-9, abs=1e-6)


def test_one_wild_run_does_not_move_the_interquartile_mean():
    assert interquartile_mean([1.0] * 19 + [1e9]) == 1.0


def test_the_interval_of_the_interquartile_mean_covers_the_truth_about_as_often_as_it_says():
    covered = 0
    for seed in range(200):
        dice = np.random.default_rng(seed)
        strata = [list(dice.normal(size=20)), list(dice.normal(size=20))]
        found = interquartile_interval(strata, Random(seed))
        covered += found.low <= 0 <= found.high
    assert 175 <= covered <= 199


def test_seeds_are_drawn_again_within_their_project_only():
    found = interquartile_interval([[0.0] * 8, [1.0] * 8], Random(1))
    assert (found.low, found.mean, found.high) == (0.5, 0.5, 0.5)


def test_one_run_gives_no_interval():
    assert interquartile_interval([[3.0]], Random(1)).high == float("inf")


@given(values, values)
def test_probability_of_improvement_is_the_share_of_mann_and_whitney(a, b):
    u = stats.mannwhitneyu(a, b, method="asymptotic").statistic if len({*a, *b}) > 1 else len(a) * len(b) / 2
    assert probability_of_improvement([a], [b], Random(1)).mean == pytest.approx(u / (len(a) * len(b)))


def test_seeds_of_both_methods_are_drawn_together():
    a = [float(seed) for seed in range(20)]
    b = [seed + 0.5 for seed in a]
    together = probability_of_improvement([a], [b], Random(1))
    apart = probability_of_improvement([a], [[*b, 9.5]], Random(1))
    assert together.high - together.low < 0.5 * (apart.high - apart.low)


@given(counts)
def test_fishers_p_is_scipys(counted):
    a, n_a, b, n_b = counted
    expected = stats.fisher_exact([[a, n_a - a], [b, n_b - b]]).pvalue
    assert fisher_p(a, n_a, b, n_b) == pytest.approx(expected, rel=1e-9)


def test_holm_adjusts_step_by_step_and_never_turns_the_order():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_lies_between_the_plain_p_and_bonferronis(ps):
    for plain, adjusted in zip(ps, holm(ps), strict=True):
        assert plain <= adjusted <= min(1, plain * len(ps))


@given(st.lists(st.integers(-4, 4), min_size=2, max_size=10))
def test_a_paired_p_is_scipys_permutation_test_and_does_not_mind_the_order_of_the_methods(differences):
    found = [float(d) for d in differences]
    expected = stats.permutation_test((np.array(found),), np.sum, permutation_type="samples", n_resamples=np.inf)
    assert paired_p(found) == pytest.approx(min(1.0, expected.pvalue))
    assert paired_p([-d for d in found]) == paired_p(found)


@pytest.mark.parametrize("broken", [lambda: interquartile_mean([]), lambda: paired_p([])])
def test_nothing_to_compare_is_said_so(broken):
    with pytest.raises(ValueError, match="there is no"):
        broken()


def test_impossible_counts_are_said_so():
    with pytest.raises(ValueError, match="5 of 4"):
        fisher_p(5, 4, 0, 3)
