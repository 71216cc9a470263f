"""Expression trees out of programs and back: what is read, what is carried along unread, what is refused."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine.breed import with_tree
from apps.engine.variation.expressions import nodes, replaced, tree, written
from apps.engine.variation.expressions_read import Language, NoExpression, expression_of, known, parsed
from tests.engine.variation.programs import EXPRESSIONS

quick = settings(max_examples=60, deadline=None)
EDITS = {"main.py": "regions"}
LANGUAGE = Language((("+", 2), ("-", 2), ("**", 2), ("sin", 1), ("pick", 3)), ("x", "y"), ("1.0",), 1.0)

leaves = st.sampled_from(["x", "y", "1.0", "-2", "1e-05", "-0.25", "7"]).map(tree)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(tree, st.sampled_from(["+", "-", "**"]), inner, inner),
        st.builds(tree, st.just("sin"), inner),
        st.builds(tree, st.just("pick"), inner, inner, inner),
    ),
    max_leaves=30,
)


def program(body, head="", arguments="x, y"):
    return f"{head}\n# EVOLVE-BLOCK-START\ndef f({arguments}):\n    {body}\n# EVOLVE-BLOCK-END\n"


def read(body, head="", arguments="x, y"):
    return expression_of({"main.py": program(body, head, arguments)}, EDITS)


@quick
@given(trees)
def test_a_tree_is_its_text_and_the_text_its_tree(whole):
    assert parsed(written(whole), LANGUAGE) == whole
    assert known(whole, LANGUAGE)


@quick
@given(trees)
def test_size_and_depth_are_those_of_the_nodes(whole):
    found = list(nodes(whole))
    assert whole.size == len(found)
    assert whole.depth == max((1 + operand.depth for operand in whole.operands), default=0)


@quick
@given(trees, trees, st.data())
def test_replacing_a_node_changes_that_node_and_nothing_else(whole, new, data):
    at = data.draw(st.integers(0, whole.size - 1))
    before, after = list(nodes(whole)), list(nodes(replaced(whole, at, new)))
    assert after[at] == new
    assert [node.label for node in after[:at]] == [node.label for node in before[:at]]
    rest = len(before) - at - before[at].size
    assert after[len(after) - rest :] == before[len(before) - rest :]


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "-1",
        "(x)",
        "x + y * 2",
        "lambda: x",
        "[i for i in x]",
        "x if y else 1",
        "not x",
        "f'{x!r:>{y}}'",
        "(yield x)",
        "*x, y",
        "x < y < 1",
        "sin(x, y)",
        "sin(*x)",
        "sin(i for i in x)",
        "sin(x, base=2)",
        "x.real + y[0]",
        "True + 1",
        "2j - 1",
        "'größe' + \"🥚\"",
        "+x - -y",
        "x ** -2",
        "(x  # a note\n      + y)",
        "x + \\\n   y",
        "+".join("x" * 900),
        "(" * 80 + "x" + ")" * 80,
        "sin(" * 70 + "x" + ")" * 70,
        *(each for each in EXPRESSIONS if "x" in each),
    ],
)
def test_what_is_read_and_written_again_means_the_same(value):
    text = program(f"return {value}", "FUNCTIONS = {'+': 2, '-': 2, '*': 2, '**': 2, 'sin': 1}")
    found = expression_of({"main.py": text}, EDITS)
    assert returned(with_tree(text, found, found.tree)) == returned(text)


def returned(text):
    """The function f as a syntax tree without places."""
    (function,) = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return ast.dump(function)


def test_the_language_is_what_the_program_declares():
    head = "FUNCTIONS = {'*': 2, 'div': 2, 'sin': 1}\nCONSTANTS = (1, -2.5)\nSIGMA = 3"
    language = read("return x", head, "x, /, y=1, *rest, z").language
    assert language == Language((("*", 2), ("div", 2), ("sin", 1)), ("x", "y", "z"), ("1", "-2.5"), 3.0)


def test_a_program_that_declares_nothing_has_a_plain_language():
    assert read("return x").language.functions == (("+", 2), ("-", 2), ("*", 2))


def test_what_an_edit_could_change_declares_nothing():
    text = "# EVOLVE-BLOCK-START\nSIGMA = 9.0\ndef f(x):\n    return x\n# EVOLVE-BLOCK-END\n"
    assert expression_of({"main.py": text}, EDITS).language.sigma == 1.0


def test_what_is_unknown_is_one_foreign_leaf():
    found = read("return x + max(x, y)")
    assert [node.label for node in nodes(found.tree)] == ["+", "x", "(max(x, y))"]
    assert not known(found.tree, found.language)


def test_what_is_nested_too_deeply_is_carried_along():
    whole = read("return " + "+".join("x" * 900)).tree
    assert whole.depth <= 60
    assert written(whole).count("x") == 900


@pytest.mark.parametrize(
    ("head", "body", "complaint"),
    [
        ("", "pass", "no expression after `return`"),
        ("", "return", "no expression after `return`"),
        ("", "if x:\n        return 1\n    return y", "2 expressions after `return`"),
        ("", "def g(z):\n        return z\n    return x", "2 expressions after `return`"),
        ("FUNCTIONS = {}", "return x", "names nothing"),
        ("FUNCTIONS = {'sin': 0}", "return x", "'sin': 0"),
        ("FUNCTIONS = {'+': 1}", "return x", "'\\+': 1"),
        ("FUNCTIONS = {'<': 2}", "return x", "'<': 2"),
        ("FUNCTIONS = {'lambda': 2}", "return x", "'lambda': 2"),
        ("FUNCTIONS = {'f': True}", "return x", "'f': True"),
        ("FUNCTIONS = {3: 2}", "return x", "3: 2"),
        ("FUNCTIONS = ['+']", "return x", "has to be a dict"),
        ("FUNCTIONS = dict(a=1)", "return x", "has to be a literal"),
        ("CONSTANTS = ('1',)", "return x", "finite numbers"),
        ("CONSTANTS = (1e999,)", "return x", "finite numbers"),
        ("SIGMA = -1", "return x", "SIGMA has to be"),
        ("SIGMA = 1e999", "return x", "SIGMA has to be"),
        ("SIGMA = True", "return x", "SIGMA has to be"),
    ],
)
def test_a_program_without_one_expression_is_answered_with_the_reason(head, body, complaint):
    with pytest.raises(NoExpression, match=complaint):
        read(body, head)


@pytest.mark.parametrize("text", ["def f(:\n", "", "\0", "x = 1\n", "def f(x):\n    return x\n"])
def test_a_file_without_editable_python_has_no_expression(text):
    with pytest.raises(NoExpression, match="no expression"):
        expression_of({"main.py": text, "notes.md": "return x"}, {"main.py": "regions", "notes.md": "whole"})
