"""Draws from the Pareto front, where there is room."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Front(Protocol):
    numbers: Sequence[int]

    def crowding(self, number: int) -> float: ...


class _Fronts(Protocol):
    objectives: _Front


@dataclass(frozen=True, slots=True)
class Crowded:
    """The less crowded of two members of the front who are drawn uniformly, with replacement; of equals the first.

    The crowded tournament of NSGA-II among candidates of the first rank: Deb et al., IEEE Transactions on Evolutionary
    Computation 6 (2002), section III-B. While nobody is on the front, the best candidate.
    """

    name: ClassVar[str] = "crowded"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        front = cast(_Fronts, population.archive).objectives
        if not front.numbers:
            return [population.ranked[0]] * n
        return [max(rng.choices(front.numbers, k=2), key=front.crowding) for _ in range(n)]
