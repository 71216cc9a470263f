"""Keep what the method's archive takes in."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, cast

from apps.engine.acceptance.protocol import Decision, unfinished
from apps.engine.population import Population


class _Admits(Protocol):
    """An archive that says whether it would take a complete candidate in, and why in a few words."""

    def admits(self, population: Population, number: int) -> tuple[bool, str]: ...


@dataclass(frozen=True, slots=True)
class Admitted:
    """Keep a complete candidate that the archive admits: in a new cell, better than its elite, on the front, new."""

    name: ClassVar[str] = "admitted"

    def judge(self, population: Population, number: int) -> Decision:
        if population.score(number) is None:
            return unfinished(population, number)
        comes, why = cast(_Admits, population.archive).admits(population, number)
        return Decision("keep" if comes else "drop", why)
