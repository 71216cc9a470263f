"""The ruling on an effect: a policy is a table of rules, a mode is a preset of one.

Asked when an effect is stored and again before its result is sent, in memory, on every effect of every method.
Fail closed: what the table does not understand is held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from apps.engine.canonical import decode, encode
from apps.engine.contracts.grading import WORDS

POINTS = ("choose", "ask", "propose", "measure", "judge", "promote")
WHENS = ("before", "after")
EXPENSIVE_SECONDS = 60.0
# The wrapper's own measurements: the same point as a method's, because they cost the same.
_POINT_OF = {"compare": "measure"}
# Planting the seed, which a person imported, and measuring again what is known, in between (A/A) and at the end, are
# nobody's proposals.
# A measurement that a person asked for needs nobody's leave, nor does a person's edit for standing.
_UNSUPERVISED_ROUNDS = ("plant", "conclude", "measure", "control")
# What of a round a person decided by asking for it. A promotion is held wherever the policy says so.
_MEASURED = ("choose", "propose", "measure", "judge")
_BY_PERSON = {"edit": ("propose",), "again": _MEASURED, "parts": _MEASURED}


@dataclass(frozen=True, slots=True)
class Rule:
    """Hold effects of a kind for people, before they are carried out or before their result is sent.

    above_seconds: only those expected to take longer. contract: only after judging a candidate whose contract came to
    this word; there the action may be "revert" too.
    """

    point: str
    when: str  # "before" or "after"
    action: str = "gate"  # or "auto"
    above_seconds: float = 0.0
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a ruling may depend on."""

    round_kind: str
    expected_seconds: float = 0.0
    tainted: bool = False  # about a candidate that was reverted, or that was made from one
    contract: str = ""  # what the contract of the candidate that was judged came to; empty: it states none
    loose: bool = False  # about a candidate that scores only within a tolerance of its evaluator


@dataclass(frozen=True, slots=True)
class Go:
    """Carry it out, or send the result."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A gate: people decide."""

    why: str


@dataclass(frozen=True, slots=True)
class Revert:
    """The policy's own verdict: the candidate is taken out."""

    why: str


Ruling = Go | Hold | Revert
GO = Go()

MODES: dict[str, tuple[Rule, ...]] = {
    "full-auto": (),
    "gate-only": (
        Rule("propose", "after"),
        Rule("measure", "before", above_seconds=EXPENSIVE_SECONDS),
        Rule("promote", "before"),
    ),
    "step-by-step": (
        Rule("choose", "after"),
        Rule("ask", "before"),
        Rule("ask", "after"),
        Rule("propose", "after"),
        Rule("measure", "before"),
        Rule("judge", "after"),
        Rule("promote", "before"),
    ),
}


class Table:
    """A policy, ready to be asked."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules: dict[tuple[str, str], list[Rule]] = {}
        for rule in rules:
            # A point or a moment that this version does not know may be any.
            for point in (rule.point,) if rule.point in POINTS else POINTS:
                for when in (rule.when,) if rule.when in WHENS else WHENS:
                    self._rules.setdefault((point, when), []).append(rule)

    def rule(self, kind: str, when: str, facts: Facts) -> Ruling:
        """Go or Hold for an effect of a kind, "before" or "after"."""
        if _unsupervised(kind, facts):
            return GO
        if facts.tainted and when == "before":
            return Hold("its parent was reverted")
        if facts.loose and (kind, when) == ("promote", "before"):
            return Hold("its scores hold only within a tolerance of the evaluator")
        point = _POINT_OF.get(kind, kind)
        if point not in POINTS:
            return Hold(f"the policy knows no effect of the kind {kind}")
        rows = [_row(rule, point, when, facts) for rule in self._rules.get((point, when), ())]
        held = next((ruling for ruling in rows if isinstance(ruling, Hold)), None)
        return held or next((ruling for ruling in rows if ruling is not None), GO)


def _row(rule: Rule, point: str, when: str, facts: Facts) -> Ruling | None:
    """What one row of the table says; None: nothing, the next one may."""
    if rule.action == "auto" or not _concerns(rule, point, when, facts):
        return None
    if rule.action == "revert" and rule.contract == facts.contract and rule.contract in WORDS:
        return Revert(f"its contract: {rule.contract}")
    if rule.action != "gate":
        return Hold(f"the policy holds an unknown action, {rule.action}")
    over = not facts.expected_seconds < rule.above_seconds  # also where either is no number
    return Hold(f"{when} {point}") if over else None


def _concerns(rule: Rule, point: str, when: str, facts: Facts) -> bool:
    """Whether the row is about this contract; one that asks for what is not known there is about any."""
    known = (point, when) == ("judge", "after") and rule.contract in WORDS
    return not rule.contract or not known or rule.contract == facts.contract


def by_contract(consequences: Mapping[str, str]) -> tuple[Rule, ...]:
    """Rows that say what a contract's word leads to: "nothing", "gate" or "revert"."""
    found = ((word.replace("_", " "), action) for word, action in consequences.items() if action != "nothing")
    return tuple(Rule("judge", "after", action, contract=word) for word, action in found)


def _unsupervised(kind: str, facts: Facts) -> bool:
    by_person = kind in _BY_PERSON.get(facts.round_kind, ())
    together = kind == "together"  # a list is ruled on child by child
    return facts.round_kind in _UNSUPERVISED_ROUNDS or by_person or together


def preset(mode: str) -> tuple[Rule, ...]:
    """The table of a mode. Raises LookupError naming the known modes."""
    if mode not in MODES:
        raise LookupError(f"unknown mode {mode!r}; known modes: {', '.join(MODES)}")
    return MODES[mode]


def to_bytes(rules: Sequence[Rule]) -> bytes:
    """A table as it is stored."""
    return encode([asdict(rule) for rule in rules])


def from_bytes(table: bytes) -> Table:
    """The stored table, ready to be asked. Raises TypeError for a table of another version of evoweb."""
    rows: list[dict[str, Any]] = decode(table)
    return Table([Rule(**row) for row in rows])
