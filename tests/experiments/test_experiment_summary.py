"""What an experiment says: only closed seeds, the same whatever the order, and in the project's own direction."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.experiments import summary
from apps.experiments.chart import chart
from apps.experiments.models import CellState
from apps.experiments.outcome import Outcome, best_so_far, checkpoints
from apps.experiments.plan import Contender, Ground, Plan, from_bytes, to_bytes
from apps.experiments.summary import Run, summarise

LABELS = ("up", "flat")
FINITE = st.floats(-1e6, 1e6)


def plan(seeds=4, projects=(1,), target=None):
    contenders = tuple(Contender(label, "hill_climb", {}) for label in LABELS)
    grounds = tuple(Ground(project, target) for project in projects)
    return Plan("p", 10, None, contenders, tuple(range(1, seeds + 1)), grounds, "flat")


def outcome(final, start=0.0, **more):
    curve = tuple(start + (final - start) * at / 10 for at in checkpoints(10))
    values = {"seed_score": start, "final": final, "best": final, "gate": None, "curve": curve, "measured": 10}
    values |= {"evaluations": 11, "seconds": 2.0, "failures": {}, "state": "finished", "code": "00"}
    return Outcome(**(values | more))


def run(label, seed, final, project=1, state=CellState.DONE):
    return Run(project, label, seed, str(state), outcome(final) if state == CellState.DONE else None)


def both(up, flat, project=1):
    return [
        run(label, seed, value, project)
        for label, values in (("up", up), ("flat", flat))
        for seed, value in enumerate(values, 1)
    ]


def rows(board):
    return {row.label: row for row in board.rows}


def test_a_seed_on_which_one_method_is_not_over_does_not_count():
    runs = [*both([4, 5, 6], [1, 2, 3]), run("up", 4, 1000.0), run("flat", 4, 0, state=CellState.RUNNING)]
    board = summarise(plan(), runs).boards[0]
    assert board.seeds == 3
    assert rows(board)["up"].score[0] == pytest.approx(5)
    assert board.best == 6


def test_a_run_that_failed_closes_its_seed_and_does_not_count():
    runs = [*both([4, 5], [1, 2]), run("up", 3, 0, state=CellState.FAILED), run("flat", 3, 9.0)]
    found = rows(summarise(plan(), runs).boards[0])
    assert (found["up"].runs, found["up"].broken, found["flat"].runs) == (2, 1, 3)
    assert found["up"].p == 0.5  # two pairs, both alike: the least that they can show


def test_the_best_is_first_and_the_baseline_is_not_tested_against_itself():
    board = summarise(plan(), both([4, 5, 6, 7], [1, 2, 3, 0])).boards[0]
    assert [row.label for row in board.rows] == ["up", "flat"]
    assert board.rows[0].better == (1.0, 1.0, 1.0)
    assert (board.rows[1].better, board.rows[1].p, board.rows[1].adjusted) == (None, None, None)


def test_the_p_value_is_that_of_the_pairs_and_is_corrected():
    third = Contender("third", "hill_climb", {})
    asked = Plan("p", 10, None, (*plan().contenders, third), (1, 2, 3, 4), (Ground(1),), "flat")
    runs = both([4, 5, 6, 7], [1, 2, 3, 0]) + [run("third", seed, 0.0) for seed in (1, 2, 3, 4)]
    found = rows(summarise(asked, runs).boards[0])
    assert found["up"].p == 2 / 2**4
    assert found["up"].adjusted == pytest.approx(2 * found["up"].p)


def test_successes_are_those_that_reach_the_target():
    found = rows(summarise(plan(target=5.0), both([4, 5, 6, 7], [1, 2, 3, 0])).boards[0])
    assert (found["up"].successes, found["flat"].successes) == (3, 0)


def test_over_projects_scores_lie_between_the_seed_and_the_best_of_all():
    runs = both([1, 2, 3, 4], [0, 0, 0, 0], 1) + both([100, 200, 300, 400], [0, 0, 0, 0], 2)
    found = summarise(plan(projects=(1, 2)), runs)
    assert [board.project for board in found.boards] == [None, 1, 2]
    assert rows(found.boards[0])["up"].score[0] == pytest.approx(0.625)
    assert rows(found.boards[0])["flat"].score == (0.0, 0.0, 0.0)
    ends = {curve.label: curve.points[-1][1] for curve in found.boards[0].curves}
    assert ends == {"up": pytest.approx(0.625), "flat": 0.0}


def test_a_project_that_has_no_closed_seed_yet_does_not_hide_the_others():
    found = summarise(plan(projects=(1, 2)), both([1, 2, 3, 4], [0, 0, 0, 0], 1))
    assert rows(found.boards[0])["up"].score[0] == pytest.approx(0.625)
    assert found.boards[2].seeds == 0


@pytest.mark.parametrize("runs", [[], [run("up", 1, 2.0)], both([1, 1, 1, 1], [1, 1, 1, 1]), both([1], [1])])
def test_nothing_constant_and_single_runs_are_no_trouble(runs):
    found = summarise(plan(), runs)
    assert summary.from_bytes(summary.to_bytes(found)) == found
    drawn = chart(found.boards[0], plan(), 1)
    assert drawn is None or "nan" not in "".join(line.path + line.band for line in drawn.lines)


@settings(max_examples=25, deadline=None)
@given(st.lists(FINITE, min_size=2, max_size=6), st.lists(FINITE, min_size=6, max_size=6), st.randoms())
def test_the_order_in_which_runs_end_changes_nothing(up, flat, dice):
    runs = both(up, flat[: len(up)])
    mixed = list(runs)
    dice.shuffle(mixed)
    assert summarise(plan(6), runs) == summarise(plan(6), mixed)


@settings(max_examples=25, deadline=None)
@given(st.lists(FINITE, min_size=3, max_size=6))
def test_an_interval_holds_its_estimate(values):
    found = rows(summarise(plan(6), both(values, values)).boards[0])["up"]
    mean, low, high = found.score
    assert low - 1e-9 * abs(low) - 1e-9 <= mean <= high + 1e-9 * abs(high) + 1e-9
    assert found.better[0] == 0.5
    assert found.p == 1.0


def test_a_minimising_project_is_drawn_in_its_own_direction():
    board = summarise(plan(), both([-1, -2, -3, -4], [-9, -9, -9, -9])).boards[0]
    drawn = chart(board, plan(), -1)
    assert {line.label: line.last for line in drawn.lines} == {"up": pytest.approx(2.5), "flat": 9.0}
    assert all(tick.value >= 0 for tick in drawn.ticks)


@given(st.integers(1, 10**7))
def test_checkpoints_go_from_nothing_to_the_whole_budget(candidates):
    places = checkpoints(candidates)
    assert (places[0], places[-1]) == (0, candidates)
    assert list(places) == sorted(set(places))
    assert len(places) <= 51


@given(st.lists(st.tuples(st.integers(0, 50), FINITE), max_size=10), st.integers(0, 60))
def test_the_best_so_far_is_the_last_one_that_was_measured_by_then(steps, at):
    steps = sorted(steps, key=lambda step: step[0])
    before = [score for place, score in steps if place <= at]
    assert best_so_far(steps, at) == (before[-1] if before else None)


def test_a_plan_is_the_same_after_a_journey_as_bytes():
    asked = plan(target=2.5)
    assert from_bytes(to_bytes(asked)) == asked
    assert from_bytes(to_bytes(asked)).identity == asked.identity


def test_equal_experiments_have_equal_figures():
    values = [Random(7).gauss(0, 1) for _ in range(4)]
    assert summarise(plan(), both(values, values[::-1])) == summarise(plan(), both(values, values[::-1]))
