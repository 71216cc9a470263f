"""The best of an island, as programs that a prompt shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Deme(Protocol):
    def best(self, count: int) -> Sequence[int]: ...


class _Demes(Protocol):
    def deme(self, island: int) -> _Deme: ...


@dataclass(frozen=True, slots=True)
class BestHere:
    """The n best of an island, best first, each once; fewer where there are fewer."""

    island: int = 0
    name: ClassVar[str] = "best_here"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        return list(cast(_Demes, population.archive).deme(self.island).best(n))
