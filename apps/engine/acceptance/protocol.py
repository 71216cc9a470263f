"""What an acceptance rule is."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class Decision:
    """keep or drop, and the reason in words made of numbers and closed-list terms only."""

    decision: str
    why: str


class Acceptance(Protocol):
    """Judges one measured candidate against what the run knows."""

    name: ClassVar[str]

    def judge(self, population: Population, number: int) -> Decision: ...
