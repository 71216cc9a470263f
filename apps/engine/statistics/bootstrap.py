"""Intervals by drawing again from what was observed (Efron 1979)."""

from collections.abc import Sequence
from math import fsum
from random import Random

import numpy as np

from apps.engine.statistics.interval import Interval
from apps.engine.statistics.numbers import Numbers

RESAMPLES = 2_000
AT_ONCE = 1_000_000  # numbers that are drawn again in one go


def bootstrap(differences: Sequence[float], rng: Random, level: float = 0.95) -> Interval:
    """Mean difference with its percentile bootstrap interval over tasks (Efron 1979). One task gives none: ±inf."""
    n = len(differences)
    mean = fsum(differences) / n
    if n == 1:
        return Interval(mean, float("-inf"), float("inf"))
    observed, dice = np.asarray(differences, dtype=np.float64), generator(rng)
    rows = max(1, AT_ONCE // n)
    parts = [min(rows, RESAMPLES - done) for done in range(0, RESAMPLES, rows)]
    means = [observed[dice.integers(0, n, size=(part, n))].mean(axis=1) for part in parts]
    return percentile_interval(mean, np.concatenate(means), level)


def generator(rng: Random) -> np.random.Generator:
    """Numpy's generator, seeded by one draw from rng."""
    return np.random.default_rng(rng.getrandbits(64))


def drawn_again(size: int, dice: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Indices of RESAMPLES samples with replacement, one per row: shape (RESAMPLES, size)."""
    return dice.integers(0, size, size=(RESAMPLES, size))


def percentile_interval(estimate: float, redrawn: Numbers, level: float) -> Interval:
    """The estimate between the percentiles of what it came to on samples that were drawn again."""
    tail = (1 - level) / 2
    low, high = np.quantile(redrawn, [tail, 1 - tail])
    return Interval(estimate, float(low), float(high))
