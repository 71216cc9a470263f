"""What operators have earned: a tally of a whole run for people to read, and the credit by which a bandit chooses."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from apps.engine.population import Judged


@dataclass(frozen=True, slots=True)
class Credit:
    """What one operator did: children judged, of these failed (no score) and kept; sum and largest of their gains.

    A gain is by how much a child scores above its base; what scores no better gains 0.
    """

    operator: str
    tried: int = 0
    failed: int = 0
    kept: int = 0
    gained: float = 0.0
    most: float = 0.0

    def after(self, judged: Judged) -> "Credit":
        """The credit with one more child."""
        gain = gain_of(judged)
        return replace(
            self,
            tried=self.tried + 1,
            failed=self.failed + (judged.score is None),
            kept=self.kept + (judged.decision == "keep"),
            gained=self.gained + gain,
            most=max(self.most, gain),
        )


def gain_of(judged: Judged) -> float:
    """By how much a child scores above its base, at least 0; 0 where one of them has no score."""
    if judged.score is None or judged.base_score is None:
        return 0.0
    gain = judged.score - judged.base_score
    return gain if math.isfinite(gain) and gain > 0 else 0.0


def tally(facts: Iterable[Judged]) -> list[Credit]:
    """The credit of every operator, most gained first. facts are first verdicts, one for each candidate."""
    found: dict[str, Credit] = {}
    for judged in facts:
        found[judged.operator] = found.get(judged.operator, Credit(judged.operator)).after(judged)
    return sorted(found.values(), key=lambda credit: (-credit.gained, credit.operator))


def sum_of_ranks(window: Sequence[tuple[str, float]], decay: float) -> dict[str, float]:
    """The share of each operator in the ranked gains of a window of (operator, gain): shares add up to 1, or are none.

    Fialho, Schoenauer and Sebag, Toward Comparison-Based Adaptive Operator Selection, GECCO (2010): the gain of rank r
    among W weighs decay^r (W - r). Only ranks count, so that it is the same for scores of any size and while gains grow
    smaller. Equal gains share their weights; those of 0 have none.
    """
    ranked = sorted((gain for _, gain in window if gain > 0), reverse=True)
    weights: dict[float, list[float]] = {}
    for rank, gain in enumerate(ranked):
        weights.setdefault(gain, []).append(decay**rank * (len(window) - rank))
    whole = math.fsum(weight for same in weights.values() for weight in same)
    shares: dict[str, float] = {}
    for operator, gain in window:
        if gain > 0:
            share = math.fsum(weights[gain]) / len(weights[gain]) / whole
            shares[operator] = shares.get(operator, 0.0) + share
    return shares


def by_upper_bound(
    operators: Sequence[str], window: Sequence[tuple[str, float]], decay: float, exploration: float
) -> list[str]:
    """Operators by credit plus exploration sqrt(2 ln N / n), largest first; n of the N in the window are its own.

    Upper confidence bounds: Auer, Cesa-Bianchi and Fischer, Finite-time Analysis of the Multiarmed Bandit Problem,
    Machine Learning 47 (2002). An operator that is not in the window comes first; equal ones stay in their order.
    """
    shares, counts = sum_of_ranks(window, decay), _counts(window)
    total = 2 * math.log(len(window)) if window else 0.0

    def bound(operator: str) -> float:
        if operator not in counts:
            return math.inf
        return shares.get(operator, 0.0) + exploration * math.sqrt(total / counts[operator])

    return sorted(operators, key=lambda operator: -bound(operator))


def _counts(window: Sequence[tuple[str, float]]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for operator, _ in window:
        counts[operator] = counts.get(operator, 0) + 1
    return counts
