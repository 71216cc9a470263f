"""Measure a candidate on few tasks, on more when it does well, on all when it is among the best.

Zhang et al., Darwin Gödel Machine, arXiv 2505.22954 (2025): 10 tasks; 50 more for who solves 40 percent of them; the
rest for who does at least as well as the second best of the archive.
"""

from collections.abc import Generator
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, Protocol, cast

from apps.engine.effects import Choose, Effect, Measure
from apps.engine.population import Population
from apps.engine.scale import Scale

FIRST, SECOND = 10, 60  # tasks measured when a stage ends
ENOUGH = 0.4  # share of the first tasks that has to be solved


class _Scaled(Protocol):
    scale: Scale


@dataclass(frozen=True, slots=True)
class Staged:
    """`Choose("task", Staged(candidate), n)`: the tasks of its next stage, in their order; [] when it is over.

    Over is it when all tasks are measured, when one failed, or when it did too badly. enough is a share between 0 and
    1 on the archive's scale. Ours: nobody has to do better than the seed did on the same tasks, or where the seed is
    below 40 percent no candidate would ever be measured on everything.
    """

    candidate: int
    enough: float = ENOUGH
    name: ClassVar[str] = "staged"

    def draw(self, population: Population, rng: Random, n: int) -> list[str]:
        estimate, required = population.estimate(self.candidate), population.required
        known = [key for key in required if estimate.task(key) is not None]
        if estimate.failure or (known and not self._passes(population, known)):
            return []
        end = next((end for end in (FIRST, SECOND) if end > len(known)), len(required))
        return [key for key in required[:end] if key not in known][:n]

    def _passes(self, population: Population, known: list[str]) -> bool:
        least = min(self.enough, self._share(population, 0, known))
        if len(known) >= SECOND:
            second = population.ranked[:2][-1]
            least = max(least, self._share(population, second, known))
        return self._share(population, self.candidate, known) >= least

    def _share(self, population: Population, number: int, known: list[str]) -> float:
        """What a candidate reached on these tasks, as a share of one."""
        estimate, scale = population.estimate(number), cast(_Scaled, population.archive).scale
        scores = [score for key in known if (score := estimate.task(key)) is not None]
        return scale.share(sum(scores) / len(scores)) if scores else 0.0


def staged(ctx: Any, child: int) -> Generator[Effect | list[Effect], Any, None]:
    """Stage by stage, until the candidate is measured on all tasks or did too badly."""
    while tasks := (yield Choose("task", Staged(child), max(1, len(ctx.tasks)))):
        yield Measure(child, tuple(tasks))
