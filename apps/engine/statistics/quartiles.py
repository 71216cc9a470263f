"""The mean of the middle half of the runs: as robust as a median, and it uses more than one run.

Agarwal et al., Deep Reinforcement Learning at the Edge of the Statistical Precipice, NeurIPS 2021, section 4.
"""

from collections.abc import Sequence
from random import Random

import numpy as np

from apps.engine.statistics.bootstrap import drawn_again, generator, percentile_interval
from apps.engine.statistics.interval import Interval
from apps.engine.statistics.numbers import Numbers


def interquartile_mean(values: Sequence[float]) -> float:
    """Mean without the lowest and the highest quarter, each rounded down: of fewer than four, the mean of all.

    Raises ValueError for no values.
    """
    if not len(values):
        raise ValueError("there is no mean of no values")
    return float(_middle(np.asarray(values, dtype=np.float64)[np.newaxis])[0])


def interquartile_interval(strata: Sequence[Sequence[float]], rng: Random, level: float = 0.95) -> Interval:
    """Interquartile mean over all values of all strata, with its percentile interval by the stratified bootstrap.

    A stratum holds the seeds of one project, in comparable units; seeds are drawn again within their project (section
    4.2 there). A single value gives no interval: ±inf. Raises ValueError for a stratum without values.
    """
    if not strata or not all(map(len, strata)):
        raise ValueError("every project needs a value")
    observed = np.concatenate([np.asarray(stratum, dtype=np.float64) for stratum in strata])
    estimate = interquartile_mean([float(value) for value in observed])
    if len(observed) == 1:
        return Interval(estimate, float("-inf"), float("inf"))
    dice = generator(rng)
    again = [np.asarray(stratum, dtype=np.float64)[drawn_again(len(stratum), dice)] for stratum in strata]
    return percentile_interval(estimate, _middle(np.concatenate(again, axis=1)), level)


def _middle(rows: Numbers) -> Numbers:
    """Interquartile mean of each row."""
    cut = rows.shape[1] // 4
    middle: Numbers = np.sort(rows, axis=1)[:, cut : rows.shape[1] - cut].mean(axis=1)
    return middle
