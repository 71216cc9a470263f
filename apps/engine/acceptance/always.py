"""Keep every complete candidate."""

from dataclasses import dataclass
from typing import ClassVar

from apps.engine.acceptance.protocol import Decision, unfinished
from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class Always:
    """Keep a candidate that has a score on every required task."""

    name: ClassVar[str] = "always"

    def judge(self, population: Population, number: int) -> Decision:
        score = population.score(number)
        if score is None:
            return unfinished(population, number)
        return Decision("keep", f"{score!r}")
