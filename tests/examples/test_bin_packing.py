"""Online bin packing is scored strictly, its bound is a bound, and its seed is best fit to the last item."""

import json
from math import nan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.projects.package import read_package

FOLDER = Path(__file__).parents[2] / "examples" / "online_bin_packing"
TINY = {"capacity": 10, "items": [6, 7, 4, 3, 5, 5]}  # three full bins: 6 + 4, 7 + 3, 5 + 5


@pytest.fixture(scope="module")
def evaluator(load):
    return load("online_bin_packing", "evaluator.py")


@pytest.fixture(scope="module")
def main(load):
    return load("online_bin_packing", "main.py")


@pytest.fixture(scope="module")
def baselines(load):
    return load("online_bin_packing", "baselines.py")


def fewest_bins(items, capacity) -> int:
    """By trying everything: each item into each open bin or a new one."""

    def fit(at, gaps, allowed):
        if len(gaps) > allowed:
            return False
        if at == len(items):
            return True
        spots = {gap: number for number, gap in enumerate(gaps) if gap >= items[at]}
        filled = [[*gaps[:k], gaps[k] - items[at], *gaps[k + 1 :]] for k in spots.values()]
        return any(fit(at + 1, each, allowed) for each in [*filled, [*gaps, capacity - items[at]]])

    return next(bins for bins in range(1, len(items) + 1) if fit(0, [], bins))


def test_a_perfect_packing_scores_0(evaluator):
    found = evaluator.score(TINY, None, [0, 1, 0, 1, 2, 2], 0)
    assert found["score"] == 0
    assert found["metrics"] == {
        "bins": 3,
        "bound": 3,
        "excess": 0,
        "full": 1,
        "spread": 0,
        "early": 0,
    }


def test_each_bin_too_many_costs_its_share_of_the_bound(evaluator):
    found = evaluator.score(TINY, None, [0, 1, 0, 1, 2, 3], 0)
    assert found["score"] == pytest.approx(-100 / 3)
    assert found["metrics"]["early"] == 1 / 4  # for the last five, beside the other
    assert found["metrics"]["full"] == 2 / 4
    assert found["metrics"]["spread"] == pytest.approx(0.25)


def test_it_is_the_bins_in_use_that_count_and_not_their_numbers(evaluator):
    assert evaluator.score(TINY, None, [5, 1, 5, 1, 3, 3], 0)["score"] == 0


def test_an_overfull_bin_is_no_packing_and_is_named(evaluator):
    found = evaluator.score(TINY, None, [0, 1, 0, 1, 0, 2], 0)
    assert found["score"] == evaluator.WORST
    assert found["feedback"] == "item 4 does not fit: it would fill bin 0 to 15 of 10"


@pytest.mark.parametrize("output", [[], [0, 1, 0, 1, 2], [0, 1, 0, 1, 2, 2, 2], None, "010122", {"bins": 3}, 3])
def test_every_item_needs_a_bin(evaluator, output):
    assert evaluator.score(TINY, None, output, 0)["score"] == evaluator.WORST


@pytest.mark.parametrize("bin", [-1, 6, 10**400, 2.0, True, nan, None, "2", [2]])
def test_what_is_no_bin_number_scores_worst_and_is_told(evaluator, bin):
    found = evaluator.score(TINY, None, [0, 1, 0, 1, 2, bin], 0)
    assert found["score"] == evaluator.WORST
    assert found["feedback"].startswith("item 5 ")


def test_no_packing_scores_below_a_bin_for_each_item(evaluator):
    ones = {"capacity": 150, "items": [1] * 150}
    apart = evaluator.score(ones, None, list(range(150)), 0)
    assert apart["score"] == -14900
    assert apart["score"] > evaluator.WORST


INSTANCES = st.integers(1, 20).flatmap(
    lambda capacity: st.tuples(st.lists(st.integers(1, capacity), min_size=1, max_size=7), st.just(capacity))
)


@settings(max_examples=200, deadline=None)
@given(instance=INSTANCES)
def test_the_bound_is_never_above_the_fewest_bins_nor_below_the_volume(evaluator, instance):
    items, capacity = instance
    assert -(-sum(items) // capacity) <= evaluator.l2_bound(items, capacity) <= fewest_bins(items, capacity)


@pytest.mark.parametrize(
    ("items", "capacity", "bound"),
    [
        ([6, 6, 6], 10, 3),  # no two together: the volume alone would say 2
        ([5, 5, 5], 10, 2),
        ([9, 9, 2, 2], 10, 3),  # two nines that leave no room for a two
        ([7, 7, 3, 3, 3], 10, 3),
        ([10], 10, 1),
        ([4, 4, 4], 10, 2),
    ],
)
def test_the_bound_of_a_few_items_is_as_worked_out_by_hand(evaluator, items, capacity, bound):
    assert evaluator.l2_bound(items, capacity) == bound == fewest_bins(items, capacity)


def test_first_fit_and_best_fit_of_a_few_items_are_as_worked_out_by_hand(baselines):
    items = [4, 7, 3, 3, 2]  # first fit puts the first three beside the four, best fit beside the seven
    assert baselines.first_fit(items, 10) == [0, 1, 0, 0, 1]
    assert baselines.best_fit(items, 10) == [0, 1, 1, 0, 0]


@settings(max_examples=100, deadline=None)
@given(instance=st.lists(st.integers(1, 100), min_size=1, max_size=60))
def test_the_seed_is_best_fit_and_a_constant_priority_is_first_fit(main, baselines, instance):
    task = {"capacity": 100, "items": instance}
    assert main.run(task) == baselines.best_fit(instance, 100)
    priority, main.priority = main.priority, lambda item, gap, capacity: 0.0
    try:
        assert main.run(task) == baselines.first_fit(instance, 100)
    finally:
        main.priority = priority


def test_a_priority_decides_when_a_new_bin_is_opened(main):
    priority, main.priority = main.priority, lambda item, gap, capacity: gap
    try:
        assert main.run({"capacity": 10, "items": [2, 2, 2]}) == [0, 1, 2]
    finally:
        main.priority = priority


def test_the_tasks_are_those_that_the_script_makes(load):
    lines = (FOLDER / "tasks.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == list(load("online_bin_packing", "instances.py").tasks())


def test_the_readmes_table_is_what_the_baselines_score(load, evaluator, baselines):
    table = (FOLDER / "README.md").read_text().splitlines()
    rows = list(baselines.rows(load("online_bin_packing", "instances.py").tasks(), evaluator.l2_bound))
    assert [line for line in table if line in rows] == rows


def test_a_priority_that_avoids_awkward_rests_needs_fewer_bins_than_best_fit_on_what_was_held_out(main, baselines):
    """A bin is to be full or to keep room for another item: nearly full is worst. Hence the room to improve."""
    tasks = [json.loads(task.input) for task in read_package(FOLDER).of("gate") if "weibull" in task.key]
    seed = main.LIKED
    main.LIKED = [1.0, 0.75, 0.45, 0.15, 0.2, 0.5, 0.6, 0.55, 0.5]
    try:
        bins = sum(1 + max(main.run(task)) for task in tasks)
    finally:
        main.LIKED = seed
    assert bins < sum(1 + max(baselines.best_fit(task["items"], task["capacity"])) for task in tasks) - 2 * len(tasks)
