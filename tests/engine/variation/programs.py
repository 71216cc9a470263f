"""Generated Python programs with editable regions, and the operators they are varied with."""

from random import Random

from hypothesis import settings
from hypothesis import strategies as st

from apps.engine.variation.ingredients import InsertExpression
from apps.engine.variation.noop import NoOp
from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.variation.statements import MutateStatements
from apps.engine.variation.steps import AdaptiveStep

quick = settings(max_examples=25, deadline=None)

OPERATORS = (PerturbNumbers(count=3), AdaptiveStep(), MutateStatements(count=2), InsertExpression(), NoOp())

EXPRESSIONS = (
    "1",
    "-2.5",
    "x - 1",
    "x-1",
    "-2 ** 2",
    "(x + 3) * 4",
    "f(x, 0.5, key=7)",
    "[1, -2, 3.0][x]",
    "x < 5 and not x in (1, 2)",
    "'7 eggs' if x else 8",
    'f"{x * 9:.3f} and {x!r:>{10}}"',
    "f'{d['11']}'",
    "lambda y: y % 12",
    "{'13': 14, 15: -16}",
    "1_000 + 0x11 + 0b1 + 2j",
    "x is not None or x == 1e-3",
    "'größe 17' + '🥚 18'",
    '"""19\n20"""',
    "(x  # 21\n + 22)",
    "x + \\\n 23",
    "return_ if not-1 else-2",
)
_names = st.sampled_from(["x", "größe", "_y1"])
_expressions = st.sampled_from(EXPRESSIONS)
_assignments = st.builds("{} {} {}".format, _names, st.sampled_from(["=", "+=", "//="]), _expressions)
_simple = st.one_of(
    _assignments,
    st.builds("{}  # at least 24".format, _assignments),
    st.builds("x = 1; y = {}".format, _expressions),
    st.sampled_from(["pass", "import math", "# comment 25", "assert x, 'no 26'", '"""Docs 27."""']),
)


def _indented(lines: list[str]) -> str:
    return "\n".join("    " + line.replace("\n", "\n    ") for line in [*lines, "pass"])


def _compound(blocks: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bodies = st.lists(blocks, max_size=3).map(_indented)
    return st.one_of(
        st.builds("def f(a=28, *, b: int = -29):\n{}".format, bodies),
        st.builds("@cache(30)\nclass C:\n{}".format, bodies),
        st.builds("for i in range({}):\n{}\nelse:\n{}".format, _expressions, bodies, bodies),
        st.builds("if x:\n{}\nelif {}:\n{}".format, bodies, _expressions, bodies),
        st.builds("try:\n{}\nexcept ValueError:\n{}\nfinally:\n{}".format, bodies, bodies, bodies),
        st.builds(
            "match x:\n    case -1 | 31:\n        x = 32\n    case {{33: _, 34: _}}:\n        {}".format, _assignments
        ),
    )


_statements = st.recursive(_simple, _compound, max_leaves=5)
_blocks = st.lists(_statements, max_size=3).map(lambda lines: "".join(line + "\n" for line in lines))


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program of one to three regions, with any line end, perhaps without the last one."""
    text = draw(_blocks)
    for _ in range(draw(st.integers(1, 3))):
        text += f"# EVOLVE-BLOCK-START\n{draw(_blocks)}# EVOLVE-BLOCK-END\n{draw(_blocks)}"
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def seeded(seed: int) -> Random:
    return Random(seed)
