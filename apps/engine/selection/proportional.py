"""Fitness-proportional selection: the roulette wheel."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class Proportional:
    """Candidates with probability proportional to their score above the worst of the window best ones.

    Holland, Adaptation in Natural and Artificial Systems (1975); the subtracted worst is the windowing of Grefenstette,
    Optimization of Control Parameters for Genetic Algorithms, IEEE SMC 16 (1986). It makes negative scores possible and
    the draw indifferent to what is added to all scores. The worst of the window is never drawn, unless all in it score
    the same: then the draw is uniform. Draws are independent, with replacement. Raises ValueError for a window
    below 1.
    """

    window: int = 100
    name: ClassVar[str] = "proportional"

    def __post_init__(self) -> None:
        if self.window < 1:
            raise ValueError(f"the window holds at least 1 candidate, not {self.window}")

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        among = population.ranked[: self.window]
        scores = [population.listed(number) or 0.0 for number in among]
        widest = scores[0] / 2 - scores[-1] / 2  # halves: the difference itself may be too large for a float
        weights = [(score / 2 - scores[-1] / 2) / widest for score in scores] if widest > 0 else None
        return rng.choices(among, weights, k=n)
