"""Draws from the Pareto fronts per task."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Population


class _Tasks(Protocol):
    def shares(self) -> Mapping[int, int]: ...


class _Fronts(Protocol):
    tasks: _Tasks


@dataclass(frozen=True, slots=True)
class TaskFront:
    """Candidates with probability proportional to the number of tasks on which none is better; with replacement.

    Those who could be missed on each of their tasks are left out. Agrawal et al., GEPA, arXiv 2507.19457 (2025),
    section on Pareto-based candidate selection. While no task has a score, the best candidate.
    """

    name: ClassVar[str] = "task_front"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        shares = cast(_Fronts, population.archive).tasks.shares()
        if not shares:
            return [population.ranked[0]] * n
        return rng.choices(list(shares), list(shares.values()), k=n)
