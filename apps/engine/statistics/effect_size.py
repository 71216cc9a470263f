"""What a comparison could have seen: to be said before it is made, and again beside what it found."""

from collections.abc import Sequence
from math import inf, sqrt
from statistics import stdev

from apps.engine.statistics.sign_flip import smallest_p
from apps.engine.statistics.special import special

# Said to be found 4 times of 5, and planned for a little more: the formula takes noise to be the same on all tasks, and
# its size is only an estimate.
PLANNED = 0.83


def smallest_effect(spread: float, tasks: int, level: float, power: float = PLANNED) -> float:
    """The mean gain that a one-sided test over tasks at that level finds with that power; inf where it can find none.

    (t(1 - level) + t(power)) · spread / √tasks, Student's t with tasks - 1 degrees of freedom: Zar, Biostatistical
    Analysis, section 7.6. spread is the standard deviation of one task's difference between two candidates.
    """
    if tasks < 2 or smallest_p(tasks) > level:
        return inf
    quantiles = special().stdtrit(tasks - 1, 1 - level) + special().stdtrit(tasks - 1, power)
    return float(quantiles) * spread / sqrt(tasks)


def smallest_effect_of(differences: Sequence[float], level: float) -> float:
    """The same, from the differences that were found."""
    return smallest_effect(stdev(differences), len(differences), level) if len(differences) > 1 else inf
