"""Draws whoever has the highest upper confidence bound."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Visits(Protocol):
    def highest(self, count: int, exploration: float) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class UpperBound:
    """The n candidates with the highest UCB1, the highest first; each once, so fewer where there are no more.

    Auer, Cesa-Bianchi and Fischer, Finite-time Analysis of the Multiarmed Bandit Problem, Machine Learning 47 (2002).
    """

    exploration: float = 1.414
    name: ClassVar[str] = "upper_bound"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        found = cast(_Visits, population.archive).highest(n, self.exploration)
        return found or [population.ranked[0]]
