import ast

import pytest

from apps.engine.variation import python_expressions, python_statements, statements
from apps.engine.variation.splices import spliced
from apps.engine.variation.statements import MutateStatements, places

from .programs import seeded


def outcomes(code, draw):
    """All texts that one kind of change can make of the code, found by drawing often."""
    sites = dict(places(code, "whole")).get(draw, ())
    return {spliced(code, draw(code, site, seeded(seed))) for site in sites for seed in range(12)} - {code}


_B = "@f(1)\r\nclass B:\r\n"


@pytest.mark.parametrize(
    ("draw", "code", "expected"),
    [
        (python_statements.swap, "a = 1\nb = 2", {"b = 2\na = 1"}),
        (python_statements.swap, "a = 1; b = 2\n", set()),
        (python_statements.delete, "if a:  # why\n    b()  # c\n", {"pass\n", "if a:  # why\n    pass\n"}),
        (python_statements.delete, f"a\r\n{_B}  c\r\n", {f"{_B}  c\r\n", "a\r\n", f"a\r\n{_B}  pass\r\n"}),
        (python_statements.duplicate, "é = 'é'\r\n", {"é = 'é'\r\né = 'é'\r\n"}),
        (python_expressions.another_operator, "x = a in b", {"x = a not in b"}),
        (python_expressions.another_operator, "x = a  is  not  b", {"x = a  is  b"}),
        (python_expressions.another_operator, "x = (a) and (\n b)", {"x = (a) or (\n b)"}),
        (python_expressions.another_operator, "x <<= a @ b", set()),
        (python_expressions.swap_operands, "x = (a + b) * c", {"x = c * (a + b)", "x = (b + a) * c"}),
        (python_expressions.swap_operands, "x = a - b - c", {"x = c - (a - b)", "x = b - a - c"}),
        (python_expressions.swap_operands, "x = 'ü' < y", {"x = y < 'ü'"}),
        (python_expressions.copy_sibling, "f(a, *b, k=(c))", {"f(c, *b, k=(c))", "f(a, *b, k=(a))"}),
        (python_expressions.copy_sibling, "a, b = b, a\n", {"a, b = a, a\n", "a, b = b, b\n"}),
        (python_expressions.wrap, "x = n / 2", {"x = (n * 1.1) / 2", "x = (n * 0.9) / 2"}),
        (python_expressions.wrap, "x = n * 2", {"x = (n + 1) * 2", "x = (n - 1) * 2"}),
    ],
)  # fmt: skip
def test_each_kind_of_change(draw, code, expected):
    assert outcomes(code, draw) == expected


def test_swapping_twice_adds_parentheses_once():
    once = spliced(code := "x = a - b - c", python_expressions.swap_operands(code, _pair(code), seeded(1)))
    again = spliced(once, python_expressions.swap_operands(once, _pair(once), seeded(1)))
    assert (once, again) == ("x = c - (a - b)", "x = (a - b) - c")


def _pair(code):
    return dict(places(code, "whole"))[python_expressions.swap_operands][0]


def test_docstrings_fstrings_and_patterns_are_left_alone():
    code = '"""a"""\nmatch x:\n    case 1 | 2: f"{a + b}"\n'
    kinds = {draw for draw, _ in places(code, "whole")}
    assert not kinds & {python_expressions.another_operator, python_expressions.wrap, python_expressions.copy_sibling}


def test_a_statement_around_the_region_is_not_touched():
    code = "def f(a, b):\n    # EVOLVE-BLOCK-START\n    return a\n    # EVOLVE-BLOCK-END\n"
    for seed in range(30):
        edit = MutateStatements().edit({"a.py": code}, {"a.py": "regions"}, seeded(seed))
        assert edit is not None
        assert edit["a.py"].startswith("def f(a, b):\n    # EVOLVE-BLOCK-START\n")


def test_a_text_is_parsed_once(monkeypatch):
    parsed = []
    monkeypatch.setattr(statements, "parse", lambda text, real=statements.parse: parsed.append(text) or real(text))
    places.cache_clear()
    for seed in range(10):
        MutateStatements().edit({"a.py": "x = a + b\ny = x\n"}, {"a.py": "whole"}, seeded(seed))
    assert len(parsed) == 1


@pytest.mark.parametrize("text", ["x = " + "-" * 100_000 + "1", "x = " + "(" * 500 + ")" * 500, "x = 1\n" * 100_000])
def test_what_is_too_deep_or_too_long_is_refused(text):
    assert MutateStatements().edit({"a.py": text}, {"a.py": "whole"}, seeded(1)) is None


def test_places_grow_with_the_text_and_not_with_its_square():
    """A long table: one entry per item, the siblings shared."""
    sites = dict(places(f"T = [{'1, ' * 5000}]\n", "whole"))[python_expressions.copy_sibling]
    assert len(sites) == 5000
    assert all(site.siblings is sites[0].siblings for site in sites)


def test_count_changes_follow_one_another():
    code = "x = a + b\ny = x * 2\nz = y - x\n"
    edits = [MutateStatements(count=3).edit({"a.py": code}, {"a.py": "whole"}, seeded(seed)) for seed in range(10)]
    assert all(ast.parse(edit["a.py"]) for edit in edits if edit)
    assert sum(edit is not None for edit in edits) >= 9
