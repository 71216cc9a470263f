"""Agreement of two raters beyond chance: Cohen's kappa, weighted where levels have an order."""

from collections.abc import Sequence
from math import inf
from random import Random

import numpy as np

from apps.engine.statistics.bootstrap import drawn_again, generator, percentile_interval
from apps.engine.statistics.interval import Interval
from apps.engine.statistics.numbers import Numbers

MODERATE = 0.4  # Landis and Koch 1977: above .40 moderate, above .60 substantial, above .80 almost perfect

type Pairs = Sequence[tuple[int, int]]


def kappa(pairs: Pairs, levels: int, power: int = 1) -> float | None:
    """1 - observed / expected disagreement of two raters who each gave the items one of so many levels, from 0.

    power weighs a disagreement by how many levels it spans: 0 every one alike (Cohen, A coefficient of agreement for
    nominal scales, 1960), 1 in proportion, 2 by its square (Cohen, Weighted kappa, 1968). 1 is full agreement, 0 what
    chance would bring, below 0 less than that. None where there is no item, or both gave all items the same level: then
    chance agrees as well.
    """
    if not pairs:
        return None
    found = _kappas(np.asarray(pairs), np.arange(len(pairs))[None, :], levels, power)[0]
    return None if np.isnan(found) else float(found)


def kappa_interval(pairs: Pairs, levels: int, rng: Random, power: int = 1, level: float = 0.95) -> Interval | None:
    """kappa with its percentile bootstrap interval over items (Efron 1979); ±inf where it cannot be told.

    Samples in which chance agrees fully are left out. Where raters agree on everything, so does every sample: how
    little a few such items say, the interval does not show. None as kappa.
    """
    estimate = kappa(pairs, levels, power)
    if estimate is None:
        return None
    redrawn = _kappas(np.asarray(pairs), drawn_again(len(pairs), generator(rng)), levels, power)
    told = redrawn[~np.isnan(redrawn)]
    if len(pairs) == 1 or not len(told):
        return Interval(estimate, -inf, inf)
    return percentile_interval(estimate, told, level)


def _kappas(pairs: np.ndarray, samples: np.ndarray, levels: int, power: int) -> Numbers:
    """kappa of each sample, a row of indices of pairs; NaN where it is not defined."""
    steps = np.abs(np.arange(levels)[:, None] - np.arange(levels)[None, :])
    weights = (steps > 0) * steps.astype(np.float64) ** power
    drawn = pairs[samples]
    observed = weights[drawn[..., 0], drawn[..., 1]].mean(axis=1)
    first, second = ((drawn[..., side, None] == np.arange(levels)).mean(axis=1) for side in (0, 1))
    expected: Numbers = np.einsum("ri,ij,rj->r", first, weights, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan)
