"""What a candidate scored on each task beside another candidate, what changed first, and what that is evidence of."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from random import Random
from statistics import mean, stdev
from typing import Literal

from django.core.cache import cache
from django.db.models import Avg, Count, Q

from apps.engine.canonical import digest, encode
from apps.engine.contracts.turns import MACHINE
from apps.engine.statistics import EXACT_UP_TO, bootstrap, sign_flip_p, smallest_p
from apps.oversight import prospect
from apps.oversight.prospect import short
from apps.records.models import CandidateEdit, Trajectory

# Scores on these tasks are nobody's to see one by one: who looks at them selects on them.
WITHHELD = ("gate", "sealed")
TASKS = 50  # on one page
FEW = 5  # tasks, below which chance alone can always do it
RESAMPLED = 200  # tasks; beyond, resampling takes longer than a page may
_RARE = 0.001
_NAMED = ("task__key", "task__split", "task__position", "candidate__base", "candidate__traits")

type Outcome = Literal["fixed", "broken", "better", "worse", "same", "alone"]

# Flips first. alone: there is nothing to compare with.
OUTCOMES: tuple[Outcome, ...] = ("fixed", "broken", "better", "worse", "same", "alone")
FILTERS: Mapping[str, tuple[Outcome, ...]] = {
    "fixed": ("fixed",),
    "broken": ("broken",),
    "changed": ("better", "worse"),
    "same": ("same", "alone"),
}


@dataclass(frozen=True, slots=True)
class Mean:
    """All measurements of one task, pooled: the mean of those that have a score."""

    score: float | None
    count: int
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What the candidate did on one task, beside another candidate. measurements: for the page to fill in."""

    task: int
    key: str
    split: str
    position: int
    mean: Mean
    other: float | None
    outcome: Outcome
    measurements: list[object] = field(default_factory=list)

    @property
    def score(self) -> float | None:
        return self.mean.score

    @property
    def difference(self) -> float | None:
        return None if self.score is None or self.other is None else self.score - self.other


@dataclass(frozen=True, slots=True)
class Pooled:
    """What is known of one candidate on one task, and of the candidate itself.

    told: how many of the measurements say something of it, for those that failed on infrastructure do not.
    """

    key: str
    split: str
    position: int
    base: int | None
    traits: bytes
    told: int
    mean: Mean


@dataclass(frozen=True)
class Scores:
    """A candidate's measurements under one protocol beside those of another candidate. Keys are row ids.

    sign is -1 where the project minimises; inside, higher is better. besides: whose measurements are read with them.
    """

    candidate: int
    other: int | None
    protocol: int
    sign: int
    besides: Q = field(default_factory=Q)

    @cached_property
    def rows(self) -> list[TaskRow]:
        """Every measured task that may be seen, flips first, then in the project's order."""
        others = {task: row.mean.score for (whose, task), row in self.pooled.items() if whose == self.other}
        found = [
            self._row(task, row, others)
            for (whose, task), row in self.pooled.items()
            if whose == self.candidate and row.split not in WITHHELD
        ]
        return sorted(found, key=lambda row: (OUTCOMES.index(row.outcome), row.position))

    @cached_property
    def withheld(self) -> dict[str, int]:
        """How many tasks of each split that nobody sees one by one were measured."""
        splits = [row.split for (whose, _), row in self.pooled.items() if whose == self.candidate]
        return dict(sorted(Counter(split for split in splits if split in WITHHELD).items()))

    @cached_property
    def pooled(self) -> dict[tuple[int, int], Pooled]:
        """By candidate and task, of all candidates in one query."""
        wanted = CandidateEdit.objects.filter(Q(pk__in=[self.candidate, self.other]) | self.besides)
        measured = Trajectory.objects.filter(candidate__in=wanted.values("pk"), protocol=self.protocol)
        rows = measured.values_list("candidate", "task", *_NAMED).annotate(
            told=Count("pk", filter=~Q(failure=MACHINE)),
            mean=Avg("score"),
            count=Count("pk"),
            failed=Count("pk", filter=Q(score=None)),
            lasts=Avg("seconds"),
        )
        return {
            (whose, task): Pooled(key, split, at, base, traits, told, Mean(*mean))
            for whose, task, key, split, at, base, traits, told, *mean in rows
        }

    def _row(self, task: int, row: Pooled, others: Mapping[int, float | None]) -> TaskRow:
        outcome = self._outcome(row.mean.score, others.get(task), task in others)
        return TaskRow(task, row.key, row.split, row.position, row.mean, others.get(task), outcome)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many tasks each filter leaves."""
        found = Counter(row.outcome for row in self.rows)
        return {name: sum(found[outcome] for outcome in outcomes) for name, outcomes in FILTERS.items()}

    @property
    def differences(self) -> list[float]:
        """Differences of the tasks on which both have a score, in the project's order."""
        by_position = sorted(self.rows, key=lambda row: row.position)
        return [row.difference for row in by_position if row.difference is not None]

    def only(self, name: str) -> list[TaskRow]:
        """The tasks that a filter leaves; all of them for a name that is none."""
        wanted = FILTERS.get(name, OUTCOMES)
        return [row for row in self.rows if row.outcome in wanted]

    def on(self, key: str) -> TaskRow | None:
        """What happened on the task with this key, if it was measured and may be seen."""
        return next((row for row in self.rows if row.key == key), None)

    def _outcome(self, score: float | None, other: float | None, compared: bool) -> Outcome:
        if not compared:
            return "alone"
        done, done_before = self._done(score), self._done(other)
        if done != done_before:
            return "fixed" if done else "broken"
        if score is None or other is None or score == other:
            return "same"
        return "better" if score > other else "worse"

    def _done(self, score: float | None) -> bool:
        """Whether a task counts as done at all: it has a score, and where more is better, not zero."""
        return score is not None and (score != 0 or self.sign < 0)


