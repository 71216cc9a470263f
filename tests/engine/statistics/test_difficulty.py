"""Scores over different tasks are compared as if all had been measured on all tasks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.statistics import Difficulty

TASKS = ("a", "b", "c", "d", "e")
rows = st.lists(st.lists(st.floats(-9, 9), min_size=5, max_size=5), min_size=1, max_size=8)


def told(complete):
    difficulty = Difficulty(TASKS)
    for row in complete:
        difficulty.complete(dict(zip(TASKS, row, strict=True)))
    return difficulty


def test_who_was_measured_on_easy_tasks_only_is_not_taken_for_better():
    difficulty = told([[0.9, 0.9, 0.1, 0.1, 0.1], [0.8, 0.8, 0.0, 0.0, 0.0]])
    on_easy, on_hard = difficulty.adjusted({"a": 0.8}), difficulty.adjusted({"d": 0.1})
    assert on_easy == pytest.approx(0.32)
    assert on_easy < on_hard


@given(rows)
def test_a_complete_candidate_has_its_plain_mean(complete):
    found = told(complete).adjusted(dict(zip(TASKS, complete[0], strict=True)))
    assert found == pytest.approx(sum(complete[0]) / 5, abs=1e-9)


@given(rows)
def test_task_effects_are_those_of_least_squares(complete):
    """Solved anew with a column for each candidate and each task, the task effects adding up to zero."""
    design = np.zeros((len(complete) * 5 + 1, len(complete) + 5))
    scores = np.zeros(len(design))
    for at, (candidate, task) in enumerate(np.ndindex(len(complete), 5)):
        design[at, candidate] = design[at, len(complete) + task] = 1
        scores[at] = complete[candidate][task]
    design[-1, len(complete) :] = 1
    effects = np.linalg.lstsq(design, scores)[0][len(complete) :]
    assert [told(complete).ease(task) for task in TASKS] == pytest.approx(effects, abs=1e-6)


def test_before_any_complete_candidate_it_is_the_plain_mean_and_of_nothing_nothing():
    assert Difficulty(TASKS).adjusted({"a": 1.0, "b": 0.0}) == 0.5
    assert Difficulty(TASKS).adjusted({}) is None
