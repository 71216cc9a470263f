"""Tournament selection within one island."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Deme(Protocol):
    ranked: Sequence[int]


class _Islands(Protocol):
    def deme(self, island: int) -> _Deme: ...


@dataclass(frozen=True, slots=True)
class IslandTournament:
    """As Tournament, among the members of one island; over all candidates while the island is empty.

    Raises ValueError for a size below 1.
    """

    island: int = 0
    size: int = 2
    name: ClassVar[str] = "island_tournament"

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"a tournament needs at least 1 contestant, not {self.size}")

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        ranked = cast(_Islands, population.archive).deme(self.island).ranked or population.ranked
        return [ranked[min(rng.randrange(len(ranked)) for _ in range(self.size))] for _ in range(n)]
