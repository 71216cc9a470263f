"""Insertion of what the program says elsewhere: where, and what."""

import pytest

from apps.engine.variation.ingredients import LONGEST, InsertExpression

from .programs import seeded


def outcomes(code, mode="whole"):
    """All texts that inserting one expression can make of the code, found by drawing often."""
    edits = [InsertExpression().edit({"a.py": code}, {"a.py": mode}, seeded(seed)) for seed in range(200)]
    return {edit["a.py"] for edit in edits if edit}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = f(a)\n", {"x = f(a, a)\n", "x = f(a, f)\n", "x = f(a, f(a))\n"}),
        ("x = [a, 2]\n", {f"x = [{items}]\n" for items in ("a, a, 2", "a, 2, 2", "a, 2, a")}),
        ("x = f(é, k=1)\n", {f"x = f(é, {new}, k=1)\n" for new in ("é", "f", "1", "f(é, k=1)")}),
        ("T = [[0.1, 0.2], [0.3, -0.4]]\n", set()),
        ("x = sum(a for a in b)\n", set()),
        ("def f(a, b): pass\n", set()),
        ("[a, b] = 3\n", set()),
    ],
)  # fmt: skip
def test_where_something_is_said_more_can_be_said(code, expected):
    assert outcomes(code) == expected


def test_only_what_stands_in_the_region_is_said_there():
    code = "SECRET = 42\n# EVOLVE-BLOCK-START\nx = min(a, 1)\n# EVOLVE-BLOCK-END\ny = max(b, 2)\n"
    found = outcomes(code, "regions")
    assert found
    assert all("42" not in text.removeprefix("SECRET = 42") and text.endswith("y = max(b, 2)\n") for text in found)


def test_what_is_long_or_broken_over_lines_is_no_ingredient():
    long = "a" * (LONGEST + 1)
    assert outcomes(f"x = f({long})\n") == {f"x = f({long}, f)\n"}
    assert all(text.count("\n") == 3 for text in outcomes("x = f(\n    a +\n    b)\n"))
