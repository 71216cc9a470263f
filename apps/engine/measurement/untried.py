"""Measure a candidate on tasks that it was not measured on yet."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, cast

from apps.engine.archives.clades import Clades
from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class Untried:
    """`Choose("task", Untried(candidate), n)`: up to n of the tasks it was never measured on, drawn at random."""

    candidate: int
    name: ClassVar[str] = "untried"

    def draw(self, population: Population, rng: Random, n: int) -> list[str]:
        left = cast(Clades, population.archive).untried(population, self.candidate)
        return rng.sample(left, min(n, len(left)))
