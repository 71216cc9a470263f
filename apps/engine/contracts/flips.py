"""A/A: what tasks do when nothing is changed. The zero against which every claim of an edit is judged."""

from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np

from apps.engine.contracts.turns import State, Turn, turned
from apps.engine.statistics.numbers import Numbers
from apps.engine.statistics.special import special

LEVELS = 64  # equally likely values that stand for what a rate could be
USUAL = 0.3  # how alike repeats of a task are, where all were the same or nothing was repeated
MOST_CONTENTS = 50  # that are kept, those that were repeated last
MOST_REPEATS = 50  # of a content on a task that are kept, the latest ones
_LEAST, _MOST = 0.02, 0.95


@dataclass(frozen=True)
class Common:
    """Of so many measurements, how many another one of the same content turns from: a rate, and how well it is known.

    counted is less than seen, the measurements, where repeats of one task are alike.
    """

    turned: float
    counted: float
    seen: float = 0.0

    @property
    def mean(self) -> float:
        """By Jeffreys' prior: 1/2 where nothing was counted."""
        return (self.turned + 0.5) / (self.counted + 1)

    @cached_property
    def levels(self) -> Numbers:
        """Equally likely values, ascending: shape (LEVELS,)."""
        middles = (np.arange(LEVELS) + 0.5) / LEVELS
        found: Numbers = np.asarray(special().betaincinv(self.turned + 0.5, self.counted - self.turned + 0.5, middles))
        return found


class Flips:
    """Repeated measurements of one and the same behaviour, by content and task."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Hashable, str], deque[float]] = {}
        self._on: dict[str, dict[Hashable, deque[float]]] = {}  # the same, by task
        self._latest: dict[Hashable, None] = {}  # contents, the one that was repeated last comes last
        self._ranges: dict[str | None, tuple[float, float]] = {}
        self.repeats = 0  # how often something was measured that had been measured before
        self._common: dict[tuple[State, Turn], Common] = {}
        self._alike: float | None = None

    def add(self, content: Hashable, task: str, *scores: float) -> None:
        """A content's repeats on a task: the first time two scores or more, then each later one."""
        self.repeats += len(scores) - ((content, task) not in self._seen)
        if (content, task) not in self._seen:
            self._seen[content, task] = deque(maxlen=MOST_REPEATS)
            self._on.setdefault(task, {})[content] = self._seen[content, task]
        self._seen[content, task].extend(scores)
        self._latest.pop(content, None)
        self._latest[content] = None
        if len(self._latest) > MOST_CONTENTS:
            self._forget(next(iter(self._latest)))
        for name in (task, None):
            held = self._ranges.get(name, ())
            finite = [score for score in (*held, *scores) if isfinite(score)]
            if finite:
                self._ranges[name] = (min(finite), max(finite))
        self._common.clear()
        self._alike = None

    def _forget(self, content: Hashable) -> None:
        del self._latest[content]
        for task, known in self._on.items():
            if known.pop(content, None) is not None:
                del self._seen[content, task]

    def of(self, content: Hashable, task: str) -> Sequence[float]:
        """The repeats of a content on a task; () where it was measured once at most."""
        return self._seen.get((content, task), ())

    def on(self, task: str) -> Iterator[float]:
        """All repeats on a task, of whatever content."""
        return (score for scores in self._on.get(task, {}).values() for score in scores)

    def state(self, task: str, score: float) -> State:
        """Whether a score lies in the upper half of what the task shows when nothing changes.

        Of what all tasks show, where this one always shows the same; where all do, whether it is above 0.
        """
        for name in (task, None):
            low, high = self._ranges.get(name, (0.0, 0.0))
            if low < high:
                return "solved" if score >= (low + high) / 2 else "unsolved"
        return "solved" if score > 0 else "unsolved"

    def common(self, state: State, turn: Turn) -> Common:
        """How often a measurement in a state is followed by one that turned that way, over all tasks and contents.

        Every ordered pair of repeats counts, weighted so that n repeats count n - 1: one of them tells nothing alone.
        """
        if (state, turn) not in self._common:
            self._common[state, turn] = self._count(state, turn)
        return self._common[state, turn]

    def _count(self, state: State, turn: Turn) -> Common:
        total = counted = seen = 0.0
        for (_, task), scores in self._seen.items():
            here = [score for score in scores if self.state(task, score) == state]
            if not here:
                continue
            heavy = 1 + (len(here) - 1) * self.alike
            pairs = sum(turned(score, other) == turn for score in here for other in scores)
            total += pairs / len(scores) / heavy
            weight = len(here) * (1 - 1 / len(scores))
            counted += weight / heavy
            seen += weight
        return Common(min(total, counted), counted, seen)

    @property
    def alike(self) -> float:
        """Correlation of being solved between repeats of one content on one task, by analysis of variance.

        Ridout, Demétrio and Firth, Estimating Intraclass Correlation for Binary Data, Biometrics 55 (1999), ρ_AOV.
        """
        if self._alike is None:
            self._alike = self._correlation()
        return self._alike

    def _correlation(self) -> float:
        counts = [
            (sum(self.state(task, score) == "solved" for score in scores), len(scores))
            for (_, task), scores in self._seen.items()
        ]
        groups, total = len(counts), sum(n for _, n in counts)
        if groups < 2:
            return USUAL
        solved, squares = sum(k for k, _ in counts), sum(k * k / n for k, n in counts)
        between = (squares - solved**2 / total) / (groups - 1)
        within = (solved - squares) / (total - groups)
        size = (total - sum(n * n for _, n in counts) / total) / (groups - 1)
        spread = between + (size - 1) * within
        return min(_MOST, max(_LEAST, (between - within) / spread)) if spread > 0 else USUAL
