"""The scorer of networks is exact: what it says sorts does sort, and what does not never scores like what does."""

import json
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FOLDER = Path(__file__).parents[2] / "examples" / "sorting_network"
BUBBLE = [[wire, wire + 1] for end in range(7, 0, -1) for wire in range(end)]


@pytest.fixture(scope="module")
def evaluator(load):
    return load("sorting_network", "evaluator.py")


def odd_even_merge_sort(first: int, count: int) -> list[list[int]]:
    """Batcher's network (Sorting networks and their applications, AFIPS 1968); count is a power of two."""
    if count < 2:
        return []
    half = count // 2
    halves = odd_even_merge_sort(first, half) + odd_even_merge_sort(first + half, half)
    return halves + merge(first, count, 1)


def merge(first: int, count: int, stride: int) -> list[list[int]]:
    if 2 * stride == count:
        return [[first, first + stride]]
    inner = merge(first, count, 2 * stride) + merge(first + stride, count, 2 * stride)
    return inner + [[wire, wire + stride] for wire in range(first + stride, first + count - stride, 2 * stride)]


def applied(network, values) -> list:
    """The plain way: one list of values through the network."""
    wires = list(values)
    for low, high in network:
        if wires[low] > wires[high]:
            wires[low], wires[high] = wires[high], wires[low]
    return wires


def test_the_seed_is_bubble_sort(load, evaluator):
    assert load("sorting_network", "main.py").run(8) == BUBBLE
    found = evaluator.score(8, None, BUBBLE, 0)
    assert found["score"] == pytest.approx(-28.07)
    assert found["metrics"] == {
        "comparators": 28,
        "idle": 0,
        "depth": 13,
        "exchanges": 7,  # one for each of the 28 pairs in a quarter of all inputs
        "reach": 1,
        "sorted": 1,
    }


@pytest.mark.parametrize(("wires", "size", "depth"), [(2, 1, 1), (4, 5, 3), (8, 19, 6)])
def test_batchers_networks_have_the_sizes_that_are_known(evaluator, wires, size, depth):
    found = evaluator.score(wires, None, odd_even_merge_sort(0, wires), 0)
    assert -size - 1 < found["score"] < -size
    assert (found["metrics"]["comparators"], found["metrics"]["depth"]) == (size, depth)


COMPARATORS = st.integers(2, 6).flatmap(
    lambda wires: st.tuples(
        st.just(wires),
        st.lists(
            st.lists(st.integers(0, wires - 1), min_size=2, max_size=2, unique=True).map(sorted),
            min_size=0,
            max_size=30,
        ),
    )
)


@settings(max_examples=150, deadline=None)
@given(drawn=COMPARATORS, shortened=st.booleans())
def test_it_sorts_zeros_and_ones_exactly_if_it_sorts_all_permutations(evaluator, drawn, shortened):
    wires, network = drawn
    if shortened:  # random networks seldom sort: so a sorter with the drawn comparators in front, perhaps cut
        network = [*network, *([low, low + 1] for end in range(wires - 1, 0, -1) for low in range(end))][
            len(network) // 2 :
        ]
    sorts = all(applied(network, values) == sorted(values) for values in permutations(range(wires)))
    assert (evaluator.score(wires, None, network, 0)["score"] > evaluator.UNSORTED) == sorts


@settings(max_examples=100, deadline=None)
@given(drawn=COMPARATORS)
def test_idle_comparators_can_be_left_out(evaluator, drawn):
    wires, network = drawn
    working = evaluator.pass_through(network, wires)[1]
    assert all(applied(network, values) == applied(working, values) for values in permutations(range(wires)))
    assert evaluator.pass_through(working, wires)[1] == working


def test_a_comparator_said_twice_costs_nothing_and_gains_nothing(evaluator):
    twice = [pair for pair in BUBBLE for _ in range(2)]
    once, again = evaluator.score(8, None, BUBBLE, 0), evaluator.score(8, None, twice, 0)
    assert again["score"] == once["score"]
    assert again["metrics"]["idle"] == 28


@pytest.mark.parametrize("missing", range(28))
def test_a_network_that_leaves_one_input_unsorted_scores_below_all_that_sort(evaluator, missing):
    found = evaluator.score(8, None, BUBBLE[:missing] + BUBBLE[missing + 1 :], 0)
    assert -200 <= found["score"] < -100
    shown = [int(bit) for bit in found["feedback"].rpartition("example ")[2].split()]
    left = applied(BUBBLE[:missing] + BUBBLE[missing + 1 :], shown)
    assert left != sorted(shown)


def test_more_sorted_inputs_score_better_while_it_does_not_sort(evaluator):
    scores = [evaluator.score(8, None, BUBBLE[:length], 0)["score"] for length in range(28)]
    assert scores == sorted(scores)
    assert scores[0] < scores[-1]


@pytest.mark.parametrize(
    "comparator",
    [
        [0, 0],
        [1, 0],
        [0, 8],
        [-1, 2],
        [0, True],
        [0.0, 1],
        ["0", 1],
        [0, None],
        [0],
        [0, 1, 2],
        "01",
        None,
        [0, 10**400],
    ],
)
def test_what_is_no_comparator_scores_worst_and_is_named(evaluator, comparator):
    found = evaluator.score(8, None, [*BUBBLE, comparator], 0)
    assert found["score"] == evaluator.WORST
    assert found["feedback"].startswith("comparator 28 ")


@pytest.mark.parametrize("output", [None, "sorted", 19, {"comparators": []}, BUBBLE * 4])
def test_what_is_no_network_scores_worst(evaluator, output):
    assert evaluator.score(8, None, output, 0)["score"] == evaluator.WORST


def test_wire_numbers_go_round_so_that_every_step_of_a_number_is_a_network(load):
    main = load("sorting_network", "main.py")
    main.NETWORK[:] = [(9, 0), (-1, 3), (8, 0), (5, 2)]
    assert main.run(8) == [[0, 1], [3, 7], [2, 5]]


def test_the_readme_tells_the_known_sizes(evaluator):
    text = (FOLDER / "README.md").read_text()
    assert "| comparators | 0 | 1 | 3 | 5 | 9 | 12 | 16 | 19 | 25 | 29 |" in text
    assert json.dumps(19) in text
