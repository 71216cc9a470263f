"""Evidence: the tests keep their level, find what is there, and the error budget of a run is never overspent."""

from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from apps.engine.promotion import ConfirmedGain
from apps.engine.statistics import (
    above,
    bootstrap,
    outlook,
    shrunk,
    sign_flip_p,
    smallest_effect,
    smallest_p,
    spending,
)

small = st.lists(st.integers(-5, 5), min_size=1, max_size=9)


@given(small)
def test_p_up_to_32_tasks_is_the_share_of_sign_patterns_that_reach_the_sum(differences):
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    share = sum(total >= sum(differences) for total in sums) / len(sums)
    assert sign_flip_p([float(d) for d in differences]) == share


@pytest.mark.parametrize("tasks", [1, 6, 20, 32, 33, 200])
def test_the_smallest_p_is_reached_when_every_task_improves_alike(tasks):
    assert sign_flip_p([1.0] * tasks) == pytest.approx(smallest_p(tasks)) == 0.5**tasks


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 30))
def test_for_tasks_won_lost_and_tied_it_is_the_sign_test_however_many_they_are(won, lost, tied):
    differences = [1.0] * won + [-1.0] * lost + [0.0] * tied
    exact = stats.binom.sf(won - 1, won + lost, 0.5) if won + lost else 1.0
    if differences:
        assert sign_flip_p(differences) == pytest.approx(exact if won > lost or len(differences) <= 32 else 1.0)


@given(st.lists(st.integers(-1_000, 1_000), min_size=33, max_size=80), st.integers(0, 2**32))
def test_beyond_32_tasks_p_is_never_below_what_drawing_signs_comes_to(differences, seed):
    dice = np.random.default_rng(seed)
    signs = dice.choice((-1.0, 1.0), size=(4_000, len(differences)))
    share = (signs @ np.array(differences) >= sum(differences) - 1e-9).mean()
    assert sign_flip_p(differences) >= share - 5 * (share / 4_000) ** 0.5 - 1 / 4_000


def test_beyond_32_tasks_rounding_costs_little():
    differences = list(np.random.default_rng(5).normal(0.3, 1, 100))
    z = sum(differences) / sum(d * d for d in differences) ** 0.5
    assert sign_flip_p(differences) == pytest.approx(stats.norm.sf(z), rel=0.2)


def test_a_thousand_tasks_and_more_are_held_to_a_bound_that_is_valid_for_any_number():
    differences = [1.0] * 560 + [-1.0] * 500
    p = sign_flip_p(differences)
    assert stats.binom.sf(559, 1060, 0.5) < p < 1
    assert sign_flip_p([d * 1e-200 for d in differences]) == pytest.approx(p)


def test_all_looks_of_a_run_in_which_nothing_is_confirmed_spend_no_more_than_the_budget():
    levels = [spending(0.05, look) for look in range(1, 100_000)]
    assert 0.0495 < sum(levels) <= 0.05


def test_each_confirmed_look_earns_the_budget_once_more():
    levels = [spending(0.05, 9, confirmed) for confirmed in range(4)]
    assert levels == pytest.approx([count * levels[0] for count in (1, 2, 3, 4)])


@given(st.integers(1, 400), st.integers(1, 400))
def test_no_history_of_looks_is_given_more_than_the_whole_level(look, confirmed):
    assert spending(0.05, look, min(confirmed, look - 1)) < 0.05


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=30))
def test_an_interval_holds_its_mean(differences):
    found = bootstrap(differences, Random(1))
    assert found.low - 1e-9 <= found.mean <= found.high + 1e-9


def test_one_task_gives_no_interval():
    assert bootstrap([0.5], Random(1)).low == float("-inf")


def test_a_promotion_says_gain_interval_p_what_was_needed_and_what_would_have_been_seen():
    ruling = ConfirmedGain(0.05, 1).rule({"differences": [0.1] * 8}, Random(1))
    assert ruling.decision == "promote"
    assert ruling.why == ("gain 0.1 [0.1, 0.1] over 8 tasks; p 0.003906, needed 0.01914 at look 1; any gain is seen")


def test_an_inconclusive_look_does_not_pass_for_no_gain():
    ruling = ConfirmedGain(0.05, 40).rule({"differences": [0.1] * 6}, Random(1))
    assert ruling.decision == "inconclusive"
    assert ruling.why.endswith("too few tasks to see any gain")


def test_what_is_not_enough_after_nothing_was_confirmed_may_be_after_promotions():
    differences = {"differences": [0.1] * 11 + [-0.1]}
    assert ConfirmedGain(0.05, 20, 0).rule(differences, Random(1)).decision == "inconclusive"
    assert ConfirmedGain(0.05, 20, 15).rule(differences, Random(1)).decision == "promote"


@pytest.mark.parametrize("tasks", [12, 60])
def test_an_effect_of_the_size_that_was_stated_is_found_four_times_of_five(tasks):
    level = spending(0.05, 1)
    effect = smallest_effect(1.0, tasks, level)
    found = sum(sign_flip_p(list(np.random.default_rng(seed).normal(effect, 1, tasks))) <= level for seed in range(400))
    assert 0.8 - 0.06 <= found / 400 <= 0.8 + 0.08


def test_too_few_tasks_can_see_no_effect():
    assert smallest_effect(1.0, 5, spending(0.05, 1)) == float("inf")


@given(st.lists(st.integers(-9, 9), min_size=3, max_size=30))
def test_gain_and_loss_of_taking_a_candidate_are_the_parts_of_its_mean(differences):
    found = outlook([float(d) for d in differences])
    assert found is not None
    assert 0 <= found.better <= 1
    if len(set(differences)) > 1:
        assert found.gain - found.loss == pytest.approx(sum(differences) / len(differences), abs=1e-9)


def test_the_outlook_is_that_of_students_t():
    differences = [0.4, -0.1, 0.3, 0.2, -0.3, 0.5, 0.1]
    found = outlook(differences)
    posterior = stats.t(6, np.mean(differences), stats.sem(differences))
    assert found.better == pytest.approx(posterior.sf(0))
    assert found.gain == pytest.approx(posterior.expect(lambda d: max(0.0, d)), rel=1e-4)


def test_tasks_that_all_agree_are_not_taken_for_certainty():
    assert outlook([0.1] * 8).better == 0.9
    assert outlook([0.0] * 8).better == 0.5
    assert outlook([0.1] * 2) is None


@pytest.mark.parametrize(("tasks", "raw"), [(24, 0.28), (60, 0.18), (164, 0.11)])
def test_the_best_of_a_thousand_identical_candidates_gains_nothing_once_it_is_shrunk(tasks, raw):
    gains, corrected = [], []
    for seed in range(60):
        scores = np.random.default_rng(seed).binomial(tasks, 0.2, 1_000) / tasks
        best = float(scores.max())
        gains.append(best - 0.2)
        corrected.append(shrunk(best, *above(scores), (0.2 * 0.8 / tasks) ** 0.5) - 0.2)
    assert np.mean(gains) == pytest.approx(raw, abs=0.02)
    assert abs(np.mean(corrected)) < 0.15 * raw


def test_what_is_really_better_keeps_most_of_its_gain():
    scores = [0.5] * 90 + [0.9] * 10
    assert 0.85 < shrunk(0.9, *above(scores), 0.05) < 0.9


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.floats(0, 3))
def test_shrinking_never_raises_the_best_nor_passes_the_middle(scores, noise):
    middle, spread = above(scores)
    assert min(middle, max(scores)) - 1e-9 <= shrunk(max(scores), middle, spread, noise) <= max(scores) + 1e-9
