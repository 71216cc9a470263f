"""The bandit over models: it finds the best of three, does no harm among equals, and minds what things cost."""

from math import exp, inf, log
from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.population import Judged
from apps.engine.variation.model_credit import Arms, UpperBound, arms

THREE = ("dull", "fair", "good")
FADE = 0.95


def judged(score, base=0.0, model="good", decision="keep", **traits):
    return Judged(1, score, decision, "asked", {"model": model, **traits}, base)


def climb(chances, seed, rule, tries=300, costs=None):
    """How often each model was drawn and what was reached: each makes a gain with its chance, of falling size."""
    rng, known, reached, size = Random(seed), arms(THREE), 0.0, 0.1
    drawn = dict.fromkeys(THREE, 0)
    for _ in range(tries):
        (model,) = rule.draw({"arms": known}, rng, 1)
        drawn[model] += 1
        gain = rng.expovariate(1 / size) if rng.random() < chances[model] else -size
        size *= 0.99
        traits = {"cost": costs[model]} if costs else {}
        known = known.after(judged(reached + gain, reached, model, **traits), FADE)
        reached += max(gain, 0.0)
    return drawn, reached


class Evenly(UpperBound):
    """The control: models in proportion to nothing."""

    def draw(self, memory, rng, n):
        return [rng.choice(THREE) for _ in range(n)]


def over_seeds(chances, rule, **more):
    found = [climb(chances, seed, rule, **more) for seed in range(20)]
    return mean(drawn["good"] / 300 for drawn, _ in found), mean(reached for _, reached in found)


def test_the_best_of_three_models_is_asked_most_and_more_is_reached():
    share, reached = over_seeds({"dull": 0.02, "fair": 0.05, "good": 0.3}, UpperBound())
    _, without = over_seeds({"dull": 0.02, "fair": 0.05, "good": 0.3}, Evenly())
    assert share > 0.5
    assert reached > 1.2 * without


def test_among_equals_it_does_no_harm():
    equal = dict.fromkeys(THREE, 0.2)
    share, reached = over_seeds(equal, UpperBound())
    _, without = over_seeds(equal, Evenly())
    assert 0.25 < share < 0.42
    assert reached > 0.9 * without


def test_of_equals_the_cheapest_is_asked_most_and_only_where_cost_counts():
    equal, costs = dict.fromkeys(THREE, 0.2), {"dull": 1.0, "fair": 1.0, "good": 0.1}
    assert over_seeds(equal, UpperBound(), costs=costs)[0] > 0.6
    assert over_seeds(equal, UpperBound(thrift=0.0), costs=costs)[0] < 0.45


def test_whoever_was_never_tried_comes_first():
    known = arms(THREE).after(judged(5.0), FADE)
    drawn = UpperBound().draw({"arms": known}, Random(1), 40)
    assert set(drawn) == {"dull", "fair"}


def test_a_gain_counts_above_the_better_of_base_and_seed():
    seed_first = arms(THREE).after(judged(1.0, base=1.0), FADE)
    assert seed_first.baseline == 1.0
    below = seed_first.after(judged(0.9, base=0.2), FADE)
    assert below.models["good"].gained == -inf
    above = seed_first.after(judged(1.5, base=0.2), FADE)
    assert exp(above.models["good"].gained) == pytest.approx(FADE * (exp(0.5) - 1))


@pytest.mark.parametrize(
    "told", [judged(5.0, decision="hold"), judged(5.0, model="unknown"), Judged(1, 5.0, "keep", "person", {}, 0.0)]
)
def test_what_no_model_made_or_a_person_judged_is_no_try(told):
    assert arms(THREE).after(told, FADE) == arms(THREE)


def test_a_failure_is_a_try_that_gains_nothing():
    known = arms(THREE).after(judged(None, decision="drop"), FADE)
    assert known.models["good"].tried == 1
    assert known.models["good"].gained == -inf


@given(st.lists(st.tuples(st.sampled_from(THREE), st.floats(-1e9, 1e9)), max_size=60))
def test_bounds_are_numbers_whatever_the_scores_and_means_stay_below_one(scores):
    known = arms(THREE)
    for model, score in scores:
        known = known.after(judged(score, model=model), FADE)
    total = log(max(2, len(scores))) * 2
    for name, bound in known.bounds(1.0, 0.5).items():
        arm = known.models[name]
        assert bound == inf if not arm.tried else bound <= 1 + (total / arm.tried) ** 0.5 + 1e-9


def test_arms_are_a_value():
    assert isinstance(arms(THREE), Arms)
    assert arms(THREE).after(judged(1.0), FADE) == arms(THREE).after(judged(1.0), FADE)
