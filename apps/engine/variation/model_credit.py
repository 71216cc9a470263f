"""Which model to ask next: what each has earned, and the bound by which the next is drawn.

AsymmetricUCB of ShinkaEvolve: Lange, Imajuku and Cetin, arXiv 2509.19349 (2025), section on bandit-based ensembles; the
constants are those of its code. An upper confidence bound (Auer, Cesa-Bianchi and Fischer 2002) in which only gains
count, exponentially, and what is cheap counts beside what is good.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import ClassVar

from apps.engine.population import Judged

MODEL, COST = "model", "cost"  # traits that asking.py gives a candidate: who made it, and what that cost
CHEAPNESS = 0.1  # weight of the confidence bound on costs
NOTHING = -math.inf  # the logarithm of no gain


@dataclass(frozen=True, slots=True)
class Arm:
    """A model: how often it was tried, the faded number of tries, log of the faded sum of expm1(gain), costs told."""

    tried: int = 0
    weight: float = 0.0
    gained: float = NOTHING
    paid: int = 0
    cost: float = 0.0

    @property
    def mean(self) -> float:
        """Log of the mean gain."""
        return self.gained - math.log(self.weight) if self.weight > 0 else NOTHING


@dataclass(frozen=True, slots=True)
class Arms:
    """All models. baseline: the seed's score; most: log of the largest gain, faded as the gains are."""

    models: Mapping[str, Arm]
    baseline: float | None = None
    most: float = NOTHING
    costs: tuple[float, float] = field(default=(math.inf, -math.inf))  # least and most of one candidate

    def after(self, judged: Judged, fade: float) -> "Arms":
        """With one more child: its gain over the better of its base and the seed; what failed gains nothing.

        Every try fades what was known before by the factor fade. What no model made, or a person judged, is no try.
        """
        name = str(judged.traits.get(MODEL))
        if name not in self.models or judged.decision not in ("keep", "drop"):
            return self
        baseline = self.baseline if self.baseline is not None else judged.base_score
        gain = _log_expm1(_gain(judged, baseline))
        tried = _tried(self.models[name], gain, judged.traits.get(COST))
        faded = {each: _faded(arm, fade) for each, arm in (dict(self.models) | {name: tried}).items()}
        most = max(max(self.most, gain) + math.log(fade), *(arm.mean for arm in faded.values()))
        return Arms(faded, baseline, most, _bounds(self.costs, judged.traits.get(COST)))

    def bounds(self, exploration: float, thrift: float) -> dict[str, float]:
        """Upper bound of each model; infinite for one that was never tried."""
        total = 2 * math.log(max(2, sum(arm.tried for arm in self.models.values())))
        found = {}
        for name, arm in self.models.items():
            mean = math.exp(arm.mean - self.most) if self.most > NOTHING else 0.0
            found[name] = mean + exploration * math.sqrt(total / arm.tried) if arm.tried else math.inf
        cheap = self._cheapness(total)
        return {name: bound + thrift * (cheap[name] - bound) for name, bound in found.items()} if cheap else found

    def _cheapness(self, total: float) -> dict[str, float]:
        """How cheap each model is, 1 for the cheapest; nothing where the cost of one is not known, or all are free.

        The reference cost of the original, a percentile, cancels out where it scales the cheapest to 1.
        """
        if not all(arm.paid for arm in self.models.values()) or self.costs[1] <= 0:
            return {}
        spread, least = self.costs[1] - self.costs[0], self.costs[1] * 1e-7
        low = {
            name: max(least, arm.cost / arm.paid - CHEAPNESS * spread * math.sqrt(total / arm.paid))
            for name, arm in self.models.items()
        }
        return {name: min(low.values()) / cost for name, cost in low.items()}


@dataclass(frozen=True, slots=True)
class UpperBound:
    """The model of the highest bound; with probability dither one of the others. Each draw is independent.

    Draws from a memory {"arms": Arms, ...}. thrift is how much cheapness counts, from 0 to 1.
    """

    exploration: float = 1.0
    dither: float = 0.2
    thrift: float = 0.5
    name: ClassVar[str] = "asymmetric_ucb"

    def draw(self, memory: Mapping[str, Arms], rng: Random, n: int) -> list[str]:
        bounds = memory["arms"].bounds(self.exploration, self.thrift)
        best = max(bounds.values())
        winners = [name for name, bound in bounds.items() if bound == best]
        others = [name for name in bounds if name not in winners]
        dither = self.dither if best < math.inf else 0.0
        return [rng.choice(others if others and rng.random() < dither else winners) for _ in range(n)]


def arms(models: Iterable[str]) -> Arms:
    """Nothing known yet."""
    return Arms({name: Arm() for name in models})


def _gain(judged: Judged, baseline: float | None) -> float:
    if judged.score is None or judged.base_score is None or baseline is None:
        return 0.0
    gain = judged.score - max(judged.base_score, baseline)
    return gain if math.isfinite(gain) and gain > 0 else 0.0


def _log_expm1(gain: float) -> float:
    """log(exp(gain) - 1), also for gains whose exponential is too large for a float."""
    if gain <= 0:
        return NOTHING
    return math.log(math.expm1(gain)) if gain < 30 else gain


def _log_sum(logs: Sequence[float]) -> float:
    most = max(logs)
    return most + math.log(math.fsum(math.exp(each - most) for each in logs)) if most > NOTHING else NOTHING


def _tried(arm: Arm, gain: float, cost: float | None) -> Arm:
    more = replace(arm, tried=arm.tried + 1, weight=arm.weight + 1, gained=_log_sum((arm.gained, gain)))
    return more if cost is None else replace(more, paid=arm.paid + 1, cost=arm.cost + cost)


def _faded(arm: Arm, fade: float) -> Arm:
    return replace(arm, weight=arm.weight * fade, gained=arm.gained + math.log(fade))


def _bounds(known: tuple[float, float], cost: float | None) -> tuple[float, float]:
    return known if cost is None else (min(known[0], cost), max(known[1], cost))
