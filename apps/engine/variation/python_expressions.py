"""Expressions of Python as pieces of text: another operator, swapped operands, a sibling's copy, a small change."""

import ast
import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from apps.engine.variation.python_tree import Tree, code_nodes
from apps.engine.variation.regions import Region
from apps.engine.variation.splices import Splice, within

_CLASSES = (
    ("+", "-", "*", "/", "//", "%", "**"),
    ("+=", "-=", "*=", "/=", "//=", "%="),
    ("&", "|", "^", "<<", ">>"),
    ("<", "<=", ">", ">=", "==", "!="),
    ("in", "not in"),
    ("is", "is not"),
    ("and", "or"),
)
_ALIKE = {symbol: tuple(each for each in same if each != symbol) for same in _CLASSES for symbol in same}
_ARITHMETIC = _CLASSES[0]

# What stands between two operands: closing parentheses of the first, the operator, opening ones of the second.
_BETWEEN = re.compile(
    r"(?P<closing>(?:[\s\\]*\))*)[\s\\]*(?P<symbol>is\s+not|not\s+in|[a-z]+|[^\w\s()\\#'\"]+?)[\s\\]*(?P<opening>(?:\([\s\\]*)*)"
)
_ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.List, ast.Dict, ast.Set)
_BOUND = (
    ast.Starred,
    ast.NamedExpr,
    ast.Slice,
    ast.GeneratorExp,
    ast.Yield,
    ast.YieldFrom,
)  # mean other things elsewhere


class Operand(NamedTuple):
    """A piece of an expression, and whether it may stand anywhere without parentheses."""

    at: Region
    closed: bool

    def of(self, text: str) -> str:
        """The operand as it may stand anywhere."""
        return self.at.of(text) if self.closed else f"({self.at.of(text)})"


class Symbol(NamedTuple):
    """An operator that has others of its class."""

    at: Region
    text: str


class Pair(NamedTuple):
    """The two operands of one operator."""

    left: Operand
    right: Operand


class Copy(NamedTuple):
    """A place, and what can be said there: the arguments, items or operands of one expression, itself among them."""

    at: Region
    siblings: tuple[Operand, ...]


class Amount(NamedTuple):
    """An operand that is a number as far as one can see. real: a fraction will do."""

    operand: Operand
    real: bool


type Site = Symbol | Pair | Copy | Amount


def expressions(tree: Tree, editable: Sequence[Region]) -> list[Site]:
    """All places in the editable regions where an expression can be varied, in the order of the text."""
    return [site for node in code_nodes(tree.root) for site in _sites(tree, node) if within(_extent(site), editable)]


def another_operator(text: str, symbol: Symbol, rng: Random) -> list[Splice]:
    """Another operator of the same class: arithmetic, of bits, comparing, boolean."""
    return [Splice(symbol.at, rng.choice(_ALIKE[symbol.text]))]


def swap_operands(text: str, pair: Pair, rng: Random) -> list[Splice]:
    """Left for right."""
    return [Splice(pair.left.at, pair.right.of(text)), Splice(pair.right.at, pair.left.of(text))]


def copy_sibling(text: str, place: Copy, rng: Random) -> list[Splice]:
    """A sibling's text in the place of its own; where it draws itself, nothing changes."""
    return [Splice(place.at, rng.choice(place.siblings).of(text))]


def wrap(text: str, amount: Amount, rng: Random) -> list[Splice]:
    """A tenth more or less, or one more or less where a fraction might not do."""
    change = rng.choice(("* 1.1", "* 0.9") if amount.real else ("+ 1", "- 1"))
    return [Splice(amount.operand.at, f"({amount.operand.of(text)} {change})")]


def _sites(tree: Tree, node: ast.AST) -> Iterator[Site]:
    match node:
        case ast.BinOp(left=left, right=right) | ast.Compare(left=left, comparators=[right]):
            return _binary(tree, tree.span(node), left, right)
        case ast.BoolOp(values=[left, right]):
            return _binary(tree, tree.span(node), left, right)
        case ast.AugAssign(target=left, value=right):
            return (site for site in _binary(tree, tree.span(node), left, right) if isinstance(site, Symbol))
        case ast.Call(args=items, keywords=keywords):
            return _copies(tree, [*items, *(keyword.value for keyword in keywords if keyword.arg)])
        case ast.List(elts=items, ctx=ast.Load()) | ast.Tuple(elts=items, ctx=ast.Load()) | ast.Set(elts=items):
            return _copies(tree, items)
    return iter(())


def _binary(tree: Tree, whole: Region, left: ast.expr, right: ast.expr) -> Iterator[Site]:
    first, second = tree.span(left), tree.span(right)
    between = _BETWEEN.fullmatch(tree.text, first.end, second.start)
    if not between:
        return
    pair = Pair(
        _operand(left, first, Region(whole.start, between.end("closing"))),
        _operand(right, second, Region(between.start("opening"), whole.end)),
    )
    symbol = " ".join(between["symbol"].split())
    if symbol in _ALIKE:
        yield Symbol(Region(*between.span("symbol")), symbol)
    yield pair
    yield Copy(pair.left.at, pair)
    yield Copy(pair.right.at, pair)
    if symbol in _ARITHMETIC:
        yield from _amounts(pair, symbol, left, right)


def _amounts(pair: Pair, symbol: str, left: ast.expr, right: ast.expr) -> Iterator[Amount]:
    constants = [isinstance(side, ast.Constant) for side in (left, right)]
    real = symbol == "/" or any(
        isinstance(side, ast.Constant) and isinstance(side.value, float) for side in (left, right)
    )
    for operand, constant in zip(pair, constants, strict=True):
        if not constant:
            yield Amount(operand, real)


def _copies(tree: Tree, items: Sequence[ast.expr]) -> Iterator[Copy]:
    free = tuple(Operand(tree.span(item), True) for item in items if not isinstance(item, _BOUND))
    return (Copy(operand.at, free) for operand in free if len(free) > 1)


def _operand(node: ast.expr, bare: Region, at: Region) -> Operand:
    return Operand(at, isinstance(node, _ATOMS) or at != bare)


def _extent(site: Site) -> Region:
    match site:
        case Pair(left, right):
            return Region(left.at.start, right.at.end)
        case Amount(operand):
            return operand.at
        case _:
            return site.at