def in_words(scores: Scores, *, repeatable: bool) -> list[str]:
    """What the differences are evidence of, in sentences; nothing without differences."""
    differences = scores.differences
    if not differences:
        return []
    better, worse = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    gain = mean(differences)
    size = f"{'gain' if gain >= 0 else 'loss'} {short(abs(gain))}"
    if len(differences) == 1:
        return [f"{_ONE[better - worse]} on the only task; {size}.", _SURE if repeatable else _ONE_TASK]
    said = f"Better on {better} of {len(differences)} tasks, worse on {worse}; mean {size}"
    if repeatable or not (better or worse):
        return [f"{said}.", _SURE] if repeatable else [f"{said}."]
    expected = prospect.in_words(differences)
    return [f"{said}{_chance(differences)}", *([expected] if expected else ()), *_few(len(differences))]


_ONE = {1: "Better", 0: "The same", -1: "Worse"}
_SURE = "The scorer is repeatable: the difference itself is the evidence."
_ONE_TASK = "The scorer is not repeatable, and one task cannot tell a gain from chance."


def _chance(differences: Sequence[float]) -> str:
    """Interval and p in words. Computed once: 2,000 resamples are worth keeping."""
    key = f"chance:{digest(encode(list(differences))).hex()}"
    words = cache.get(key)
    if words is None:
        turned = differences if sum(differences) >= 0 else [-d for d in differences]
        low, high = _interval(turned, Random(key))
        p = sign_flip_p(turned)
        most = "at most " if len(turned) > EXACT_UP_TO and p >= _RARE else ""
        words = f", 95% interval {short(low)} to {short(high)}; chance alone would show this in {most}{_cases(p)}."
        cache.set(key, words, 24 * 3600)
    return str(words)


def _interval(differences: Sequence[float], rng: Random) -> tuple[float, float]:
    """By bootstrap; for many tasks by the normal distribution that it tends to."""
    if len(differences) <= RESAMPLED:
        found = bootstrap(differences, rng)
        return found.low, found.high
    middle, half = mean(differences), 1.96 * stdev(differences) / sqrt(len(differences))
    return middle - half, middle + half


def _few(tasks: int) -> list[str]:
    if tasks > FEW:
        return []
    return [f"With {tasks} tasks chance alone can do it in {_cases(smallest_p(tasks))} at best: too few to tell."]


def _cases(p: float) -> str:
    """A probability as people count."""
    if p < _RARE:
        return "fewer than 1 of 1,000 cases"
    return f"{p * 1000:.0f} of 1,000 cases" if p < 0.01 else f"{p * 100:.0f} of 100 cases"
