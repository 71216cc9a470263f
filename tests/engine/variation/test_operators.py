"""What holds for every operator."""

import ast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.engine.variation.crossover import Crossover
from apps.engine.variation.python_tree import compiles
from apps.engine.variation.regions import outside_unchanged

from .programs import OPERATORS, programs, quick, seeded

PATH = "main.py"
MODES = st.sampled_from(["regions", "whole"])
names = pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)


@names
@quick
@given(text=programs(), mode=MODES, seed=st.integers(0, 999))
def test_changes_only_what_may_be_edited_and_still_compiles(operator, text, mode, seed):
    edit = operator.edit({PATH: text}, {PATH: mode}, seeded(seed))
    assume(edit)
    assert edit[PATH] != text
    assert outside_unchanged(text, edit[PATH], mode)
    assert compiles(edit[PATH])


@names
@quick
@given(text=programs(), seed=st.integers(0, 999))
def test_equal_states_of_the_generator_give_equal_edits(operator, text, seed):
    texts, edits = {"b.py": "x = 1\n", PATH: text}, {PATH: "regions", "b.py": "whole"}
    again = dict(reversed(texts.items()))
    assert operator.edit(texts, edits, seeded(seed)) == operator.edit(again, edits, seeded(seed))


@names
def test_protected_and_unknown_files_stay(operator):
    texts = {"a.py": "x = 1\ny = 2\n", "b.py": "x = 1\ny = 2\n"}
    assert operator.edit(texts, {"a.py": "protected"}, seeded(1)) is None


@names
@pytest.mark.parametrize("text", ["", "def", "(" * 10_000, "x = 1\0\n", "x = 'é\ny = 1\n", "\ufeffx = 1\n"])
def test_texts_that_are_no_python_do_no_harm(operator, text):
    for seed in range(5):
        operator.edit({PATH: text}, {PATH: "whole"}, seeded(seed))


@quick
@given(first=programs(), seed=st.integers(0, 99))
def test_crossover_of_relatives(first, seed):
    """A parent and its mutated child: the grandchild is neither, and sound."""
    second = OPERATORS[seed % 3].edit({PATH: first}, {PATH: "regions"}, seeded(seed))
    assume(second)
    parents = ({PATH: first}, second)
    child = Crossover().edit(*parents, {PATH: "regions"}, seeded(seed))
    assert child == Crossover().edit(*parents, {PATH: "regions"}, seeded(seed))
    assume(child)
    assert child not in parents
    assert outside_unchanged(first, child[PATH], "regions")
    assert compiles(child[PATH])


@quick
@given(text=programs(), mode=MODES, seeds=st.lists(st.integers(0, 10**6), min_size=2, max_size=4, unique=True))
def test_the_null_edit_changes_content_and_nothing_else(text, mode, seeds):
    noop = OPERATORS[-1]
    assert noop.name == "noop"
    contents, lengths = {text}, []
    current = text
    for seed in seeds:
        current = (noop.edit({PATH: current}, {PATH: mode}, seeded(seed)) or {}).get(PATH, current)
        assert ast.dump(ast.parse(current)) == ast.dump(ast.parse(text))
        contents.add(current)
        lengths.append(len(current))
    assert current.count("# null") <= 3
    if current != text:
        assert len(contents) == len(seeds) + 1
