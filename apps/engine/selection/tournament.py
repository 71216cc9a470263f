"""Tournament selection."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class Tournament:
    """The best of size contestants, who are drawn uniformly and with replacement; so are the n tournaments.

    Of N candidates the one of rank i (best: 1) wins with probability ((N - i + 1)^size - (N - i)^size) / N^size:
    Blickle and Thiele, A comparison of selection schemes used in genetic algorithms, TIK report 11, ETH Zurich (1995),
    on tournament selection. Size 1 is a uniform draw. Raises ValueError for a size below 1.
    """

    size: int = 2
    name: ClassVar[str] = "tournament"

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"a tournament needs at least 1 contestant, not {self.size}")

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        ranked = population.ranked
        return [ranked[min(rng.randrange(len(ranked)) for _ in range(self.size))] for _ in range(n)]
