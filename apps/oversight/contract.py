"""A candidate's contract: what its author said would happen, each claim beside what was observed. All of it hostile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.oversight.scores import Outcome, Scores

LONGEST = 4_000  # characters of a claim
MOST = 50  # tasks of a claim
_KEY = 100  # characters of a task's key
_TEXTS = {"hypothesis": "Hypothesis", "evidence": "Evidence"}
_TASKS = {"predicted_fixes": "Predicted fixes", "at_risk": "Tasks at risk"}
# What came of a task that was to become better, and of one that might become worse: a word, and whether it bears out.
_FIX: Mapping[Outcome, tuple[str, bool]] = {
    "fixed": ("fixed", True),
    "better": ("better", True),
    "worse": ("worse", False),
    "broken": ("broken", False),
    "same": ("not fixed", False),
}
_RISK: Mapping[Outcome, tuple[str, bool]] = {
    "fixed": ("unharmed", True),
    "better": ("unharmed", True),
    "same": ("unharmed", True),
    "worse": ("worse", False),
    "broken": ("broken", False),
}


@dataclass(frozen=True, slots=True)
class Observed:
    """A task that the author named, and what happened there; "" where nothing may be said."""

    task: str
    word: str
    good: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """One part of the contract: a text, or tasks. hidden: characters or tasks that are not shown."""

    name: str
    text: str
    tasks: Sequence[Observed]
    hidden: int

    @property
    def borne_out(self) -> int:
        """Tasks that turned out as claimed."""
        return sum(task.good for task in self.tasks)

    @property
    def known(self) -> int:
        """Tasks of which it is known how they turned out."""
        return sum(bool(task.word) for task in self.tasks)


def claims(contract: Mapping[str, Any], scores: Scores) -> Iterator[Claim]:
    """The parts of the contract that say anything."""
    for key, name in _TEXTS.items():
        if said := contract.get(key):
            text = said if isinstance(said, str) else ", ".join(map(str, said[:MOST]))
            yield Claim(name, text[:LONGEST], (), max(0, len(text) - LONGEST))
    for key, name in _TASKS.items():
        if said := contract.get(key):
            tasks = [said] if isinstance(said, str) else list(map(str, said))
            words = _FIX if key == "predicted_fixes" else _RISK
            observed = [_observed(task, scores, words) for task in tasks[:MOST]]
            yield Claim(name, "", observed, max(0, len(tasks) - MOST))


def _observed(task: str, scores: Scores, words: Mapping[Outcome, tuple[str, bool]]) -> Observed:
    row = scores.on(task)
    word, good = words.get(row.outcome, ("", False)) if row else ("", False)
    return Observed(task[:_KEY], word, good)
