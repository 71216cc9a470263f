"""What to expect of a candidate: how probable it is to be better, and what is won or lost by taking it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log, pi, sqrt
from statistics import stdev

from apps.engine.statistics.special import special

FEWEST = 3  # tasks, below which the expected gain has no bound


@dataclass(frozen=True, slots=True)
class Outlook:
    """P(the mean difference is above 0), and the means of its positive and its negative part, both at least 0."""

    better: float
    gain: float
    loss: float


def outlook(differences: Sequence[float]) -> Outlook | None:
    """From paired differences over tasks; None for fewer than three, which bound nothing.

    The posterior of the mean is Student's t about the mean observed, with n - 1 degrees of freedom, under the prior
    that says nothing of mean and log variance: Gelman et al., Bayesian Data Analysis, section 3.2. Where all tasks
    differ alike it would be certain; there it is Laplace's rule of succession, (n + 1) / (n + 2).
    """
    n = len(differences)
    if n < FEWEST:
        return None
    mean, scale = fsum(differences) / n, stdev(differences) / sqrt(n)
    if scale <= 1e-12 * abs(mean):
        return _all_alike(mean, n)
    at = mean / scale
    better = float(special().stdtr(n - 1, at))
    gain = mean * better + scale * _beyond(at, n - 1)
    return Outlook(better, max(0.0, gain), max(0.0, gain - mean))


def _all_alike(mean: float, n: int) -> Outlook:
    sure = (n + 1) / (n + 2)
    if mean == 0:
        return Outlook(0.5, 0.0, 0.0)
    return Outlook(sure, mean * sure, 0.0) if mean > 0 else Outlook(1 - sure, 0.0, -mean * sure)


def _beyond(at: float, freedom: int) -> float:
    """E[T; T > -at] for Student's t: its density at that place times (ν + at²) / (ν - 1)."""
    peak = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - log(freedom * pi) / 2
    density = exp(peak - (freedom + 1) / 2 * log(1 + at * at / freedom))
    return density * (freedom + at * at) / (freedom - 1)
