"""What the self-test of an evaluator found out about a project."""

from dataclasses import dataclass
from math import sqrt

from apps.engine import statistics
from apps.engine.supervise import ALPHA


@dataclass(frozen=True, slots=True)
class Facts:
    """Measured on the seed. seconds are one evaluation of all validation tasks; noise is per task, between repeats."""

    repeatable: bool
    noise: float
    seed_score: float | None  # None: only a model could tell
    seconds: float
    tasks: int  # validation tasks
    notes: tuple[str, ...] = ()

    @property
    def smallest_effect(self) -> float:
        """As the function of that name says, for this project."""
        return smallest_effect(self.noise, self.tasks)


def promotable_gain(noise: float, tasks: int) -> float:
    """The gain that a promotion confirms 4 times of 5 at the first look of a run; inf: so few tasks confirm none.

    noise is per task; a promotion measures both sides once on each of the tasks.
    """
    return statistics.smallest_effect(noise * sqrt(2), tasks, statistics.spending(ALPHA, 1))


def smallest_effect(noise: float, tasks: int) -> float:
    """The smallest gain in the mean score that one measurement of each side would probably show.

    Two-sided test at 5 % with power 80 %: 1.96 + 0.84 standard errors of the difference. noise is per task.
    """
    return 2.8 * noise * sqrt(2 / tasks)
