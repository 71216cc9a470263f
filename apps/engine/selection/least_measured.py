"""What is known and least certain: the seed or the best, whichever was measured less often."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class LeastMeasured:
    """Of the seed and the best kept candidate the one that was measured less often; the seed where it is equal.

    For A/A: measuring again what most edits start from tells what turns by itself. n is ignored.
    """

    name: ClassVar[str] = "least_measured"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        best = population.best
        known = [0] if best is None or best == 0 else [0, best]
        return [min(known, key=lambda number: population.estimate(number).times(population.required))]
