"""Evidence from paired differences by flipping their signs. Tasks, not repeats, are the unit."""

from bisect import bisect_left
from collections.abc import Sequence
from math import exp, fsum
from random import Random

EXACT_UP_TO = 32
FLIPS = 20_000
RESOLVED = 20  # expected hits at the level, below which drawing says nothing


def sign_flip_p(differences: Sequence[float], rng: Random, level: float) -> float:
    """One-sided p of "the mean difference is not above 0", by flipping signs (Fisher 1935), to be held against level.

    Up to 32 tasks it is exact. Beyond, signs are drawn FLIPS times, and p is (hits + 1) / (draws + 1), which never
    reports 0 (Phipson and Smyth 2010); where that could not resolve the level, p is the bound of Hoeffding (1963) for
    a sum of random signs, exp(-S² / (2 Σ d²)), which is valid for any number of tasks.
    """
    observed = fsum(differences) - 1e-12 * fsum(map(abs, differences))
    if len(differences) <= EXACT_UP_TO:
        return _exact_p(differences, observed)
    if level * FLIPS < RESOLVED:
        return exp(-(observed**2) / (2 * fsum(d * d for d in differences))) if observed > 0 else 1.0
    hits = 0
    for _ in range(FLIPS):
        bits = rng.getrandbits(len(differences))
        hits += sum(d if bits >> i & 1 else -d for i, d in enumerate(differences)) >= observed
    return (hits + 1) / (FLIPS + 1)


def _exact_p(differences: Sequence[float], observed: float) -> float:
    """Share of all sign patterns whose sum reaches observed, by meeting in the middle: 2^(n/2) sums on either side."""
    half = len(differences) // 2
    right = sorted(_signed_sums(differences[half:]))
    reached = sum(len(right) - bisect_left(right, observed - left) for left in _signed_sums(differences[:half]))
    return reached / 2.0 ** len(differences)


def _signed_sums(differences: Sequence[float]) -> list[float]:
    sums = [0.0]
    for difference in differences:
        sums = [total + difference for total in sums] + [total - difference for total in sums]
    return sums


def smallest_p(tasks: int) -> float:
    """The smallest p that so many tasks can give at all: when every one of them improved alike."""
    return 0.5**tasks if tasks <= EXACT_UP_TO else exp(-tasks / 2)


def paired_p(differences: Sequence[float], rng: Random) -> float:
    """Two-sided p of "the differences lie evenly around 0", by flipping signs: twice the smaller one-sided p.

    For experiments: differences between two methods on the same seeds. Exact up to 32 pairs; beyond, by drawing. 1
    where nothing differs. Raises ValueError for no pairs.
    """
    if not differences:
        raise ValueError("there is no pair to compare")
    turned = differences if fsum(differences) >= 0 else [-d for d in differences]
    return min(1.0, 2 * sign_flip_p(turned, rng, 1.0))
