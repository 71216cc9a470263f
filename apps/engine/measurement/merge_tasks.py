"""Whether a merge is worth measuring on everything: tasks on which its parents differ, and what is asked there."""

from dataclasses import dataclass
from math import ceil
from random import Random
from typing import ClassVar

from apps.engine.population import Population

SAMPLE = 5  # tasks that a merge is tried on


@dataclass(frozen=True, slots=True)
class Contested:
    """`Choose("task", Contested(candidate, first, second), n)`: tasks where the first is better, the second, neither.

    A third of n of each kind as far as there are so many, and any others for the rest. Agrawal et al., GEPA, arXiv
    2507.19457 (2025); the numbers are those of its code.
    """

    candidate: int
    first: int
    second: int
    name: ClassVar[str] = "contested"

    def draw(self, population: Population, rng: Random, n: int) -> list[str]:
        kinds: dict[int, list[str]] = {1: [], -1: [], 0: []}
        one, two = population.estimate(self.first), population.estimate(self.second)
        for key in population.required:
            lead = (one.task(key) or 0.0) - (two.task(key) or 0.0)
            kinds[(lead > 0) - (lead < 0)].append(key)
        found: list[str] = []
        for keys in kinds.values():
            found += rng.sample(keys, min(len(keys), ceil(n / 3), n - len(found)))
        left = [key for key in population.required if key not in found]
        return found + rng.sample(left, min(len(left), n - len(found)))


@dataclass(frozen=True, slots=True)
class Unbeaten:
    """`Choose("task", Unbeaten(candidate, rivals), n)`: the tasks it lacks, if no rival did better on those it has.

    [] where a rival's sum over these tasks is higher, and where the candidate failed on one.
    """

    candidate: int
    rivals: tuple[int, ...]
    name: ClassVar[str] = "unbeaten"

    def draw(self, population: Population, rng: Random, n: int) -> list[str]:
        own = population.estimate(self.candidate)
        known = [key for key in population.required if own.task(key) is not None]
        if own.failure or any(self._ahead(population, rival, known) for rival in self.rivals):
            return []
        return [key for key in population.required if key not in known][:n]

    def _ahead(self, population: Population, rival: int, known: list[str]) -> bool:
        own, other = population.estimate(self.candidate), population.estimate(rival)
        return sum((own.task(key) or 0.0) - (other.task(key) or 0.0) for key in known) < 0
