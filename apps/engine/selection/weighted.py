"""Parents by score and by how few children they had."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population

LEAST_SPREAD = 1e-6


class _Deme(Protocol):
    ranked: Sequence[int]


class _Families(Protocol):
    def deme(self, island: int) -> _Deme: ...

    def children(self, number: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Weighted:
    """A member i of an island with probability proportional to s_i h_i; draws are independent, with replacement.

    s_i = sigmoid(sharpness (score_i - median) / MAD), where MAD is the median distance to the median, at least 1e-6;
    h_i = 1 / (1 + children_i). ShinkaEvolve: Lange, Imajuku and Cetin, arXiv 2509.19349 (2025), weighted sampling.
    Over all candidates' best while the island is empty. Raises ValueError for a negative sharpness.
    """

    island: int = 0
    sharpness: float = 10.0
    name: ClassVar[str] = "weighted"

    def __post_init__(self) -> None:
        if not self.sharpness >= 0:
            raise ValueError(f"the sharpness of a sigmoid is at least 0 here, not {self.sharpness}")

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        archive = cast(_Families, population.archive)
        among = archive.deme(self.island).ranked or population.ranked[:1]
        shares = merits([population.listed(number) or 0.0 for number in among], self.sharpness)
        weights = [share / (1 + archive.children(number)) for share, number in zip(shares, among, strict=True)]
        return rng.choices(among, weights, k=n) if sum(weights) > 0 else rng.choices(among, k=n)


def merits(scores: Sequence[float], sharpness: float) -> list[float]:
    """s_i of each score, from 0 to 1. scores is not empty."""
    middle = median(scores)
    spread = max(median(abs(score - middle) for score in scores), LEAST_SPREAD)
    return [_sigmoid(sharpness * ((score - middle) / spread)) for score in scores]


def _sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), also where exp(-x) is too large for a float."""
    small = math.exp(-abs(x))
    return 1 / (1 + small) if x >= 0 else small / (1 + small)
