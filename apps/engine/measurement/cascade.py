"""Measure a candidate in stages: more tasks only for what does well on the first.

The evaluation cascade of AlphaEvolve (Novikov et al., arXiv 2506.13131, 2025): the next, dearer stage is for what
promises enough in all before it. The paper leaves the measure of promise open. Here it is relative, so that scores of
any size will do: at least what the median of the kept candidates has on the same tasks. What is given up stays
incomplete, so that it ranks below everything that was measured on all tasks.
"""

from collections.abc import Generator
from dataclasses import dataclass
from math import ceil
from random import Random
from typing import Any, ClassVar

from apps.engine.effects import Choose, Effect, Measure
from apps.engine.population import Population

LEAST = 4  # tasks of a stage: fewer say next to nothing about the others
STAGES = (0.125, 0.5, 1.0)  # share of the tasks that are measured when a stage ends
PROMISING = 0.5  # place in the ranking, from 0 (best) to 1 (worst), of the candidate that has to be reached


@dataclass(frozen=True, slots=True)
class NextStage:
    """`Choose("task", NextStage(candidate), n)`: the tasks of its next stage, in their order; [] when it is over.

    Over is it when all tasks are measured, when one failed, or when the candidate promises too little.
    """

    candidate: int
    stages: tuple[float, ...] = STAGES
    promising: float = PROMISING
    name: ClassVar[str] = "next_stage"

    def draw(self, population: Population, rng: Random, n: int) -> list[str]:
        estimate, required = population.estimate(self.candidate), population.required
        known = [key for key in required if estimate.task(key) is not None]
        if estimate.failure or not self._promises(population, known):
            return []
        ends = sorted({max(LEAST, ceil(share * len(required))) for share in self.stages} | {len(required)})
        end = next((end for end in ends if end > len(known)), len(required))
        return [key for key in required[:end] if key not in known][:n]

    def _promises(self, population: Population, known: list[str]) -> bool:
        """Nothing known is promising enough; so is what reaches the candidate at the place in the ranking."""
        ranked = population.ranked
        if not known or not ranked:
            return True
        other = population.estimate(ranked[int(self.promising * (len(ranked) - 1))])
        own = population.estimate(self.candidate)
        return sum((own.task(key) or 0.0) - (other.task(key) or 0.0) for key in known) >= 0


def cascade(ctx: Any, child: int) -> Generator[Effect | list[Effect], Any, None]:
    """Stage by stage, until the candidate is measured on all tasks or given up."""
    while tasks := (yield Choose("task", NextStage(child), max(1, len(ctx.tasks)))):
        yield Measure(child, tuple(tasks))
