"""Rules of promotion: the only confirmatory test there is. `inconclusive` is an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from random import Random
from typing import Any, ClassVar

from apps.engine.statistics import bootstrap, sign_flip_p, smallest_effect_of, spending


@dataclass(frozen=True, slots=True)
class Ruling:
    """promote or inconclusive, and why."""

    decision: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`Choose("champion", Standing(candidate))`: who is champion now, what both score, the ledger of looks.

    Answer: [{"run", "champion": [run, number] or None, "score", "champion_score" (None: not under this protocol),
    "same" (equal content), "stale" (the champion stands by scores of an earlier evaluator), "looks" (taken by the run),
    "confirmed" (how many of them ended in a promotion)}].
    """

    candidate: int
    name: ClassVar[str] = "standing"


@dataclass(frozen=True, slots=True)
class First:
    """There is no champion yet: a complete candidate becomes it."""

    name: ClassVar[str] = "first"

    def rule(self, evidence: Mapping[str, Any], rng: Random) -> Ruling:
        if evidence["score"] is None:
            return Ruling("inconclusive", "incomplete")
        return Ruling("promote", f"first, {evidence['score']!r}")


@dataclass(frozen=True, slots=True)
class Renewed:
    """The champion itself, which stood by scores of an earlier evaluator: from now on it stands by one of today's."""

    name: ClassVar[str] = "renewed"

    def rule(self, evidence: Mapping[str, Any], rng: Random) -> Ruling:
        if evidence["score"] is None:
            return Ruling("inconclusive", "incomplete")
        return Ruling("promote", f"the champion, measured again, {evidence['score']!r}")


@dataclass(frozen=True, slots=True)
class Difference:
    """For a repeatable scorer without gate tasks: the difference itself is the evidence."""

    name: ClassVar[str] = "difference"

    def rule(self, evidence: Mapping[str, Any], rng: Random) -> Ruling:
        score, champion = evidence["score"], evidence["champion"]
        better = score is not None and (champion is None or score > champion)
        return Ruling("promote" if better else "inconclusive", f"{score!r} against {champion!r}")


@dataclass(frozen=True, slots=True)
class ConfirmedGain:
    """A one-sided sign-flip test over tasks, at the level that this look may spend of the run's alpha.

    confirmed: how many looks before it ended in a promotion; `spending` says what that earns, and what is kept.
    """

    alpha: float
    look: int
    confirmed: int = 0
    name: ClassVar[str] = "confirmed_gain"

    def rule(self, evidence: Mapping[str, Any], rng: Random) -> Ruling:
        found = evidence["differences"]
        level = spending(self.alpha, self.look, self.confirmed)
        p = sign_flip_p(found)
        gain = bootstrap(found, rng)
        words = (
            f"gain {gain.mean:.4g} [{gain.low:.4g}, {gain.high:.4g}] over {len(found)} tasks",
            f"p {p:.4g}, needed {level:.4g} at look {self.look}",
            _could_see(smallest_effect_of(found, level)),
        )
        return Ruling("promote" if p <= level else "inconclusive", "; ".join(words))


def _could_see(effect: float) -> str:
    """What would probably have been seen, so that `inconclusive` is not read as `no gain`."""
    if effect == inf:
        return "too few tasks to see any gain"
    return f"a gain of {effect:.4g} is seen 4 times of 5" if effect else "any gain is seen"
