"""A map of cells, each with its elite: MAP-Elites, Mouret and Clune, arXiv 1504.04909 (2015)."""

from bisect import bisect_left, insort
from collections.abc import Sequence

from apps.engine.archives.map import Cell, cell_of, missing
from apps.engine.axes import Descriptor
from apps.engine.population import Population, Ranking


class Grid:
    """The kept candidates by cell; the best of a cell, of equal ones the eldest, is its elite.

    If an elite goes, the next best of its cell takes over. Memory: a place in a ranking for each kept candidate, far
    less than the population itself holds of it. What it holds depends on the candidates' standing alone, not on the
    order in which it was told.
    """

    def __init__(self, descriptors: Sequence[Descriptor]) -> None:
        self.descriptors = tuple(descriptors)
        self.cells: list[Cell] = []  # occupied ones, in order
        self.elites = Ranking()
        self.untold = ""  # an axis of which a candidate had no value
        self._inside: dict[Cell, Ranking] = {}
        self._placed: dict[int, tuple[Cell, float]] = {}

    def deme(self, island: int) -> "Grid":
        """A map that stands alone is every island's."""
        return self

    def elite(self, cell: Cell) -> int:
        """Number of the best candidate of an occupied cell."""
        return self._inside[cell][0]

    def best(self, count: int) -> list[int]:
        """The best elites."""
        return list(self.elites[:count])

    @property
    def size(self) -> int:
        """How many cells are occupied."""
        return len(self.elites)

    def admits(self, population: Population, number: int) -> tuple[bool, str]:
        """Whether a complete candidate opens a cell or beats its elite, and why in a few words."""
        values, score = self._values(population, number), population.score(number)
        cell = cell_of(values, self.descriptors)
        if cell is None or score is None:
            return False, f"no value of {missing(values, values)}"
        where = "cell " + "/".join(map(str, cell))
        if cell not in self._inside:
            return True, f"{score!r}, first in {where}"
        held = self._placed[self.elite(cell)][1]
        return score > held, f"{score!r} against {held!r} in {where}"

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        if number in self._placed:
            self._remove(number)
        if (score := population.listed(number)) is None:
            return
        values = self._values(population, number)
        cell = cell_of(values, self.descriptors)
        if cell is None:
            self.untold = missing(values, values)
        else:
            self._add(number, cell, score)

    def _values(self, population: Population, number: int) -> dict[str, float | None]:
        return {axis.name: population.value(number, axis.name) for axis in self.descriptors}

    def _add(self, number: int, cell: Cell, score: float) -> None:
        if cell not in self._inside:
            self._inside[cell] = Ranking()
            insort(self.cells, cell)
        else:
            self._dethrone(cell)
        self._inside[cell].add(number, score)
        self._placed[number] = cell, score
        self._enthrone(cell)

    def _remove(self, number: int) -> None:
        cell, score = self._placed[number]
        self._dethrone(cell)
        del self._placed[number]
        self._inside[cell].remove(number, score)
        if self._inside[cell]:
            self._enthrone(cell)
        else:
            del self._inside[cell]
            del self.cells[bisect_left(self.cells, cell)]

    def _dethrone(self, cell: Cell) -> None:
        elite = self.elite(cell)
        self.elites.remove(elite, self._placed[elite][1])

    def _enthrone(self, cell: Cell) -> None:
        elite = self.elite(cell)
        self.elites.add(elite, self._placed[elite][1])
