"""Tournament selection among those that live."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, cast

from apps.engine.archives.living import Living
from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class LivingTournament:
    """As Tournament, among the members of the method's archive `Living`: of equal scores the older one wins.

    Size 1 draws anyone. Raises ValueError for a size below 1.
    """

    size: int = 3
    name: ClassVar[str] = "living_tournament"

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"a tournament needs at least 1 contestant, not {self.size}")

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        living = cast(Living, population.archive).members
        return [self._winner(population, living, rng) for _ in range(n if living else 0)]

    def _winner(self, population: Population, living: list[int], rng: Random) -> int:
        contestants = (living[rng.randrange(len(living))] for _ in range(self.size))
        return min(contestants, key=lambda number: (-(population.listed(number) or 0.0), number))
