"""The numbers of a program as coordinates of a search: comparable in size, each inside its limits.

A coordinate is the value in units of its scale. Numbers that stand alone have the scale of their own size; those of a
table, at least TABLE of them with nothing but brackets and commas between, share one, because a small number among
larger ones of its kind is no smaller quantity (0.01 and 0.99 as places in a square). Limits mirror: they fold the line
onto the interval, so that a search near a wall does not see half of its steps fail.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from apps.engine.variation.literals import Number, replace
from apps.engine.variation.numbers import LARGEST, numbers

TABLE = 8  # numbers from which on a list is a table of alike quantities
_ONLY_PUNCTUATION = re.compile(r"[\s,;()\[\]{}-]*")
_COMMENT = re.compile(r"#[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A number of the seed: where it stands, the size of its unit, and the limits of its value."""

    path: str
    number: Number
    scale: float
    low: float
    high: float

    @property
    def start(self) -> float:
        """Where the seed is."""
        return self.number.value / self.scale

    def value(self, at: float) -> float:
        """The value at a place: inside the limits, whole where the seed's is, to twelve digits."""
        inside = mirrored(at * self.scale, self.low, self.high)
        return round(inside) if self.number.is_integer else float(f"{inside:.12g}")


def mirrored(value: float, low: float, high: float) -> float:
    """The value folded into [low, high], as by mirrors at both ends."""
    if low <= value <= high:
        return value
    width = high - low
    far = math.fmod(value - low, 2 * width)
    far += 2 * width if far < 0 else 0.0
    return low + min(far, 2 * width - far)


def coordinates(
    texts: Mapping[str, str], edits: Mapping[str, str], low: float = 0.0, high: float = 0.0
) -> tuple[Coordinate, ...]:
    """The numbers that may be edited, by path and place. low < high are limits for all numbers.

    Where low equals high, the seed tells: a table of fractions that all lie between 0 and 1 stays there (places in a
    unit square, shares, probabilities), everything else is free.
    """
    kept = tuple((path, texts[path], edits.get(path, "protected")) for path in sorted(texts))
    return _coordinates(kept, low, high)


def placed(texts: Mapping[str, str], axes: Sequence[Coordinate], at: Sequence[float]) -> dict[str, str]:
    """The texts that change when the numbers of the seed's texts take the values at a place."""
    changed: dict[str, str] = {}
    for axis, where in reversed(list(zip(axes, at, strict=True))):  # from the back, so that offsets stay true
        value = axis.value(where)
        if value != axis.number.value:
            changed[axis.path] = replace(changed.get(axis.path, texts[axis.path]), axis.number, value)
    return changed


@lru_cache(maxsize=8)
def _coordinates(kept: tuple[tuple[str, str, str], ...], low: float, high: float) -> tuple[Coordinate, ...]:
    found = []
    for path, text, edit in kept:
        for group in _groups(text, numbers(text, edit, path)):
            scale, unit = _shared_scale(group), _is_unit(group)
            limits = (low, high) if low < high else (0.0, 1.0) if unit else (-LARGEST, LARGEST)
            found += [Coordinate(path, number, scale or _own_scale(number), *limits) for number in group]
    return tuple(found)


def _groups(text: str, found: Sequence[Number]) -> Iterator[list[Number]]:
    """Neighbours with nothing but punctuation and comments between them."""
    group = list(found[:1])
    for before, here in pairwise(found):
        if not _ONLY_PUNCTUATION.fullmatch(_COMMENT.sub("", text[before.end : here.start])):
            yield group
            group = []
        group.append(here)
    if group:
        yield group


def _shared_scale(group: Sequence[Number]) -> float:
    """Root mean square of a table, to one digit; 0 for what is none."""
    if len(group) < TABLE:
        return 0.0
    largest = max(abs(number.value) for number in group)
    if not largest:
        return 1.0
    mean = math.fsum((number.value / largest) ** 2 for number in group) / len(group)
    return _rounded(math.sqrt(mean) * largest)


def _own_scale(number: Number) -> float:
    size = _rounded(abs(number.value)) or 1.0
    return max(1.0, size) if number.is_integer else size


def _rounded(value: float) -> float:
    """To one significant digit: values in such units stay short."""
    return float(f"{value:.0e}")


def _is_unit(group: Sequence[Number]) -> bool:
    fractions = all(not number.is_integer and 0.0 <= number.value <= 1.0 for number in group)
    return fractions and len(group) >= TABLE
