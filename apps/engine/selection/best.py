"""Truncation: the best, and nobody else."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class Best:
    """The n best, each once; fewer where there are fewer. The choice of a (mu + lambda) evolution strategy."""

    name: ClassVar[str] = "best"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        return list(population.ranked[:n])
