"""Finding the expression that a program lets evolve, and what it may be made of.

The expression is the value of the one `return` in what may be edited of the program. Its variables are the arguments of
that function. A program may say the rest at its top level, outside of what may be edited:

    FUNCTIONS = {"+": 2, "-": 2, "*": 2, "div": 2, "sin": 1}     # operators, functions of the program; operands of each
    CONSTANTS = (1.0, 2.0)                                       # numbers as they stand
    SIGMA = 1.0                                                  # of random numbers around 0; 0 for none

Without it these are +, - and *, the number 1.0 and SIGMA 1.0.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from keyword import iskeyword
from math import isfinite
from typing import Any

from apps.engine.variation.expressions import OPERATORS, Tree, is_number, nodes, tree
from apps.engine.variation.python_tree import Tree as Text
from apps.engine.variation.python_tree import code_nodes, parse
from apps.engine.variation.regions import Region, editable
from apps.engine.variation.splices import within

PLAIN: Mapping[str, Any] = {"FUNCTIONS": {"+": 2, "-": 2, "*": 2}, "CONSTANTS": (1.0,), "SIGMA": 1.0}
MOST_OPERANDS = 10
DEEPEST = 60  # levels that are read; what is nested deeper is carried along as it stands

_PYTHON = (".py", ".pyi")
_SYMBOLS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}


class NoExpression(ValueError):
    """There is no expression to vary; the message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Language:
    """What trees are made of: (name, number of operands) of each function, variables, constants, SIGMA."""

    functions: tuple[tuple[str, int], ...]
    variables: tuple[str, ...]
    constants: tuple[str, ...]
    sigma: float

    def knows(self, node: Tree) -> bool:
        """Whether a node, its operands aside, may stand in any tree of this language."""
        if node.operands:
            return (node.label, len(node.operands)) in self.functions
        return node.label in self.variables or is_number(node)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression in its place."""

    path: str
    at: Region
    tree: Tree
    language: Language


def expression_of(texts: Mapping[str, str], edits: Mapping[str, str]) -> Expression:
    """The one expression that may be edited. Raises NoExpression, and RegionError where markers do not pair up."""
    found: list[Expression] = []
    for path in sorted(texts):
        if path.endswith(_PYTHON):
            found += _in_file(path, texts[path], edits.get(path, "protected"))
    if len(found) == 1:
        return found[0]
    many = f"{len(found)} expressions after `return`" if found else "no expression after `return`"
    raise NoExpression(f"genetic programming varies one expression, and {many} may be edited here: docs/projects.md")


@lru_cache(maxsize=4096)
def parsed(text: str, language: Language) -> Tree:
    """The tree of an expression that stands alone. Raises NoExpression."""
    whole = parse(text)
    match whole.root.body if whole else ():
        case [ast.Expr(value=value)]:
            assert whole is not None
            return _tree(whole, value, language)
    raise NoExpression(f"{text[:80]!r} is no expression")


@lru_cache(maxsize=1024)
def _in_file(path: str, text: str, edit: str) -> tuple[Expression, ...]:
    regions = editable(text, edit)
    whole = parse(text) if regions else None
    if whole is None:
        return ()
    return tuple(
        Expression(path, whole.span(value), _tree(whole, value, language), language)
        for function, value in _returned(whole, regions)
        for language in [_language(whole, function, regions)]
    )


def _returned(whole: Text, regions: Sequence[Region]) -> Iterator[tuple[ast.FunctionDef, ast.expr]]:
    """What may be edited of what functions return."""
    functions = (node for node in code_nodes(whole.root) if isinstance(node, ast.FunctionDef))
    for function in functions:
        for value in _values(function.body):
            if within(whole.span(value), regions):
                yield function, value


def _values(body: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    """The values of the returns of one function, not of those inside it."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
        elif not isinstance(node, ast.expr | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))


def _language(whole: Text, function: ast.FunctionDef, regions: Sequence[Region]) -> Language:
    said = {**PLAIN, **dict(_declared(whole, regions))}
    given = function.args
    variables = tuple(each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs))
    constants = tuple(_literal(value) for value in said["CONSTANTS"])
    return Language(_functions(said["FUNCTIONS"]), variables, constants, _sigma(said["SIGMA"]))


def _declared(whole: Text, regions: Sequence[Region]) -> Iterator[tuple[str, Any]]:
    """What the program says of its language where no edit can change it."""
    for statement in whole.root.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in PLAIN:
                if not within(whole.span(statement), regions):
                    yield name, _read(name, value)


def _read(name: str, value: ast.expr) -> Any:
    try:
        said = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise NoExpression(f"{name} has to be a literal, so that it can be read without running the program") from None
    kind = type(PLAIN[name])
    accepted = {float: (int, float), tuple: (tuple, list)}.get(kind, kind)
    if not isinstance(said, accepted) or isinstance(said, bool):
        raise NoExpression(f"{name} has to be a {kind.__name__}, not {said!r}")
    return said


def _functions(said: Mapping[Any, Any]) -> tuple[tuple[str, int], ...]:
    for name, operands in said.items():
        callable_name = isinstance(name, str) and name.isidentifier() and not iskeyword(name)
        most = 2 if name in OPERATORS else MOST_OPERANDS if callable_name else 0
        least = 2 if name in OPERATORS else 1
        if type(operands) is not int or not least <= operands <= most:
            raise NoExpression(
                f"FUNCTIONS says {name!r}: {operands!r}; known are the operators {' '.join(OPERATORS)} with 2 "
                f"operands, and names of functions with 1 to {MOST_OPERANDS}"
            )
    if not said:
        raise NoExpression("FUNCTIONS names nothing that an expression could be made of")
    return tuple(said.items())


def _literal(value: Any) -> str:
    if type(value) not in (int, float) or not isfinite(value):
        raise NoExpression(f"CONSTANTS has to hold finite numbers, not {value!r}")
    return repr(value)


def _sigma(value: float) -> float:
    if not (value >= 0 and isfinite(value)):
        raise NoExpression(f"SIGMA has to be a finite number of at least 0, not {value!r}")
    return float(value)


def _tree(whole: Text, value: ast.expr, language: Language, level: int = 0) -> Tree:
    """What the language knows as nodes, and the rest as foreign leaves."""
    inner: Sequence[ast.expr]
    match value:
        case ast.Constant(value=int() | float()) if not isinstance(value.value, bool):
            return tree(whole.span(value).of(whole.text))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as number):
            if not isinstance(number.value, bool):
                return tree("-" + whole.span(number).of(whole.text))
            label, inner = "", ()
        case ast.BinOp(left=left, op=op, right=right):
            label, inner = _SYMBOLS.get(type(op), ""), (left, right)
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]):
            label, inner = name, () if any(isinstance(each, ast.Starred) for each in given) else given
        case ast.Name(id=name):
            return tree(name)
        case _:
            label, inner = "", ()
    if (label, len(inner)) not in language.functions or level == DEEPEST:
        return tree(f"({whole.span(value).of(whole.text)})")
    return tree(label, *(_tree(whole, each, language, level + 1) for each in inner))


def known(whole: Tree, language: Language) -> bool:
    """Whether nothing in a tree is foreign."""
    return all(language.knows(node) for node in nodes(whole))
