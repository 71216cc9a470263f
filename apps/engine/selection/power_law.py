"""Power-law ranking."""

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import ClassVar

from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """Rank i (best: 1) with probability proportional to i^-alpha; draws are independent, with replacement.

    ShinkaEvolve's parent sampling: Lange, Imajuku and Cetin, arXiv 2509.19349 (2025), "power law". Alpha 0 is a uniform
    draw, a large alpha takes the best. Raises ValueError for an alpha below 0.
    """

    alpha: float = 1.0
    name: ClassVar[str] = "power_law"

    def __post_init__(self) -> None:
        if not self.alpha >= 0:
            raise ValueError(f"the exponent of a power law is at least 0, not {self.alpha}")

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        ranked = population.ranked
        last = len(ranked) - 1
        sums = _sums(self.alpha, last.bit_length())
        return [ranked[bisect_right(sums, rng.random() * sums[last], 0, last)] for _ in range(n)]


@lru_cache(maxsize=32)
def _sums(alpha: float, bits: int) -> "array[float]":
    """Sums of i^-alpha over the ranks 1, 1 to 2, and so on up to 2^bits: made anew only when a ranking has doubled."""
    return array("d", accumulate(rank**-alpha for rank in range(1, (1 << bits) + 1)))
