"""Tournament selection by novelty."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.effects import Refused
from apps.engine.population import Population


class _Novelty(Protocol):
    numbers: Sequence[int]
    untold: str

    def of(self, number: int) -> float: ...


@dataclass(frozen=True, slots=True)
class MostNovel:
    """The most novel of size contestants from the archive, who are drawn uniformly and with replacement.

    Lehman and Stanley, Abandoning Objectives, Evolutionary Computation 19 (2011): novelty takes the place of fitness.
    Where the archive is empty, the best candidate; Refused where that is so because its axes were never told. Raises
    ValueError for a size below 1.
    """

    size: int = 2
    name: ClassVar[str] = "most_novel"

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"a tournament needs at least 1 contestant, not {self.size}")

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        archive = cast(_Novelty, population.archive)
        if archive.numbers:
            return [max(rng.choices(archive.numbers, k=self.size), key=archive.of) for _ in range(n)]
        if archive.untold:
            raise Refused(f"no candidate has a behaviour: {archive.untold} was never told")
        return [population.ranked[0]] * n
