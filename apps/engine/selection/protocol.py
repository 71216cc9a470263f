"""What a selection rule is: a draw from the population, as data that a journal can hold."""

from random import Random
from typing import ClassVar, Protocol

from apps.engine.population import Population


class Selection(Protocol):
    """A named rule with parameters, a frozen dataclass with slots.

    population.ranked holds candidate numbers, best first, and is not empty; equal scores have been put in order of
    birth, so that a rank says everything. Rules of methods that keep an archive draw from population.archive. The
    answer is n numbers in the order drawn (see each rule for replacement). A rule looks at a few places only: it never
    copies what is there nor walks through it.
    """

    name: ClassVar[str]

    def choose(self, population: Population, rng: Random, n: int) -> list[int]: ...
