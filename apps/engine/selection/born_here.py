"""Everybody an island remembers: what a new candidate is compared with, to tell whether it is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Families(Protocol):
    def born(self, island: int) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class BornHere:
    """The n youngest born on an island, youngest first, kept or not; fewer where there are fewer."""

    island: int = 0
    name: ClassVar[str] = "born_here"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        return list(reversed(cast(_Families, population.archive).born(self.island)[-n:]))
