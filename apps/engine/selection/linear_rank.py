"""Linear ranking."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class LinearRank:
    """Candidates by expected values that fall linearly with rank, from pressure (the best) to 2 - pressure (the worst).

    Of N candidates the one of rank i (best: 1) is expected pressure - 2 (pressure - 1) (i - 1) / (N - 1) times in N
    draws: Baker, Adaptive selection methods for genetic algorithms, ICGA (1985), who advises 1.1. Draws are
    independent, with replacement. Raises ValueError for a pressure outside 1 to 2.
    """

    pressure: float = 1.1
    name: ClassVar[str] = "linear_rank"

    def __post_init__(self) -> None:
        if not 1 <= self.pressure <= 2:
            raise ValueError(f"the pressure of linear ranking lies between 1 and 2, not at {self.pressure}")

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        ranked = population.ranked
        return [ranked[self._place(len(ranked), rng)] for _ in range(n)]

    def _place(self, count: int, rng: Random) -> int:
        """Baker's line is a mixture of two: the better of two different candidates (2 down to 0), and anyone (1)."""
        if count > 1 and rng.random() < self.pressure - 1:
            return min(rng.sample(range(count), 2))
        return rng.randrange(count)
