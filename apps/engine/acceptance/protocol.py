"""What an acceptance rule is."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class Decision:
    """keep or drop, and the reason in words made of numbers and closed-list terms only."""

    decision: str
    why: str


def unfinished(population: Population, number: int) -> Decision:
    """Drop a candidate that lacks a score: it failed, or was given up with about that score to be expected."""
    likely = population.adjusted(number)
    given_up = "incomplete" if likely is None else f"given up, about {likely:.6g}"
    return Decision("drop", population.failure(number) or given_up)


class Acceptance(Protocol):
    """Judges one measured candidate against what the run knows."""

    name: ClassVar[str]

    def judge(self, population: Population, number: int) -> Decision: ...
