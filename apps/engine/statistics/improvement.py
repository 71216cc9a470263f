"""How probable it is that a run of one method ends above a run of another.

Agarwal et al., Deep Reinforcement Learning at the Edge of the Statistical Precipice, NeurIPS 2021, section 4.3.
"""

from collections.abc import Sequence
from random import Random

import numpy as np

from apps.engine.statistics.bootstrap import drawn_again, generator, percentile_interval
from apps.engine.statistics.interval import Interval
from apps.engine.statistics.numbers import Numbers

type _Indices = np.ndarray[tuple[int, int], np.dtype[np.int64]]


def probability_of_improvement(
    strata_a: Sequence[Sequence[float]], strata_b: Sequence[Sequence[float]], rng: Random, level: float = 0.95
) -> Interval:
    """P(a run of A > a run of B) on a project, averaged over projects; ties count half (Mann and Whitney 1947).

    Strata hold the values of one project, in the order of the seeds. The interval is by the stratified bootstrap: where
    A and B have as many seeds they are pairs and are drawn together, else apart. Raises ValueError where there is
    nothing to compare.
    """
    if not strata_a or len(strata_a) != len(strata_b) or not all(map(len, [*strata_a, *strata_b])):
        raise ValueError("both sides need values on the same projects")
    dice = generator(rng)
    pairs = [_wins(a, b) for a, b in zip(strata_a, strata_b, strict=True)]
    estimate = float(np.mean([wins.mean() for wins in pairs]))
    redrawn = np.mean([_redrawn(wins, dice) for wins in pairs], axis=0)
    return percentile_interval(estimate, redrawn, level)


def _wins(a: Sequence[float], b: Sequence[float]) -> Numbers:
    """1 where a[i] > b[j], 1/2 where they are equal: shape (a, b)."""
    left, right = np.asarray(a, dtype=np.float64)[:, np.newaxis], np.asarray(b, dtype=np.float64)
    wins: Numbers = (left > right) + 0.5 * (left == right)
    return wins


def _redrawn(wins: Numbers, dice: np.random.Generator) -> Numbers:
    """Share of wins in each resample."""
    rows: _Indices = drawn_again(wins.shape[0], dice)
    columns = rows if wins.shape[0] == wins.shape[1] else drawn_again(wins.shape[1], dice)
    shares = [wins[np.ix_(row, column)].mean() for row, column in zip(rows, columns, strict=True)]
    return np.asarray(shares)
