"""Draws for a search that grows a tree and measures it task by task: whom to expand, to measure, to trust.

All three look at every candidate that is alive: a Thompson draw is a draw for each arm. The rule that says when to
expand keeps these few.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, cast

import numpy as np

from apps.engine.archives.clades import Clades, Pool, alive
from apps.engine.population import Population
from apps.engine.statistics.special import special


def believed(pools: Sequence[Pool], clades: Clades, rng: Random) -> list[float]:
    """A draw from the Beta posterior of each pool's success, from a uniform prior.

    A score between 0 and 1 counts as that share of a success: Agrawal and Goyal, Analysis of Thompson Sampling for the
    Multi-armed Bandit Problem, COLT (2012), draw a coin in its place.
    """
    wins = np.array([pool.wins(clades.scale) for pool in pools])
    counts = np.array([pool.count for pool in pools])
    drawn: list[float] = np.random.default_rng(rng.getrandbits(64)).beta(1 + wins, 1 + counts - wins).tolist()
    return drawn


def _luckiest(numbers: Sequence[int], pools: Sequence[Pool], clades: Clades, rng: Random) -> int:
    return max(zip(believed(pools, clades, rng), numbers, strict=True))[1]


@dataclass(frozen=True, slots=True)
class CladeThompson:
    """The candidate whose clade's drawn success is highest, among those with a success of their own.

    Wang et al., HGM, arXiv 2510.21614 (2025). own: by their own measurements only, which is the control without clades.
    The best candidate where none has a success. With replacement.
    """

    own: bool = False
    name: ClassVar[str] = "clade_thompson"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        clades = cast(Clades, population.archive)
        able = [number for number in alive(population) if clades.own(number).wins(clades.scale) > 0]
        if not able:
            return [population.ranked[0]] * n
        pools = [clades.own(number) if self.own else clades.clade(number) for number in able]
        return [_luckiest(able, pools, clades, rng) for _ in range(n)]


@dataclass(frozen=True, slots=True)
class ToMeasure:
    """The candidate to measure next, by Thompson on its own measurements; nobody when it is time to expand.

    UCB-Air: expand while measurements^alpha >= candidates (Wang, Audibert and Munos, Algorithms for Infinitely
    Many-Armed Bandits, NIPS 2008), and while there are fewer than `initial`, the seed not counted in either. Nobody,
    too, where everybody was measured on everything.
    """

    alpha: float = 0.6
    initial: int = 5
    name: ClassVar[str] = "to_measure"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        clades = cast(Clades, population.archive)
        if self.expands(len(population.members) - 1, clades.measurements):
            return []
        left = [number for number in alive(population) if not clades.finished(population, number)]
        return [_luckiest(left, [clades.own(number) for number in left], clades, rng)] if left else []

    def expands(self, made: int, measurements: int) -> bool:
        """Whether it is time to expand, after so many candidates and measurements but the seed's."""
        return made < self.initial or measurements**self.alpha >= made


@dataclass(frozen=True, slots=True)
class BestBelief:
    """The candidate of whose success least is known to be high: the highest percentile of its own Beta posterior.

    percentile lies between 0 and 1; the lower, the more measurements are asked for. Of equals the oldest.
    """

    percentile: float = 0.05
    name: ClassVar[str] = "best_belief"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        return [self.most_trusted(population)] * n

    def most_trusted(self, population: Population) -> int:
        """That candidate."""
        clades = cast(Clades, population.archive)

        def sure(number: int) -> float:
            pool = clades.own(number)
            wins = pool.wins(clades.scale)
            return float(special().betaincinv(1 + wins, 1 + pool.count - wins, self.percentile))

        return max(alive(population), key=sure)
