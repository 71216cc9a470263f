"""Truncation within one island."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Deme(Protocol):
    def best(self, count: int) -> Sequence[int]: ...


class _Islands(Protocol):
    def deme(self, island: int) -> _Deme: ...


@dataclass(frozen=True, slots=True)
class IslandBest:
    """As Best, among the members of one island; over all candidates while the island is empty."""

    island: int = 0
    name: ClassVar[str] = "island_best"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        there = cast(_Islands, population.archive).deme(self.island).best(n)
        return list(there or population.ranked[:n])
