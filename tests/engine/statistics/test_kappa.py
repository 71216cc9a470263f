"""Agreement of two raters: by the published examples, by its laws, and with an interval that holds the truth."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.statistics import kappa, kappa_interval

LEVELS = 4
level = st.integers(0, LEVELS - 1)
ratings = st.lists(st.tuples(level, level), min_size=1, max_size=40)
powers = st.sampled_from([0, 1, 2])


def counted(table):
    """Pairs behind a table of counts, one rater down and the other across."""
    return [(row, at) for row, line in enumerate(table) for at, count in enumerate(line) for _ in range(count)]


def test_it_is_the_published_one_on_the_table_of_two_hundred_diagnoses():
    """The example of Fleiss, Cohen and Everitt 1969: agreement .70 where chance would bring .475."""
    assert kappa(counted([[106, 10, 4], [22, 28, 10], [2, 12, 6]]), 3, 0) == pytest.approx(0.225 / 0.525)


@given(ratings, powers)
def test_it_is_what_its_definition_says(pairs, power):
    def apart(one, two):
        return 0 if one == two else abs(one - two) ** power

    observed = sum(apart(*pair) for pair in pairs) / len(pairs)
    expected = sum(apart(one, two) for one, _ in pairs for _, two in pairs) / len(pairs) ** 2
    assert kappa(pairs, LEVELS, power) == (pytest.approx(1 - observed / expected) if expected else None)


@given(ratings, powers)
def test_it_does_not_matter_who_is_first_nor_from_which_end_the_scale_is_read(pairs, power):
    found = kappa(pairs, LEVELS, power)
    assert kappa([(two, one) for one, two in pairs], LEVELS, power) == pytest.approx(found)
    assert kappa([(3 - one, 3 - two) for one, two in pairs], LEVELS, power) == pytest.approx(found)
    assert found is None or found <= 1.0


@given(st.lists(level, min_size=2, max_size=40), powers)
def test_full_agreement_is_1_unless_there_is_but_one_level_to_agree_on(levels, power):
    assert kappa([(each, each) for each in levels], LEVELS, power) == (1.0 if len({*levels}) > 1 else None)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1))
def test_on_two_levels_weights_change_nothing(pairs):
    assert kappa(pairs, 2, 0) == kappa(pairs, 2, 1) == kappa(pairs, 2, 2)


def test_a_rater_who_always_says_the_same_agrees_no_more_than_chance():
    assert kappa([(each, 2) for each in (0, 1, 2, 3, 1)], LEVELS) == pytest.approx(0.0)


def test_one_level_off_weighs_less_than_three_where_levels_have_an_order():
    near, far = ([(0, 0), (1, 1), (2, 2), (3, 3), (0, at)] for at in (1, 3))
    assert kappa(near, LEVELS, 0) == pytest.approx(kappa(far, LEVELS, 0), abs=0.01)
    assert kappa(near, LEVELS, 1) > kappa(far, LEVELS, 1) + 0.2


def test_no_item_tells_nothing_and_one_has_no_interval():
    assert kappa([], LEVELS) is kappa_interval([], LEVELS, Random(1)) is None
    found = kappa_interval([(0, 3)], LEVELS, Random(1))
    assert (found.low, found.high) == (float("-inf"), float("inf"))


def test_the_interval_holds_the_true_kappa_about_as_often_as_it_says():
    """Two levels, each for half of the items; the second rater errs in one item of five: kappa is 0.6."""
    covered = 0
    for seed in range(100):
        dice = np.random.default_rng(seed)
        truth = dice.integers(0, 2, 100)
        told = np.where(dice.random(100) < 0.2, 1 - truth, truth)
        found = kappa_interval(list(zip(truth.tolist(), told.tolist(), strict=True)), 2, Random(seed))
        covered += found.low <= 0.6 <= found.high
    assert 90 <= covered <= 99
