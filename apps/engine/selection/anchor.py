"""Whose numbers are being searched."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Anchored(Protocol):
    anchor: int | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The candidate that the method's memory searches around, n times over; the best where it has none."""

    name: ClassVar[str] = "anchor"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        anchor = cast(_Anchored, population.memory).anchor
        return [population.ranked[0] if anchor is None else anchor] * n
