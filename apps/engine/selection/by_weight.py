"""Draws in proportion to the weights that a method's archive keeps."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.archives.weights import Weights
from apps.engine.population import Population


class _Weighing(Protocol):
    weights: Weights


@dataclass(frozen=True, slots=True)
class ByWeight:
    """Candidates in proportion to their weights in the archive, with replacement; the best where nobody weighs."""

    name: ClassVar[str] = "by_weight"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        weights = cast(_Weighing, population.archive).weights
        drawn = [weights.draw(rng) for _ in range(n)]
        return [population.ranked[0] if number is None else number for number in drawn]
