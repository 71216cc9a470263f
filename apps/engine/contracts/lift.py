"""Do tasks that were named turn more often than they would by themselves?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.engine.contracts.flips import LEVELS
from apps.engine.contracts.turns import Observed, Turn
from apps.engine.contracts.zero import Zero
from apps.engine.statistics import Interval, sum_of_chances
from apps.engine.statistics.numbers import Numbers
from apps.engine.statistics.special import special


@dataclass(frozen=True, slots=True)
class Lift:
    """Of so many tasks so many turned, where about so many do by themselves; p: that at least as many do.

    most: how many may well do so by themselves, as far as repeats tell; in 39 of 40 cases it is fewer.
    """

    turned: int
    tasks: int
    expected: float
    p: float
    ratio: Interval  # turned / expected, 95 %
    most: float


def lift(found: Sequence[Observed], turn: Turn, zero: Zero) -> Lift:
    """Of the tasks that were found, those that turned that way. Raises ValueError for none.

    The number that turns by itself is a sum of events with a chance each. It is no draw from a fixed number of flips,
    which would make the test hypergeometric: measured again, other tasks turn, and as many as chance wants. And as the
    common rates are only known from so many repeats, the chance is averaged over what they could as well be: the
    predictive distribution, so that few repeats make no strong evidence. All rates are taken to be off in the same
    direction, which is the worse case.
    """
    if not found:
        raise ValueError("there is no lift of no tasks")
    chances = np.stack([zero.levels(each, turn) for each in found])
    count = sum(each.turn == turn for each in found)
    p = float(sum_of_chances(chances)[count:].sum(axis=0).mean())
    expected = chances.sum(axis=0)
    ratio, most = _ratio(count, len(found), expected), float(np.quantile(expected, 0.975))
    return Lift(count, len(found), float(expected.mean()), min(1.0, p), ratio, most)


def _ratio(turned: int, tasks: int, expected: Numbers) -> Interval:
    """Jeffreys' interval of the share that turned, over what the share by itself could be: all pairs of quantiles.

    Brown, Cai and DasGupta, Interval Estimation for a Binomial Proportion, Statistical Science 16 (2001).
    """
    middles = (np.arange(LEVELS) + 0.5) / LEVELS
    shares = special().betaincinv(turned + 0.5, tasks - turned + 0.5, middles)
    low, high = np.quantile(np.divide.outer(shares * tasks, expected), [0.025, 0.975])
    return Interval(turned / float(expected.mean()), float(low), float(high))
