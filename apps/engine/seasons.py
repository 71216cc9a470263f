"""A search in seasons: for a while the structure is changed, then the numbers of the best are tuned, and so on.

Seasons are counted in judged candidates, so that they need not know a run's budget. A search of numbers that found no
better structure in between goes on where it stood; a better structure begins a new one, WIDER times as wide as the old
one had become, because most of what was found of the numbers still holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

from apps.engine.population import Judged
from apps.engine.variation.adaptation import Search

WIDER = 2.0


class Seasons:
    """The memory of a run. Draws do not change it; `learn` does, in place.

    structures and numbers are the candidates of the two kinds of season; sigma is the first step of a search of
    numbers and population the candidates of its generation, 0 for the usual.
    """

    def __init__(self, structures: int, numbers: int, sigma: float, population: int) -> None:
        self._structures, self._numbers = structures, numbers
        self._sigma, self._population = sigma, population
        self._tuning = False
        self._left = structures  # candidates until the other season begins
        self._searches = 0
        self._begin(sigma)

    @property
    def anchor(self) -> int | None:
        """The candidate around which numbers are tuned now; None where structure changes, or nobody is tuned yet."""
        return self._anchor if self._tuning else None

    def drawn(self, anchor: int, size: int, rng: Random) -> dict[str, Any]:
        """The traits of a candidate that moves the anchor's `size` numbers; empty where structure is to change."""
        if not (self._tuning and size and self._anchor in (None, anchor)):
            return {}
        search = self._search or self._new_search(size)
        return {"anchor": anchor, "search": self._searches} | search.drawn(rng)

    def learn(self, judged: Judged) -> "Seasons":
        """A candidate was judged: its season is a candidate shorter, and the search of numbers may learn or end."""
        if judged.decision == "revert" and judged.number == self._anchor:
            self._begin(self._sigma)
        tuned = "search" in judged.traits
        if tuned and judged.traits["search"] == self._searches and self._anchor in (None, judged.traits["anchor"]):
            self._tune(judged)
        elif not tuned and judged.decision == "keep":
            self._begin(min(self._sigma, WIDER * self._search.width) if self._search else self._width)
        if judged.decision in ("keep", "drop") and tuned == self._tuning:
            self._left -= 1
        if self._left <= 0:
            self._tuning = not self._tuning
            self._left = self._numbers if self._tuning else self._structures
        return self

    def _begin(self, width: float) -> None:
        """The next search is a new one, around whoever is best then."""
        self._searches += 1
        self._width = width
        self._anchor: int | None = None
        self._search: Search | None = None

    def _new_search(self, size: int) -> Search:
        """In distances from where the anchor's numbers stand."""
        return Search([0.0] * size, self._width, self._population)

    def _tune(self, judged: Judged) -> None:
        self._anchor = judged.traits["anchor"]
        self._search = self._search or self._new_search(len(judged.traits["at"]))
        self._search.learn(judged)
        if self._search.restarts:  # it has converged, or is stuck
            self._begin(self._sigma)
            if self._tuning:  # what is told late ends no season of structure
                self._left = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Draws from seasons what a candidate made from the anchor carries, or nothing. size counts its numbers."""

    anchor: int
    size: int
    name: ClassVar[str] = "place"

    def draw(self, memory: Seasons, rng: Random, n: int) -> list[Mapping[str, Any]]:
        return [memory.drawn(self.anchor, self.size, rng) for _ in range(n)]
