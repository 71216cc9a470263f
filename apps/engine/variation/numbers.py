"""Numbers in the editable parts of a text, and the operator that moves them.

Found cheaply, by tokens: about 0.04 ms for a small region of Python, no parse of its file. Known are Python, JSON,
TOML, YAML and INI, by the path's suffix; in other files, prose above all, there are no numbers to vary.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from random import Random
from typing import ClassVar

from apps.engine.variation.config_literals import SYNTAXES, config_numbers
from apps.engine.variation.literals import Number, replace
from apps.engine.variation.python_literals import python_numbers
from apps.engine.variation.regions import editable

__all__ = ["Number", "PerturbNumbers", "log_normal", "numbers", "replace"]

FLIP = 0.05  # probability of a change of sign, per unit of sigma up to 1
LARGEST = 1e300  # magnitude that no step leaves
_PYTHON = (".py", ".pyi")


def numbers(text: str, edit: str, path: str) -> list[Number]:
    """Decimal literals in what may be edited of a text, in order. path tells the language. Raises RegionError."""
    return list(_numbers(text, edit, PurePosixPath(path).suffix.lower()))


@lru_cache(maxsize=64)
def _numbers(text: str, edit: str, suffix: str) -> tuple[Number, ...]:
    found = []
    for region in editable(text, edit):
        for number in _in_language(region.of(text), suffix):
            start = region.start + number.start
            found.append(number._replace(start=start, end=region.start + number.end))
    return tuple(found)


def _in_language(text: str, suffix: str) -> list[Number]:
    if suffix in _PYTHON:
        return python_numbers(text)
    if suffix in SYNTAXES:
        return config_numbers(text, SYNTAXES[suffix])
    return []


def log_normal(value: float, rng: Random, sigma: float) -> float:
    """A value near value: times exp(sigma N(0, 1)), the step of evolution strategies for positive quantities.

    As likely up as down, and scale-free: 0.001 moves like 1000. Evolution strategies step their mutation strengths so
    (Schwefel, Numerical Optimization of Computer Models, 1981; Beyer and Schwefel, Evolution strategies: A
    comprehensive introduction, Natural Computing 1, 2002). Such a step alone neither leaves zero nor crosses it: so
    zero moves by sigma N(0, 1), and the sign changes with probability FLIP sigma, at most FLIP: the rarer the smaller
    the steps, which leaves fine tuning in peace. An int stays an int and moves by at least 1. A float keeps only the
    digits that its step can tell apart, about a thousandth of sigma: texts stay short, and the last bit of a machine's
    exp does not reach them. Magnitudes end at LARGEST.
    """
    draw = rng.gauss(0.0, 1.0)
    flips = rng.random() < FLIP * min(1.0, sigma)
    moved = float(value) * math.exp(max(-50.0, min(50.0, sigma * draw))) if value else sigma * draw
    moved = max(-LARGEST, min(LARGEST, -moved if flips else moved))
    if isinstance(value, int):
        nearest = round(moved)
        return nearest if nearest != value else value + (1 if moved > value else -1)
    return float(f"{moved:.{_digits(sigma)}g}")


def _digits(sigma: float) -> int:
    """Significant digits that a step of this size can tell apart, 3 to 17."""
    return max(3, min(17, 3 - math.floor(math.log10(sigma)))) if sigma > 0 else 17


@dataclass(frozen=True, slots=True)
class PerturbNumbers:
    """Moves count numbers (all, where there are fewer), drawn uniformly over all editable files, by log_normal."""

    sigma: float = 0.2
    count: int = 1
    name: ClassVar[str] = "perturb_numbers"

    def edit(self, texts: Mapping[str, str], edits: Mapping[str, str], rng: Random) -> dict[str, str] | None:
        return moved_numbers(texts, edits, rng, sigma=self.sigma, count=self.count)


def moved_numbers(
    texts: Mapping[str, str], edits: Mapping[str, str], rng: Random, *, sigma: float, count: int
) -> dict[str, str] | None:
    """The edit of an operator that moves count numbers with steps of size sigma."""
    found = [
        (path, number) for path in sorted(texts) for number in numbers(texts[path], edits.get(path, "protected"), path)
    ]
    drawn = rng.sample(range(len(found)), min(count, len(found)))
    changed: dict[str, str] = {}
    for at in sorted(drawn, reverse=True):  # from the back, so that offsets stay true
        path, number = found[at]
        value = log_normal(number.value, rng, sigma)
        if value != number.value:
            changed[path] = replace(changed.get(path, texts[path]), number, value)
    return changed or None
