"""A number as it stands in a text, and how another value is written in its place."""

import math
import re
from typing import NamedTuple

_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?")
LONGEST = 40  # characters; what is longer is a table, a key or a bit mask, no setting


class Number(NamedTuple):
    """A decimal literal at the character offsets [start, end), its sign included where it has one of its own."""

    start: int
    end: int
    text: str
    is_integer: bool

    @property
    def value(self) -> int | float:
        """What the literal stands for: an int for an integer, else a finite float."""
        return int(self.text) if self.is_integer else float(self.text)


def number_at(start: int, literal: str) -> Number | None:
    """The number that a literal spells; None where that is not plainly decimal (0x1f, 1_000, 2j, 007), or too long."""
    if len(literal) > LONGEST:
        return None
    if _INTEGER.fullmatch(literal):
        return Number(start, start + len(literal), literal, True)
    if _FLOAT.fullmatch(literal) and math.isfinite(float(literal)):
        return Number(start, start + len(literal), literal, False)
    return None


def replace(text: str, number: Number, value: float) -> str:
    """text with another value in the number's place, in its shortest form; an integer stays one.

    Raises ValueError for a value that is not finite, and for a fraction in an integer's place. Parentheses or spaces
    are added where the new literal would run into its neighbours: never `--5`, `return5` or `-2**2` for `(-2)**2`.
    """
    before, after = text[: number.start], text[number.end :]
    return before + fitted(before[-1:], written(number, value), after[:9]) + after


def written(number: Number, value: float) -> str:
    """The literal for a value of the number's own kind. Raises ValueError as replace does."""
    if not math.isfinite(value):
        raise ValueError(f"{value!r} cannot be written as a number")
    if not number.is_integer:
        return repr(float(value))
    if value != int(value):
        raise ValueError(f"{value!r} in the place of the integer {number.text}")
    return repr(int(value))


def fitted(before: str, literal: str, after: str) -> str:
    """The literal made to stand between its neighbours: the character before it and some text after it."""
    if literal.startswith("-") and (before == "-" or after.lstrip(" \t").startswith("**")):
        return f"({literal})"
    left = " " if _joins(before) and not literal.startswith("-") else ""
    right = " " if _joins(after[:1]) else ""
    return left + literal + right


def _joins(neighbour: str) -> bool:
    return neighbour.isalnum() or neighbour == "_"
