"""What the self-test of an evaluator found out about a project."""

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Facts:
    """Measured on the seed. seconds are one evaluation of all validation tasks; noise is per task, between repeats."""

    repeatable: bool
    noise: float
    seed_score: float
    seconds: float
    tasks: int  # validation tasks
    notes: tuple[str, ...] = ()

    @property
    def smallest_effect(self) -> float:
        """As the function of that name says, for this project."""
        return smallest_effect(self.noise, self.tasks)


def smallest_effect(noise: float, tasks: int) -> float:
    """The smallest gain in the mean score that one measurement of each side would probably show.

    Two-sided test at 5 % with power 80 %: 1.96 + 0.84 standard errors of the difference. noise is per task.
    """
    return 2.8 * noise * sqrt(2 / tasks)
