"""Growing, crossing and mutating trees: within the limits, and of nothing but what is known."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine.breed import with_tree
from apps.engine.variation.expressions import nodes, tree, written
from apps.engine.variation.expressions_distance import distance
from apps.engine.variation.expressions_grow import full, grown, ramped
from apps.engine.variation.expressions_read import Language, expression_of, known, parsed
from apps.engine.variation.expressions_vary import (
    DEEPEST,
    LARGEST,
    MUTATIONS,
    Rates,
    bred,
    crossed,
    fits,
    hoisted,
    mutated,
    point_mutated,
)
from apps.engine.variation.python_tree import compiles

quick = settings(max_examples=60, deadline=None)
EDITS = {"main.py": "regions"}
LANGUAGES = (
    Language((("+", 2), ("*", 2), ("sin", 1), ("pick", 3)), ("x", "y"), ("1.0", "-2.5"), 1.0),
    Language((("-", 2),), ("x",), (), 0.0),
    Language((("sin", 1),), (), (), 0.0),
)
HOSTILE = (
    "lambda: x",
    "[x for x in (1, 2) if x]",
    "x if x else -x",
    "{'a': x}['a']",
    "not(x)",
    "(x := 1) + x",
    "+".join("x" * 700),
    "(" * 60 + "x" + ")" * 60,
    "sin(" * 60 + "x" + ")" * 60,
    "f'{x}'",
    "x < 1 < 2",
)

languages = st.sampled_from(LANGUAGES)
seeds = st.integers(0, 10_000)


@quick
@given(languages, seeds)
def test_the_first_trees_are_two_to_six_deep_and_of_what_is_known(language, seed):
    whole = ramped(language, Random(seed))
    assert whole.depth <= 6
    assert known(whole, language)


@given(languages, seeds, st.integers(0, 6))
def test_full_trees_are_as_deep_everywhere_and_grown_ones_at_most(language, seed, depth):
    assert levels(full(language, depth, Random(seed))) == {depth}
    assert max(levels(grown(language, depth, Random(seed)))) <= depth


def levels(whole):
    """At which depths the leaves of a tree lie."""
    return {1 + level for operand in whole.operands for level in levels(operand)} or {0}


def test_full_and_grown_come_with_equal_chance():
    dice = Random(1)
    leaves = sum(ramped(LANGUAGES[0], dice).depth == 0 for _ in range(400))
    assert 80 < leaves < 145, "a grown tree is a leaf in 5 of 9 cases, a full one never: 111 are expected"


@quick
@given(languages, seeds, st.floats(0, 1), st.floats(0, 1))
def test_children_stay_within_the_limits_parse_and_know_no_other_names(language, seed, crossover, mutation):
    dice = Random(seed)
    first, second = ramped(language, dice), ramped(language, dice)
    for _ in range(30):
        child = bred(first, second, language, Rates(crossover, mutation), dice)
        assert child.depth <= DEEPEST
        assert child.size <= LARGEST
        assert known(child, language)
        assert parsed(written(child), language) == child
        first, second = child, first


def test_generations_of_crossover_reach_the_limit_of_depth_and_keep_it():
    dice, language = Random(1), LANGUAGES[0]
    trees = [ramped(language, dice) for _ in range(10)]
    deepest = 0
    for _ in range(200):
        first, second = dice.sample(range(10), 2)
        trees[first] = crossed(max(trees, key=lambda each: each.depth), trees[second], language, dice)
        deepest = max(deepest, trees[first].depth)
    assert deepest == DEEPEST


def test_what_was_crossed_before_does_not_decide_what_is_transplanted():
    """Parts of trees are remembered, and a process that takes a run up remembers none of them."""
    language = LANGUAGES[0]

    def part():
        return tree("+", tree("x"), tree("y"))

    crossed(tree("x"), part(), language, Random(1))
    whole = tree("sin", part())
    assert whole in [crossed(tree("x"), whole, language, Random(seed)) for seed in range(20)]


@pytest.mark.parametrize("seed", range(20))
def test_a_child_that_would_be_a_copy_is_mutated(seed):
    dice = Random(seed)
    first = ramped(LANGUAGES[0], dice)
    child = bred(first, first, LANGUAGES[0], Rates(0, 0), dice)
    assert child != first


@given(seeds)
def test_a_point_mutation_leaves_the_shape(seed):
    dice = Random(seed)
    first = ramped(LANGUAGES[0], dice)
    child = point_mutated(first, LANGUAGES[0], dice)
    assert shape(child) == shape(first)
    assert sum(a.label != b.label for a, b in zip(nodes(first), nodes(child), strict=True)) <= 1


def shape(whole):
    return [len(node.operands) for node in nodes(whole)]


@given(seeds)
def test_a_hoist_never_grows(seed):
    dice = Random(seed)
    first = ramped(LANGUAGES[0], dice)
    assert hoisted(first, LANGUAGES[0], dice).size <= first.size


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("other", ["x + x", HOSTILE[0], HOSTILE[6]])
def test_hostile_parents_have_children_that_compile(value, other):
    head = "FUNCTIONS = {'+': 2, '-': 2, 'sin': 1}\n"
    first, second = (
        f"{head}# EVOLVE-BLOCK-START\ndef f(x):\n    return {each}\n# EVOLVE-BLOCK-END\n" for each in (value, other)
    )
    mine, theirs = (expression_of({"main.py": text}, EDITS) for text in (first, second))
    dice = Random(1)
    for _ in range(60):
        child = bred(mine.tree, theirs.tree, mine.language, Rates(0.7, 0.3), dice)
        assert child == mine.tree or fits(child)
        assert compiles(with_tree(first, mine, child))


def test_what_is_foreign_is_never_transplanted():
    language = LANGUAGES[0]
    foreign = tree("+", tree("x"), tree("(local)"))
    for seed in range(50):
        assert "(local)" not in written(crossed(tree("*", tree("y"), tree("y")), foreign, language, Random(seed)))
    nothing_to_give = tree("(local)")
    assert crossed(tree("x"), nothing_to_give, language, Random(1)) == tree("x")


def test_return_and_a_value_never_run_into_each_other():
    text = "# EVOLVE-BLOCK-START\ndef f(x):\n    return-x\n# EVOLVE-BLOCK-END\n"
    assert "return x * x" in with_tree(text, expression_of({"main.py": text}, EDITS), tree("*", tree("x"), tree("x")))


@quick
@given(languages, seeds)
def test_distance_is_a_metric(language, seed):
    one, two, three = (ramped(language, Random(seed + step)) for step in range(3))
    assert distance(one, one) == 0
    assert (distance(one, two) == 0) == (one == two)
    assert distance(one, two) == distance(two, one)
    assert distance(one, three) <= distance(one, two) + distance(two, three)


def test_distance_counts_the_root_most():
    x, y = tree("x"), tree("y")
    assert distance(tree("+", x, y), tree("*", x, y)) == 1
    assert distance(tree("+", x, y), tree("+", x, x)) == 0.5
    assert distance(tree("+", x, y), x) == 1 + 0.5 + 0.5


@pytest.mark.parametrize("change", MUTATIONS)
def test_equal_dice_give_equal_mutants(change):
    whole = ramped(LANGUAGES[0], Random(3))
    assert change(whole, LANGUAGES[0], Random(5)) == change(whole, LANGUAGES[0], Random(5))


def test_a_tree_that_cannot_change_stays():
    lonely = Language((("sin", 1),), ("x",), (), 0.0)
    assert fits(mutated(tree("x"), lonely, Random(1)))
