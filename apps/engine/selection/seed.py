"""Random search: what every draw starts from does not depend on what was found."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from apps.engine.population import Population

SEED = 0  # the number of the candidate that round 0 plants


@dataclass(frozen=True, slots=True)
class Seed:
    """The planted candidate, n times over."""

    name: ClassVar[str] = "seed"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        return [SEED] * n
