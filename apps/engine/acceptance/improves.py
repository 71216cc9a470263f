"""Keep what scores better than its base parent."""

from dataclasses import dataclass
from typing import ClassVar

from apps.engine.acceptance.protocol import Decision, unfinished
from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class Improves:
    """Keep a complete candidate whose score is above its base parent's; one without parents is kept if complete."""

    name: ClassVar[str] = "improves"

    def judge(self, population: Population, number: int) -> Decision:
        score = population.score(number)
        if score is None:
            return unfinished(population, number)
        base = population.base_score(number)
        if base is None:
            return Decision("keep", f"{score!r}")
        return Decision("keep" if score > base else "drop", f"{score!r} against {base!r}")
