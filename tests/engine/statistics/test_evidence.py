"""Evidence: the tests keep their level, find what is there, and the error budget of a run is never overspent."""

from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.promotion import ConfirmedGain
from apps.engine.statistics import bootstrap, sign_flip_p, smallest_p, spending

small = st.lists(st.integers(-5, 5), min_size=1, max_size=9)


@given(small)
def test_p_up_to_32_tasks_is_the_share_of_sign_patterns_that_reach_the_sum(differences):
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    share = sum(total >= sum(differences) for total in sums) / len(sums)
    assert sign_flip_p([float(d) for d in differences], Random(1), 0.05) == share


@pytest.mark.parametrize("tasks", [1, 6, 20, 32])
def test_the_smallest_p_is_reached_when_every_task_improves_alike(tasks):
    assert sign_flip_p([1.0] * tasks, Random(1), 0.05) == smallest_p(tasks) == 0.5**tasks


@pytest.mark.parametrize("level", [0.025, 1e-6])
def test_many_tasks_without_a_gain_are_not_confirmed(level):
    rejected = 0
    for seed in range(25):
        dice = Random(seed)
        differences = [dice.choice((-1.0, 0.0, 1.0)) for _ in range(40)]
        rejected += sign_flip_p(differences, dice, level) <= level
    assert rejected <= 3


def test_many_tasks_with_a_gain_are_confirmed_even_at_a_late_look():
    differences = [1.0] * 55 + [-1.0] * 5
    assert sign_flip_p(differences, Random(1), 1e-6) <= 1e-6


def test_no_number_of_looks_spends_more_than_the_budget():
    assert sum(spending(0.05, look) for look in range(1, 10_000)) <= 0.05


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=30))
def test_an_interval_holds_its_mean(differences):
    found = bootstrap(differences, Random(1))
    assert found.low - 1e-9 <= found.mean <= found.high + 1e-9


def test_one_task_gives_no_interval():
    assert bootstrap([0.5], Random(1)).low == float("-inf")


def test_a_promotion_says_gain_interval_p_and_what_was_needed():
    ruling = ConfirmedGain(0.05, 1).rule({"differences": [0.1] * 8}, Random(1))
    assert ruling.decision == "promote"
    assert ruling.why == "gain 0.1 [0.1, 0.1] over 8 tasks; p 0.003906, needed 0.025 at look 1"
