"""What turns by itself is learned from repeats: per state, per task, and with the doubt that few repeats leave."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.contracts.flips import MOST_CONTENTS, MOST_REPEATS, Flips
from apps.engine.contracts.lift import lift
from apps.engine.contracts.turns import FAILED, Observed, one_measuring, turned
from apps.engine.contracts.zero import Zero
from apps.engine.records import Result
from apps.engine.statistics import sum_of_chances


def flaky(chances: dict[str, float], repeats: int, seed: int = 0) -> Flips:
    dice, flips = np.random.default_rng(seed), Flips()
    for task, chance in chances.items():
        flips.add("seed", task, *(dice.random(repeats) < chance).astype(float).tolist())
    return flips


@given(st.lists(st.floats(0, 1), max_size=12))
def test_some_number_of_the_events_comes_true_and_on_average_the_sum_of_their_chances(chances: list[float]):
    found = sum_of_chances(chances)
    assert found.sum() == pytest.approx(1)
    assert found @ np.arange(len(chances) + 1) == pytest.approx(sum(chances))


def test_cases_are_reckoned_side_by_side_as_each_on_its_own():
    chances = np.random.default_rng(1).random((5, 3))
    each = [sum_of_chances(column) for column in chances.T]
    assert np.allclose(sum_of_chances(chances), np.stack(each, axis=1))


def test_without_repeats_nothing_is_known():
    flips = Flips()
    assert flips.repeats == 0
    assert not Zero(flips, "seed").known
    assert flips.common("unsolved", "better").mean == 0.5


def test_the_rate_of_a_state_is_how_often_its_tasks_turn():
    flips = flaky({f"t{n}": 0.3 for n in range(400)}, 3)
    assert flips.common("unsolved", "better").mean == pytest.approx(0.3, abs=0.06)
    assert flips.common("solved", "worse").mean == pytest.approx(0.7, abs=0.06)


def test_a_task_that_flips_every_time_is_told_from_one_that_never_does():
    flips = flaky({"coin": 0.5} | {f"hard-{n}": 0.0 for n in range(20)} | {f"easy-{n}": 1.0 for n in range(20)}, 20)
    zero = Zero(flips, "seed")
    assert zero.chance(Observed("coin", 0.0, 1.0), "better") > 0.4
    assert zero.chance(Observed("hard-1", 0.0, 1.0), "better") < 0.05


def test_a_task_that_always_was_solved_is_expected_to_come_back_where_the_base_missed_it():
    """The trap of rates per state alone: what a state holds for the first time is flaky."""
    flips = flaky({f"easy-{n}": 1.0 for n in range(20)} | {f"hard-{n}": 0.0 for n in range(20)}, 10)
    zero = Zero(flips, "another content")
    assert zero.chance(Observed("easy-1", 0.0, 1.0), "better") > 5 * zero.chance(Observed("hard-1", 0.0, 1.0), "better")


def test_what_was_repeated_long_ago_is_forgotten_and_still_counted():
    flips = Flips()
    for content in range(MOST_CONTENTS + 5):
        flips.add(content, "a", 0.0, 1.0)
        flips.add("seed", "a", *([0.0, 0.0] if content == 0 else [0.0]))
    assert not flips.of(0, "a")
    assert flips.of(10, "a")
    assert len(flips.of("seed", "a")) == MOST_REPEATS
    assert flips.repeats == 2 * (MOST_CONTENTS + 5)
    assert len(list(flips.on("a"))) == 2 * (MOST_CONTENTS - 1) + MOST_REPEATS


def test_few_repeats_make_no_strong_evidence():
    found = [Observed(f"t{n}", 0.0, 1.0) for n in range(3)]
    few, many = (lift(found, "better", Zero(flaky({f"u{n}": 0.0 for n in range(size)}, 2), "b")) for size in (3, 300))
    assert few.p > 0.01 > many.p
    assert few.ratio.low < many.ratio.low


def test_a_failure_lies_below_every_score_and_a_failed_machine_says_nothing():
    found = one_measuring([Result("a", None, "error"), Result("b", None, "unmeasurable"), Result("c", 1.0)])
    assert found == {"a": FAILED, "c": 1.0}
    assert turned(FAILED, -1e9) == "better"
    assert turned(FAILED, FAILED) == "same"


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(-10, 10)), min_size=4, max_size=30), st.floats(-10, 10))
def test_whatever_was_measured_a_chance_is_a_chance(scores: list[tuple[str, float]], before: float):
    flips = Flips()
    for task in "ab":
        if len(own := [score for name, score in scores if name == task]) > 1:
            flips.add("seed", task, *own)
    for base in ("seed", "other"):
        chances = [Zero(flips, base).chance(Observed("a", before, 0.0), turn) for turn in ("better", "worse")]
        assert all(0 <= chance <= 1 for chance in chances)


def test_what_was_never_seen_to_turn_may_still_do_so_the_less_the_more_often_it_was_looked_at():
    """0 of n leaves about 3 / n: Hanley and Lippman-Hand, If Nothing Goes Wrong, Is Everything All Right?, JAMA 249."""
    found = [Observed(f"t{n}", 0.0, 1.0) for n in range(3)]
    known = [flaky({f"u{n}": 0.0 for n in range(size)}, 2) for size in (4, 40, 400)]
    lifts = [lift(found, "better", Zero(flips, "b")) for flips in known]
    assert [each.most > each.expected > 0 for each in lifts] == [True] * 3
    assert lifts[0].most > 3 * lifts[1].most > 9 * lifts[2].most
    assert 1 / 400 < lifts[2].most / 3 < 3 / 400
    assert known[2].common("unsolved", "better").seen == 400


def test_repeats_of_one_task_count_less_than_they_are():
    alike = flaky({f"t{n}": float(n % 2) for n in range(20)}, 20).common("solved", "worse")
    assert alike.seen == 190
    assert alike.counted < 20
