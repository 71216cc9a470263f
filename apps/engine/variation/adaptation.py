"""A search distribution over coordinates that adapts to what was measured: CMA-ES with restarts, as a fold.

The mathematics is that of the package cmaes: Hansen, The CMA Evolution Strategy: A Tutorial (arXiv:1604.00772); with
more than FULL coordinates the separable variant, whose cost is linear: Ros and Hansen, A Simple Modification in CMA-ES
Achieving Linear Time and Space Complexity, PPSN X (2008). When a search has converged or is stuck, it begins again
around the best point with twice the population: Auger and Hansen, A Restart CMA Evolution Strategy With Increasing
Population Size, CEC 2005; after LARGEST_GROWTH doublings with the first size again, so that memory stays bounded.

Whole numbers are searched as fractions and rounded. CMA-ES with margin (Hamano et al., GECCO 2022), also in cmaes,
would need a finite range for each of them, which a program's text does not tell.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

import numpy as np
from cmaes import CMA, SepCMA

from apps.engine.population import Judged

FULL = 100  # coordinates up to which correlations are learnt
LARGEST_GROWTH = 3  # doublings of the population
LATE = 1  # generations after which a result is too old to be told
WIDEST, NARROWEST = 1e6, 1e-10  # step sizes, in units of the coordinates, beyond which a search begins again
BEYOND = 1e12  # coordinates that no draw leaves
MOST = 2000  # coordinates, because a candidate carries its place, and candidates of a generation
FEWEST = 4  # candidates of a generation

type _Point = tuple[float, ...]


class Search:
    """The memory of a run. Draws do not change it; `learn` does, in place.

    start is the seed's place, sigma the first step size in units of the coordinates, population the candidates of a
    generation, 0 for the usual 4 + 3 ln n. Late results count if they are at most LATE generations old; results of
    earlier restarts, candidates without a place and verdicts given again change nothing.
    """

    def __init__(self, start: Sequence[float], sigma: float, population: int = 0) -> None:
        self.restarts = 0
        self.generation = 0
        self.best_score = -math.inf
        self.best: _Point = tuple(start)
        self._sigma = sigma
        self._population = population or 4 + math.floor(3 * math.log(len(start)))
        self._begin(sigma)

    def drawn(self, rng: Random) -> dict[str, Any]:
        """A place to try, and which generation it belongs to: the traits of a candidate."""
        self._optimiser.reseed_rng(rng.getrandbits(32))
        at = np.clip(self._optimiser.ask(), -BEYOND, BEYOND)
        digits = min(15, max(2, 4 - math.floor(math.log10(self.width))))
        return {"at": [round(float(x), digits) for x in at], "drawn": [self.restarts, self.generation]}

    def learn(self, judged: Judged) -> "Search":
        """A candidate was judged: counts towards the generation; a full one moves the distribution."""
        if judged.base_score is not None and self.best_score == -math.inf:
            self.best_score = judged.base_score  # the seed's
        if judged.decision == "revert":
            self._told.pop(judged.number, None)
        elif judged.decision in ("keep", "drop") and self._counts(judged):
            self._tell(judged)
        return self

    @property
    def width(self) -> float:
        """The present step size."""
        return float(self._optimiser._sigma)

    @property
    def population(self) -> int:
        """Candidates of a generation."""
        return int(self._optimiser.population_size)

    def _begin(self, sigma: float) -> None:
        kind = CMA if len(self.best) <= FULL else SepCMA
        size = self._population * 2 ** (self.restarts % (LARGEST_GROWTH + 1))
        self._optimiser = kind(mean=np.array(self.best), sigma=sigma, population_size=size)
        self._told: dict[int, tuple[_Point, float]] = {}
        self._seen: dict[int, int] = {}  # generation in which a candidate was told, of the latest
        self._since_better = 0

    def _counts(self, judged: Judged) -> bool:
        """Whether this is a new result that belongs to the present distribution."""
        drawn, at = judged.traits.get("drawn"), judged.traits.get("at")
        if not drawn or not at or len(at) != len(self.best) or judged.number in self._seen:
            return False
        restarts, generation = drawn
        return bool(restarts == self.restarts and self.generation - LATE <= generation <= self.generation)

    def _tell(self, judged: Judged) -> None:
        score = judged.score if judged.score is not None and math.isfinite(judged.score) else -math.inf
        at = tuple(judged.traits["at"])
        self._told[judged.number] = (at, score)
        self._seen[judged.number] = self.generation
        if score > self.best_score:
            self.best_score, self.best, self._since_better = score, at, 0
        if len(self._told) == self.population:
            self._move()

    def _move(self) -> None:
        """The next generation."""
        told = sorted(self._told.values(), key=lambda each: -each[1])
        self._told = {}
        self.generation += 1
        self._seen = {number: told for number, told in self._seen.items() if told >= self.generation - LATE - 1}
        self._since_better += 1
        if told[0][1] == told[-1][1]:
            self._flat(told[0][1])
            return
        # Ranks are told, not scores: they are all that counts, and there is none for a failure.
        self._optimiser.tell([(np.array(at), float(rank)) for rank, (at, _) in enumerate(told)])
        patience = 20 + 30 * len(self.best) / self.population  # the stagnation rule of the restart paper
        narrow = not NARROWEST < self.width < WIDEST
        if narrow or self._since_better > patience or self._optimiser.should_stop():
            self.restarts += 1
            self._begin(self._sigma)

    def _flat(self, score: float) -> None:
        """All scores equal tell no direction: look nearer to the best where it is worse here, else farther."""
        sigma = self.width * (0.5 if score < self.best_score else 2.0)
        self.restarts += 0 if NARROWEST < sigma < WIDEST else 1
        since = self._since_better
        self.generation += LATE  # what is still under way was drawn for another width
        self._begin(sigma if NARROWEST < sigma < WIDEST else self._sigma)
        self._since_better = since


def wrong_setting(sigma: float, population: int) -> str:
    """A complaint for a person about the settings of a search, or ""."""
    if not (math.isfinite(sigma) and 0 < sigma <= 100):
        return f"sigma is {sigma}; it has to be above 0 and at most 100."
    if population != 0 and not FEWEST <= population <= MOST:
        return f"population is {population}; choose {FEWEST} to {MOST:,} candidates, or 0 for the usual number."
    return ""


@dataclass(frozen=True, slots=True)
class Sample:
    """Draws from the search that a memory is."""

    name: ClassVar[str] = "sample"

    def draw(self, memory: Search, rng: Random, n: int) -> list[Mapping[str, Any]]:
        return [memory.drawn(rng) for _ in range(n)]
