"""A candidate's contract as a card: what its author said, each task of it beside what happened. All of it hostile."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, isinf
from typing import Any

from apps.engine.canonical import decode
from apps.engine.contracts.grading import Grade, Named
from apps.engine.contracts.payload import grade_from
from apps.oversight.scores import Scores, TaskRow

LONGEST = 4_000  # characters of a claim
MOST = 50  # tasks of a card
_KEY = 100  # characters of a task's key
_TEXTS = {"hypothesis": "Hypothesis", "evidence": "Evidence"}
_PARTS = {"predicted_fixes": "fix", "at_risk": "risk", "probabilities": "chance"}
_SAID = {"fix": "to be fixed", "risk": "at risk", "chance": "named"}
_FIXES = {"better": ("better", True), "worse": ("worse", False), "same": ("not fixed", False)}
_RISKS = {"better": ("unharmed", True), "worse": ("worse", False), "same": ("unharmed", True)}
_TURNS: Mapping[str, str] = {"fixed": "better", "better": "better", "broken": "worse", "worse": "worse", "same": "same"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the contract; hidden: how many characters of it are not shown."""

    name: str
    text: str
    hidden: int


@dataclass(frozen=True, slots=True)
class Row:
    """A task that the contract names. A score is None where there is none; failed says that it was measured and failed.

    word is what happened, "" where nothing may be said; chance as stated, rate of doing so by itself, both from 0 to 1.
    """

    task: str
    said: str
    before: float | None
    after: float | None
    failed: bool
    word: str
    good: bool
    chance: float | None
    rate: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """The contract. word is "" while it is not graded; losses says how its chances did; hidden: tasks not shown."""

    texts: Sequence[Text]
    rows: Sequence[Row]
    hidden: int
    word: str = ""
    why: Sequence[str] = ()
    losses: str = ""

    def __bool__(self) -> bool:
        return bool(self.texts or self.rows)


def card(contract: Mapping[str, Any], graded: bytes, scores: Callable[[], Scores]) -> Card:
    """What the contract says, and what came of it: as graded, else as far as the scores tell."""
    texts = list(_texts(contract))
    if graded:
        found = grade_from(decode(graded))
        rows = [_of_grade(named) for named in found.named[:MOST]]
        return Card(texts, rows, max(0, len(found.named) - MOST), found.word, found.why, _losses(found))
    said = dict(_said(contract))
    seen = scores() if said else None
    rows = [_of_scores(task, part, seen.on(task) if seen else None) for task, part in list(said.items())[:MOST]]
    chances = contract.get("probabilities")
    stated = chances if isinstance(chances, dict) else {}
    shown = list(said)[:MOST]
    rows = [replace(row, chance=_number(stated.get(task))) for row, task in zip(rows, shown, strict=True)]
    return Card(texts, rows, max(0, len(said) - MOST))


def _texts(contract: Mapping[str, Any]) -> Iterator[Text]:
    for key, name in _TEXTS.items():
        if said := contract.get(key):
            text = said if isinstance(said, str) else ", ".join(map(str, said[:MOST]))
            yield Text(name, text[:LONGEST], max(0, len(text) - LONGEST))


def _said(contract: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each task that is named, and what is said of it first."""
    told: dict[str, str] = {}
    for key, part in _PARTS.items():
        named = contract.get(key) or ()
        for task in [named] if isinstance(named, str) else named:
            told.setdefault(str(task), part)
    yield from told.items()


def _of_scores(task: str, part: str, row: TaskRow | None) -> Row:
    if row is None:
        return Row(task[:_KEY], _SAID[part], None, None, False, "", False, None, None)
    turn = _TURNS.get(row.outcome, "")
    word, good = _word(part, turn)
    failed = row.score is None and row.mean.count > 0
    return Row(task[:_KEY], _SAID[part], row.other, row.score, failed, word, good, None, None)


def _of_grade(named: Named) -> Row:
    word, good = _word(named.part, named.turn)
    before, after = _number(named.before), _number(named.after)
    said = _SAID[named.part]
    return Row(named.task[:_KEY], said, before, after, isinf(named.after), word, good, named.chance, named.rate)


def _word(part: str, turn: str) -> tuple[str, bool]:
    """What happened in words, and whether it is as the author hoped."""
    if part == "chance":
        return turn, turn == "better"
    return (_RISKS if part == "risk" else _FIXES).get(turn, ("", False))


def _number(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    return float(value) if number else None


def _losses(found: Grade) -> str:
    lost = found.loss
    if not lost.tasks:
        return ""
    times, tasks = lost.times, f"{lost.tasks} task{'s' if lost.tasks > 1 else ''}"
    more = max(times, 1 / max(times, 1e-300))
    compared = f"{more:,.1f} times {'likelier' if times >= 1 else 'less likely'} than"
    author, flips = lost.author / lost.tasks, lost.flips / lost.tasks
    return (
        f"Its stated chances make what happened on {tasks} {compared} the A/A rates do: "
        f"log loss {author:.2f} against {flips:.2f} a task."
    )
