"""One candidate that is known by its number, and what it was made from."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class WithBase:
    """[the candidate, its base parent]; nobody where it has none. n is ignored."""

    candidate: int = 0
    name: ClassVar[str] = "with_base"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        parents = population.members[self.candidate].parents
        return [self.candidate, parents[0]] if parents else []
