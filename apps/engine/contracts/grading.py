"""What came of a contract: a reading of the measurements of an edit and of its base, recomputed whenever asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from apps.engine.contracts.lift import Lift, lift
from apps.engine.contracts.loss import Loss, loss
from apps.engine.contracts.turns import UNKNOWN, Observed, Turn
from apps.engine.contracts.zero import Zero
from apps.engine.effects import Contract
from apps.engine.statistics import sum_of_chances

type Word = Literal["effective", "partly effective", "ineffective", "harmful", "mixed", "could not be told"]
type Part = Literal["fix", "risk", "chance"]

WORDS: tuple[Word, ...] = ("effective", "partly effective", "ineffective", "harmful", "mixed", "could not be told")
LEVEL = 0.05  # at which "it turned by itself", and "it does what it claims", are given up
UNREPEATED = "nothing was measured twice yet, so nobody knows what turns by itself"
NOTHING = "nothing was predicted that was measured"
LIKELY = 0.5  # a stated chance from which on a task counts as a predicted fix, where none is named


@dataclass(frozen=True, slots=True)
class Named:
    """A task that the contract names: what was said of it, what happened, how often that happens by itself.

    turn is "" where it is not known. chance: as stated, None where it is not. rate: of getting worse for a task at
    risk, else of getting better.
    """

    task: str
    part: Part
    before: float
    after: float
    turn: Turn | Literal[""]
    chance: float | None
    rate: float


@dataclass(frozen=True, slots=True)
class Grade:
    """The word, and why. fixes, risks and others are None where there is no such task, or nothing to hold it against.

    claimed: how many fixes were claimed, of those that are known. others are the tasks that the contract does not name.
    """

    word: Word
    why: tuple[str, ...]
    fixes: Lift | None = None
    risks: Lift | None = None
    others: Lift | None = None
    claimed: float = 0.0
    loss: Loss = field(default_factory=Loss)
    named: tuple[Named, ...] = ()


def grade(contract: Contract, observed: Mapping[str, Observed], zero: Zero) -> Grade:
    """observed: by key every task that was measured of edit or base, the first measurement of each.

    Two hypotheses, each of which can fall: the tasks turned by themselves, and the edit does what it claims. If only
    the first falls the edit is effective, if both do partly effective; if only the second does it is ineffective, and
    if neither does it could not be told. A repeatable scorer leaves no doubt: there the published table holds (Agentic
    Harness Engineering, evolve.py), applied to what happened anywhere.
    """
    known = {task: found for task, found in observed.items() if found.known}
    fixes = _known(fixes_of(contract), known)
    risks = _known([task for task in contract.at_risk if task not in fixes], known)
    others = [found for task, found in known.items() if task not in fixes and task not in risks]
    parts = (list(fixes.values()), list(risks.values()), others)
    named = tuple(_named(contract, observed, zero))
    told = _loss(contract, known, zero)
    if zero.repeatable:
        return _certain(parts, told, named)
    if not zero.known:
        return Grade("could not be told", (UNREPEATED,), named=named)
    return _tested(contract, parts, zero, told, named)


def fixes_of(contract: Contract) -> tuple[str, ...]:
    """Tasks that are to become better: those named, else those that are at least as likely as not to."""
    named = contract.predicted_fixes or [task for task, chance in contract.probabilities.items() if chance >= LIKELY]
    return tuple(dict.fromkeys(named))


_LOOKED_FOR: tuple[Turn, ...] = ("better", "worse", "worse")
type _Parts = tuple[Sequence[Observed], Sequence[Observed], Sequence[Observed]]


def _known(tasks: Iterable[str], known: Mapping[str, Observed]) -> dict[str, Observed]:
    return {task: known[task] for task in tasks if task in known}


def _certain(parts: _Parts, told: Loss, named: tuple[Named, ...]) -> Grade:
    fixes, risks, others = parts
    came, broke = _count(fixes, "better"), _count(risks, "worse") + _count(others, "worse")
    why = [f"{came} of {len(fixes)} predicted fixes came"] if fixes else [NOTHING]
    if broke:
        why.append(f"{broke} other tasks became worse" if broke > 1 else "1 other task became worse")
    why.append("the scorer is repeatable: nothing turns by itself")
    word = _word(fixed=came > 0, short=bool(fixes) and came < len(fixes), harmed=broke > 0)
    return Grade(word, tuple(why), claimed=float(len(fixes)), loss=told, named=named)


def _tested(contract: Contract, parts: _Parts, zero: Zero, told: Loss, named: tuple[Named, ...]) -> Grade:
    fixes = parts[0]
    came, broke, beside = (
        lift(part, turn, zero) if part else None for part, turn in zip(parts, _LOOKED_FOR, strict=True)
    )
    claims = [_claimed(contract, found, zero) for found in fixes]
    short = bool(fixes) and float(sum_of_chances(claims)[: _count(fixes, "better") + 1].sum()) <= LEVEL
    looks = [found.p for found in (broke, beside) if found is not None]
    harmed = bool(looks) and len(looks) * min(looks) <= LEVEL  # Bonferroni: each of two looks has half the level
    fixed = came is not None and came.p <= LEVEL
    why = [
        _sentence("predicted fixes came", came, f", {sum(claims):.1f} were claimed") or NOTHING,
        _sentence("tasks at risk became worse", broke),
        _sentence("tasks that were not named became worse", beside),
    ]
    if zero.flips.repeats:
        why.append(f"what turns by itself is known from {zero.flips.repeats:,} repeated measurements")
    word = _word(fixed=fixed, short=short, harmed=harmed)
    return Grade(word, tuple(filter(None, why)), came, broke, beside, sum(claims), told, named)


def _word(*, fixed: bool, short: bool, harmed: bool) -> Word:
    """fixed: more came than would by itself; short: less than was claimed."""
    if harmed:
        return "mixed" if fixed else "harmful"
    if fixed:
        return "partly effective" if short else "effective"
    return "ineffective" if short else "could not be told"


def _claimed(contract: Contract, found: Observed, zero: Zero) -> float:
    """The chance that is claimed for a predicted fix; unstated, that half of what would not come by itself does."""
    stated = contract.probabilities.get(found.task)
    return (1 + zero.chance(found, "better")) / 2 if stated is None else stated


def _loss(contract: Contract, known: Mapping[str, Observed], zero: Zero) -> Loss:
    stated = _known(contract.probabilities, known)
    return loss(
        (contract.probabilities[task], zero.chance(found, "better"), found.turn == "better")
        for task, found in stated.items()
    )


def _named(contract: Contract, observed: Mapping[str, Observed], zero: Zero) -> Iterable[Named]:
    parts: dict[str, Part] = dict.fromkeys(contract.probabilities, "chance")
    parts.update(dict.fromkeys(contract.at_risk, "risk"))
    parts.update(dict.fromkeys(fixes_of(contract), "fix"))
    order: tuple[Part, ...] = ("fix", "risk", "chance")
    for task, part in sorted(parts.items(), key=lambda item: order.index(item[1])):
        found = observed.get(task) or Observed(task, UNKNOWN, UNKNOWN)
        turn: Turn = "worse" if part == "risk" else "better"
        rate = zero.chance(found, turn)
        happened: Turn | Literal[""] = found.turn if found.known else ""
        yield Named(task, part, found.before, found.after, happened, contract.probabilities.get(task), rate)


def _count(part: Sequence[Observed], turn: Turn) -> int:
    return sum(found.turn == turn for found in part)


def _sentence(what: str, found: Lift | None, more: str = "") -> str:
    if found is None:
        return ""
    itself = f"{found.expected:.1f} do so by themselves, or up to {found.most:.1f}"
    return f"{found.turned} of {found.tasks} {what}; {itself}{more} (p {found.p:.2g})"
