"""Rules of promotion: the only confirmatory test there is. `inconclusive` is an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

from apps.engine.statistics import bootstrap, sign_flip_p, spending


@dataclass(frozen=True, slots=True)
class Ruling:
    """promote or inconclusive, and why."""

    decision: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`Choose("champion", Standing(candidate))`: who is champion now, what both score, how many looks were taken.

    Answer: [{"run", "champion": [run, number] or None, "score", "champion_score" (None: not under this protocol),
    "same" (equal content), "looks"}].
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
class Difference:
    """For a repeatable scorer without gate tasks: the difference itself is the evidence."""

    name: ClassVar[str] = "difference"

    def rule(self, evidence: Mapping[str, Any], rng: Random) -> Ruling:
        score, champion = evidence["score"], evidence["champion"]
        better = score is not None and (champion is None or score > champion)
        return Ruling("promote" if better else "inconclusive", f"{score!r} against {champion!r}")


@dataclass(frozen=True, slots=True)
class ConfirmedGain:
    """A one-sided sign-flip test over tasks, at the level that this look may spend of the run's alpha."""

    alpha: float
    look: int
    name: ClassVar[str] = "confirmed_gain"

    def rule(self, evidence: Mapping[str, Any], rng: Random) -> Ruling:
        level = spending(self.alpha, self.look)
        p = sign_flip_p(evidence["differences"], rng, level)
        gain = bootstrap(evidence["differences"], rng)
        words = f"gain {gain.mean:.4g} [{gain.low:.4g}, {gain.high:.4g}] over {len(evidence['differences'])} tasks"
        return Ruling(
            "promote" if p <= level else "inconclusive", f"{words}; p {p:.4g}, needed {level:.4g} at look {self.look}"
        )
