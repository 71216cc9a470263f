"""Statements of Python as lines of text: swapped with a sibling, deleted, duplicated."""

import ast
import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from apps.engine.variation.python_tree import Tree
from apps.engine.variation.regions import Region, newline
from apps.engine.variation.splices import Splice, within

_BEFORE = re.compile(r"[ \t\f]*@?[ \t]*")
_AFTER = re.compile(r"[ \t\f]*(?:#[^\r\n]*)?")
_BLOCKS = ("body", "orelse", "finalbody")


class Statement(NamedTuple):
    """A statement that has its lines to itself and may be edited.

    at: its lines, decorators and a comment behind it included, the last line end left out. siblings: the places of all
    such statements of its block. alone: the block holds no other statement. depth: of nested blocks, 0 for a module's.
    """

    at: Region
    siblings: tuple[Region, ...]
    alone: bool
    depth: int


def statements(tree: Tree, editable: Sequence[Region]) -> list[Statement]:
    """The statements that lie in the editable regions, outer blocks first."""
    found = []
    for block, depth in _blocks(tree.root):
        places = [place for statement in block if not _is_text(statement) and (place := _place(tree, statement))]
        free = tuple(place for place in places if within(place, editable))
        found += [Statement(place, free, len(block) == 1, depth) for place in free]
    return found


def swap(text: str, statement: Statement, rng: Random) -> list[Splice]:
    """Change places with a sibling; nothing where there is none."""
    others = [place for place in statement.siblings if place != statement.at]
    if not others:
        return []
    other = rng.choice(others)
    return [Splice(statement.at, other.of(text)), Splice(other, statement.at.of(text))]


def delete(text: str, statement: Statement, rng: Random) -> list[Splice]:
    """Leave it out; where it is alone in its block, `pass` takes its place."""
    if statement.alone:
        return [Splice(statement.at, indentation(text, statement.at) + "pass")]
    start, end = statement.at
    return [Splice(Region(start, end + len(_line_end(text, end))), "")]


def duplicate(text: str, statement: Statement, rng: Random) -> list[Splice]:
    """Say it twice."""
    again = newline(text) + statement.at.of(text)
    return [Splice(Region(statement.at.end, statement.at.end), again)]


def indentation(text: str, place: Region) -> str:
    """The white space that the line at the beginning of the place begins with."""
    line = place.of(text)
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def _blocks(root: ast.Module) -> Iterator[tuple[list[ast.stmt], int]]:
    waiting: list[tuple[ast.AST, int]] = [(root, 0)]
    for node, depth in waiting:
        for name in _BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                yield block, depth
                waiting.extend((statement, depth + 1) for statement in block)
        for branch in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            waiting.append((branch, depth))


def _place(tree: Tree, statement: ast.stmt) -> Region | None:
    """The statement's lines; None where another one shares them."""
    decorators = getattr(statement, "decorator_list", ())
    span = tree.span(statement)
    start = min([span.start, *(tree.span(decorator).start for decorator in decorators)])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    lines = tree.lines(first, statement.end_lineno or statement.lineno)
    apart = _BEFORE.fullmatch(tree.text, lines.start, start) and _AFTER.fullmatch(tree.text, span.end, lines.end)
    return lines if apart else None


def _is_text(statement: ast.stmt) -> bool:
    """A docstring, or a comment in quotes."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _line_end(text: str, at: int) -> str:
    return "\r\n" if text.startswith("\r\n", at) else text[at : at + 1]
