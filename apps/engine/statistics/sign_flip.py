"""Evidence from paired differences by flipping their signs. Tasks, not repeats, are the unit."""

from collections.abc import Sequence
from math import exp, fsum

import numpy as np

from apps.engine.statistics.numbers import Numbers

EXACT_UP_TO = 32
COUNTED_UP_TO = 1_000  # tasks
FINE_UP_TO = 250  # tasks
FINE, COARSE = 840, 240  # parts of the largest difference; 840 holds what the mean of up to 8 repeats comes to


def sign_flip_p(differences: Sequence[float]) -> float:
    """One-sided p of "the mean difference is not above 0", by flipping signs (Fisher 1935).

    Up to 32 tasks it is exact. Beyond, differences are rounded to small parts of the largest, and what rounding could
    hide is taken off the observed sum: p is then never too small, and exact for scores that are few steps apart. Beyond
    1,000 it is the bound of Hoeffding (1963) for a sum of random signs, exp(-S² / (2 Σ d²)).
    """
    observed = fsum(differences) - 1e-12 * fsum(map(abs, differences))
    if len(differences) <= EXACT_UP_TO:
        return _exact_p(differences, observed)
    if observed <= 0:
        return 1.0
    if len(differences) <= COUNTED_UP_TO:
        return _counted_p(np.abs(np.asarray(differences, dtype=np.float64)), observed)
    largest = max(map(abs, differences))  # squares of very small differences would vanish
    return exp(-((observed / largest) ** 2) / (2 * fsum((d / largest) ** 2 for d in differences)))


def _exact_p(differences: Sequence[float], observed: float) -> float:
    """Share of all sign patterns whose sum reaches observed, by meeting in the middle: 2^(n/2) sums on either side."""
    half = len(differences) // 2
    right = np.sort(_signed_sums(differences[half:]))
    reached = len(right) - np.searchsorted(right, observed - _signed_sums(differences[:half]))
    return float(reached.sum()) / 2.0 ** len(differences)


def _signed_sums(differences: Sequence[float]) -> Numbers:
    sums = np.zeros(1)
    for difference in differences:
        sums = np.concatenate([sums + difference, sums - difference])
    return sums


def _counted_p(sizes: Numbers, observed: float) -> float:
    """Distribution of the sum of random signs on a lattice, one task after the other."""
    unit = sizes.max() / (FINE if len(sizes) <= FINE_UP_TO else COARSE)
    steps = np.rint(sizes / unit).astype(np.int64)
    hidden = np.abs(sizes - steps * unit).sum()
    total = int(steps.sum())
    chances = np.zeros(2 * total + 1)  # of the sums -total … total
    chances[total] = 1.0
    for step in steps[steps > 0]:
        spread = np.zeros_like(chances)
        spread[step:] += 0.5 * chances[:-step]
        spread[:-step] += 0.5 * chances[step:]
        chances = spread
    needed = int(np.ceil((observed - hidden) / unit - 1e-9))
    return float(min(1.0, chances[max(0, needed + total) :].sum()))


def smallest_p(tasks: int) -> float:
    """The smallest p that so many tasks can give at all: when every one of them improved alike."""
    return 0.5**tasks if tasks <= COUNTED_UP_TO else exp(-tasks / 2)


def paired_p(differences: Sequence[float]) -> float:
    """Two-sided p of "the differences lie evenly around 0", by flipping signs: twice the smaller one-sided p.

    For experiments: differences between two methods on the same seeds. 1 where nothing differs. Raises ValueError for
    no pairs.
    """
    if not differences:
        raise ValueError("there is no pair to compare")
    turned = differences if fsum(differences) >= 0 else [-d for d in differences]
    return min(1.0, 2 * sign_flip_p(turned))
