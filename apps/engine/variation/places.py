"""Steps of numbers that share a unit: those of a table move by amounts of its own size, and stay in its limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from apps.engine.variation.coordinates import coordinates, placed


@dataclass(frozen=True, slots=True)
class MovePlaces:
    """Moves count neighbouring numbers (all, where there are fewer) by sigma N(0, 1) of their units.

    The mutation of an evolution strategy (Beyer and Schwefel, Evolution strategies: A comprehensive introduction,
    Natural Computing 1, 2002), in the coordinates of variation/coordinates.py: 0.01 in a table of larger numbers moves
    like its neighbours, where log_normal would leave it near 0.01. Whole numbers are rounded.
    """

    sigma: float
    count: int = 1
    name: ClassVar[str] = "move_places"

    def edit(self, texts: Mapping[str, str], edits: Mapping[str, str], rng: Random) -> dict[str, str] | None:
        axes = coordinates(texts, edits)
        if not axes:
            return None
        count = min(self.count, len(axes))
        first = rng.randrange(len(axes) - count + 1)
        at = [axis.start for axis in axes]
        for number in range(first, first + count):
            at[number] = round(at[number] + self.sigma * rng.gauss(0.0, 1.0), 12)
        return placed(texts, axes, at) or None
