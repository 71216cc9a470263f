"""Where the search stands: the candidate that was kept last."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Newest(Protocol):
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Latest:
    """The youngest candidate of the method's archive, n times over; the best of all where the archive is empty."""

    name: ClassVar[str] = "latest"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        numbers = cast(_Newest, population.archive).numbers
        return [numbers[-1] if numbers else population.ranked[0]] * n
