"""ARC: every puzzle can be answered by two steps, only exact grids count for much, and structure alone improves."""

import ast
import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.variation.statements import MutateStatements

FOLDER = Path(__file__).parents[2] / "examples" / "arc_dsl"
TASKS = [json.loads(line) for line in (FOLDER / "tasks.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def dsl(load):
    return load("arc_dsl", "dsl.py")


@pytest.fixture(scope="module")
def main(load, dsl):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, "dsl", dsl)
        return load("arc_dsl", "main.py")


@pytest.fixture(scope="module")
def evaluator(load):
    return load("arc_dsl", "evaluator.py")


@pytest.fixture(scope="module")
def chosen(load):
    return load("arc_dsl", "make_tasks.py").CHOSEN


def library(dsl, texts):
    return [eval(text, vars(dsl)) for text in texts]


def mean(main, evaluator, programs, split):
    before, main.PROGRAMS = main.PROGRAMS, programs
    tasks = [task for task in TASKS if task["split"] == split]
    found = [evaluator.score(task["input"], task["expected"], main.run(task["input"]), 0)["score"] for task in tasks]
    main.PROGRAMS = before
    return sum(found) / len(found)


def test_every_puzzle_is_answered_by_the_two_steps_beside_it(main, dsl, evaluator, chosen):
    steps = [step for answer in chosen.values() for step in (answer.split(", ") + ["keep"])[:2]]
    for split in ("validation", "gate"):
        assert mean(main, evaluator, library(dsl, steps), split) == 1


def test_the_seed_knows_every_step_that_is_needed_and_answers_few(main, evaluator, chosen):
    known = {ast.unparse(item) for item in list_of(FOLDER.joinpath("main.py").read_text()).elts}
    assert {step for answer in chosen.values() for step in answer.split(", ")} <= known
    assert mean(main, evaluator, main.PROGRAMS, "validation") == pytest.approx(0.1812, abs=1e-4)
    assert mean(main, evaluator, main.PROGRAMS, "gate") == pytest.approx(0.2099, abs=1e-4)


def list_of(text):
    return next(node.value for node in ast.parse(text).body if isinstance(node, ast.Assign))


def test_changing_structure_alone_improves_the_library(main, dsl, evaluator):
    """Fits are remembered by program, so that the climb costs little more than its mutations."""
    tasks = [task for task in TASKS if task["split"] == "validation"]
    known = {}

    def answers(steps):
        if steps not in known:
            known[steps] = [fitted(main, library(dsl, steps), task["input"]) for task in tasks]
        return known[steps]

    def score(text):
        steps = [ast.unparse(item) for item in list_of(text).elts]
        programs = [answers(pair) for pair in zip(steps[::2], steps[1::2], strict=False)][: main.MOST]
        tries = [sorted(fits, key=lambda fit: fit[0], reverse=True)[:2] for fits in zip(*programs, strict=True)]
        outputs = [[[grid for _, grid in pair if grid]] for pair in tries]
        found = [
            evaluator.score(task["input"], task["expected"], output, 0)["score"]
            for task, output in zip(tasks, outputs, strict=True)
        ]
        return sum(found) / len(found)

    seed = (FOLDER / "main.py").read_text()
    random, best = Random(1), (score(seed), seed)
    for _ in range(400):
        changed = MutateStatements().edit({"main.py": best[1]}, {"main.py": "regions"}, random)
        if changed and "PROGRAMS" in changed["main.py"].split("EVOLVE-BLOCK")[1]:
            best = max(best, (score(changed["main.py"]), changed["main.py"]))
    assert score(seed) == pytest.approx(mean(main, evaluator, main.PROGRAMS, "validation"))
    assert best[0] > score(seed) + 0.05


def fitted(main, program, task):
    """How well a program fits what a task shows, and its answer to what is asked."""
    shown = [(main.frozen(before), main.frozen(after)) for before, after in task["shown"]]
    done = main.result(program, main.frozen(task["asked"][0]))
    return main.fit(program, shown), main.thawed(done) if done else None


GRID = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.tuples(*[st.sampled_from([0, 0, 0, 1, 2, 3])] * width), min_size=1, max_size=6).map(tuple)
)


def steps_of(main):
    return list(main.PROGRAMS)


@given(grid=GRID)
def test_every_step_makes_a_grid_of_every_grid_or_says_none(main, grid):
    for step in steps_of(main):
        made = step(grid)
        assert made is None or (len({len(row) for row in made}) == 1 and made[0])
        assert made is None or all(type(row) is tuple for row in made)
        assert made is None or all(colour in range(10) for row in made for colour in row)


@given(grid=GRID)
def test_turning_and_mirroring_are_undone_by_turning_and_mirroring(dsl, grid):
    assert dsl.turn(dsl.turn(grid)) == dsl.half_turn(grid)
    assert dsl.half_turn(dsl.half_turn(grid)) == dsl.transpose(dsl.transpose(grid)) == grid
    assert dsl.top(dsl.mirror_down(grid)) == dsl.left(dsl.mirror_right(grid)) == grid
    assert dsl.plain(dsl.double(grid)) == dsl.plain(grid)


@given(grid=GRID)
def test_what_falls_stays_the_same_in_number_and_falls_once(dsl, grid):
    for fall in (dsl.fall_up, dsl.fall_down, dsl.fall_left, dsl.fall_right):
        fallen = fall(grid)
        assert fall(fallen) == fallen
        assert sorted(sum(fallen, ())) == sorted(sum(grid, ()))


@given(grid=GRID)
def test_objects_share_out_all_cells_that_are_no_background(dsl, grid):
    cells = [cell for found in dsl.objects(grid) for cell in found]
    assert len(cells) == len(set(cells)) == sum(colour != 0 for row in grid for colour in row)


def test_two_tries_count_and_a_third_does_not(evaluator):
    wrong, right = [[1, 1], [1, 0]], [[1, 1], [1, 1]]
    assert evaluator.score(None, [right], [[wrong, right]], 0)["score"] == 1
    found = evaluator.score(None, [right], [[wrong, wrong, right]], 0)
    assert found == {"score": pytest.approx(0.075), "metrics": {"exact": 0, "cells": 0.75}}


def test_a_grid_of_another_size_or_of_other_things_scores_nothing(evaluator):
    right = [[1, 1], [1, 1]]
    for tries in ([[[1, 1]]], [[[1], [1]]], [[]], [[[True, True], [True, True]]], [[[1.0, "1"], [None, {}]]], []):
        assert evaluator.score(None, [right], [tries if tries and tries[0] else []], 0)["score"] == 0


@pytest.mark.parametrize("output", [None, 1, "ab", [], [[], []], [1], [[1]], [[[1]]], {"a": []}])
def test_what_is_no_list_of_tries_scores_nothing_and_is_named(evaluator, output):
    found = evaluator.score(None, [[[1]]], output, 0)
    assert found["score"] == 0
    assert found["feedback"]


def test_puzzles_come_with_their_licence_and_name_their_source():
    assert all(task["origin"].startswith("ARC-AGI-1, training task ") for task in TASKS)
    assert sum(task["split"] == "gate" for task in TASKS) >= 20
    assert "Apache License" in (FOLDER / "LICENSE-tasks.txt").read_text()
