"""What the best of many scores will come to when it is measured again: selection corrected without measuring.

Efron and Morris, Stein's Estimation Rule and Its Competitors: An Empirical Bayes Approach, JASA 68 (1973), section 2:
scores are true values about a middle with noise added, so the share noise² / spread² of what a score lies above the
middle is expected to be noise. Against the source, middle and spread are those of the upper half: bad edits make a long
lower tail, which says nothing about the best.
"""

from collections.abc import Iterable
from math import sqrt


def above(scores: Iterable[float]) -> tuple[float, float]:
    """Mean of scores, and the root mean square of how far those above it lie from it. Raises ValueError for none."""
    listed = list(scores)
    if not listed:
        raise ValueError("there is no spread of no scores")
    middle = sum(listed) / len(listed)
    upper = [(score - middle) ** 2 for score in listed if score >= middle]
    return middle, sqrt(sum(upper) / len(upper)) if upper else 0.0


def shrunk(best: float, middle: float, spread: float, noise: float) -> float:
    """The best score drawn back towards the middle: middle + (1 - noise² / spread²) · (best - middle).

    noise is the standard deviation of one score between repeats. Not beyond the middle; nothing where nothing spreads.
    """
    if spread <= noise:
        return middle if noise else best
    return middle + (1 - (noise / spread) ** 2) * (best - middle)
