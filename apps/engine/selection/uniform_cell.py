"""A uniform draw over the cells of a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, Protocol, cast

from apps.engine.effects import Refused
from apps.engine.population import Population


class _Map(Protocol):
    cells: Sequence[Any]
    untold: str

    def elite(self, cell: Any) -> int: ...


class _Maps(Protocol):
    def deme(self, island: int) -> _Map: ...


@dataclass(frozen=True, slots=True)
class UniformCell:
    """The elite of a cell drawn uniformly over the occupied ones of an island's map; draws are independent.

    The random selection of MAP-Elites: Mouret and Clune, arXiv 1504.04909 (2015). Where an island's map is empty, the
    best candidate of all; Refused where that is so because the map's axes were never told.
    """

    island: int = 0
    name: ClassVar[str] = "uniform_cell"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        there = cast(_Maps, population.archive).deme(self.island)
        if there.cells:
            return [there.elite(there.cells[rng.randrange(len(there.cells))]) for _ in range(n)]
        if there.untold:
            raise Refused(f"no candidate has a place on the map: {there.untold} was never told")
        return [population.ranked[0]] * n
