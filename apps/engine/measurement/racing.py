"""Measure a candidate task by task, and stop when it is clearly worse than its base parent.

Maron and Moore, The Racing Algorithm: Model Selection for Lazy Learners, Artificial Intelligence Review 11 (1997), with
the posterior of the paired differences in the place of Hoeffding's bound. What is given up stays incomplete, so that it
ranks below everything that was measured on all tasks. The tasks saved are the budget of further candidates.
"""

from collections.abc import Generator
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

from apps.engine.effects import Choose, Effect, Measure
from apps.engine.population import Population
from apps.engine.statistics import outlook

BLOCK = 8  # tasks between two looks
GIVE_UP = 0.1  # P(better), below which no more is spent


@dataclass(frozen=True, slots=True)
class Undecided:
    """`Choose("task", Undecided(candidate), n)`: the next tasks to measure it on; [] when its race is over.

    Over is it when all are measured, when one failed, or when P(better than the base parent) fell below give_up.
    """

    candidate: int
    give_up: float = GIVE_UP
    name: ClassVar[str] = "undecided"

    def draw(self, population: Population, rng: Random, n: int) -> list[str]:
        estimate = population.estimate(self.candidate)
        left = [key for key in population.required if estimate.task(key) is None]
        if estimate.failure or self._worse(population):
            return []
        return rng.sample(left, min(n, len(left)))

    def _worse(self, population: Population) -> bool:
        parents = population.members[self.candidate].parents
        if not parents:
            return False
        own, base = population.estimate(self.candidate), population.estimate(parents[0])
        pairs = [(own.task(key), base.task(key)) for key in population.required]
        found = outlook([mine - other for mine, other in pairs if mine is not None and other is not None])
        return found is not None and found.better < self.give_up


def racing(_ctx: object, child: int) -> Generator[Effect | list[Effect], Any, None]:
    """Blocks of tasks, drawn anew for each candidate, until the race is over."""
    while tasks := (yield Choose("task", Undecided(child), BLOCK)):
        yield Measure(child, tuple(tasks))
