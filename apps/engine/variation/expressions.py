"""Expression trees: what genetic programming varies, and their text in Python.

A leaf is a variable, a number or something foreign, which was in a program before and is carried along unread. A
single leaf has depth 0, as in Koza, Genetic Programming (1992).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

OPERATORS = ("+", "-", "*", "/", "//", "%", "**")

_NUMBER = re.compile(r"-?(?:[0-9]|\.[0-9])[\w.+-]*")


class Tree(NamedTuple):
    """A label over its operands. size counts nodes; depth is the longest way down to a leaf, in steps."""

    label: str
    operands: tuple["Tree", ...]
    size: int
    depth: int


def tree(label: str, *operands: Tree) -> Tree:
    """A node over its operands; without any it is a leaf."""
    size = 1 + sum(operand.size for operand in operands)
    return Tree(label, operands, size, 1 + max((operand.depth for operand in operands), default=-1))


def is_number(leaf: Tree) -> bool:
    """Whether the leaf is a number's literal, with its sign."""
    return not leaf.operands and _NUMBER.fullmatch(leaf.label) is not None


def nodes(whole: Tree) -> Iterator[Tree]:
    """All nodes: each before its operands, which come from left to right."""
    waiting = [whole]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.operands))


def replaced(whole: Tree, at: int, new: Tree) -> Tree:
    """The tree with another in the place of its node number `at`, counted as nodes() does."""
    if at == 0:
        return new
    operands, start = list(whole.operands), 1
    for place, operand in enumerate(operands):
        if at < start + operand.size:
            operands[place] = replaced(operand, at - start, new)
            break
        start += operand.size
    return tree(whole.label, *operands)


def written(whole: Tree) -> str:
    """The tree as a Python expression; an operator stands in parentheses wherever it is an operand."""
    return _closed(whole)[1:-1] if whole.label in OPERATORS else _closed(whole)


@lru_cache(maxsize=8192)
def _closed(node: Tree) -> str:
    operands = [_closed(operand) for operand in node.operands]
    if node.label in OPERATORS:
        return f"({operands[0]} {node.label} {operands[1]})"
    if operands:
        return f"{node.label}({', '.join(operands)})"
    return f"({node.label})" if node.label.startswith("-") else node.label
