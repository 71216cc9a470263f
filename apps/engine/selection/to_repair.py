"""Draws what is to be repaired next."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Open(Protocol):
    open: Mapping[int, None]


@dataclass(frozen=True, slots=True)
class ToRepair:
    """The youngest candidates whose chains of repairs are open, n at most; nobody where all are closed."""

    name: ClassVar[str] = "to_repair"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        return list(cast(_Open, population.archive).open)[::-1][:n]
