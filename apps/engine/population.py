"""What a run knows, folded from its records one by one: scores, verdicts, ranking, the method's memory.

The fold never looks back: adding a record costs the same in the thousandth round as in the first.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, overload, runtime_checkable

from apps.engine.axes import SIZE
from apps.engine.estimate import Estimate
from apps.engine.records import Result
from apps.engine.statistics import Difficulty

Content = Mapping[str, str]  # digest (hex) of each component by path
PART = "without"  # trait of a bundle without one of its parts: the part's name (bundles.py)


@dataclass(frozen=True, slots=True)
class Memory:
    """A method's memory: a first value, and how a judged candidate changes it.

    A value that `Recall` hands over is JSON; one that only rules of its own draw from may be anything.
    """

    initial: Any
    step: Callable[[Any, "Judged"], Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """The fact that a memory folds: a candidate, the score it and its base had when it was judged, the decision."""

    number: int
    score: float | None
    decision: str
    operator: str
    traits: Mapping[str, Any] = field(default_factory=dict)
    base_score: float | None = None


class Archive(Protocol):
    """What a method keeps of the candidates, and in which order. Folded like a memory, from what may be selected."""

    def changed(self, population: "Population", number: int) -> None:
        """A candidate's standing may be another: kept, measured again, or taken out. `population.listed` tells."""


@runtime_checkable
class Watching(Archive, Protocol):
    """An archive that is told of every measurement, also of what is not judged yet."""

    def told(self, population: "Population", number: int, results: Sequence[Result]) -> None:
        """A candidate was measured on tasks that selection may count."""


class Ranking(Sequence[int]):
    """Candidate numbers, best score first; equal scores by birth. Grows by insertion, is never sorted again."""

    def __init__(self) -> None:
        self._keys: list[tuple[float, int]] = []

    def add(self, number: int, score: float) -> None:
        insort(self._keys, (-score, number))

    def remove(self, number: int, score: float) -> None:
        at = bisect_left(self._keys, (-score, number))
        if at < len(self._keys) and self._keys[at] == (-score, number):
            del self._keys[at]

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        if isinstance(index, slice):
            return [number for _, number in self._keys[index]]
        return self._keys[index][1]

    def __len__(self) -> int:
        return len(self._keys)


@dataclass(slots=True)
class Member:
    """One candidate as the population sees it."""

    number: int
    parents: tuple[int, ...]
    content: Content
    key: bytes  # digest of the whole content: members with equal keys share one estimate
    operator: str
    traits: Mapping[str, Any] = field(default_factory=dict)  # what its method gave it for good
    size: int = 0  # bytes of all components
    verdict: str = ""
    measured: bool = False  # itself, not only another member with the same content

    @property
    def left_out(self) -> bool:
        """Whether it was made to tell what a part of its base's edit is worth: it says nothing of how to search."""
        return PART in self.traits


class Population:
    """Records of one run, folded. required are the keys of the tasks that selection scores count."""

    def __init__(self, required: Sequence[str], memory: Memory | None = None, archive: Archive | None = None) -> None:
        self.required = tuple(required)
        self.members: dict[int, Member] = {}
        self.ranked = Ranking()  # kept and complete candidates
        self.best_so_far: list[tuple[int, float]] = []  # (number, score) of each new best among kept ones
        self.archive = archive
        self._watching = archive if isinstance(archive, Watching) else None
        self._memory = memory
        self.memory: Any = memory.initial if memory else None
        self._estimates: dict[bytes, Estimate] = {}
        self._difficulty = Difficulty(self.required)
        self._listed: dict[int, float] = {}
        self._sharing: dict[bytes, list[int]] = {}

    def add(self, member: Member) -> None:
        """A candidate was proposed."""
        self.members[member.number] = member

    def measured(self, number: int, results: Sequence[Result]) -> None:
        """A candidate was measured on tasks that selection may count."""
        self.members[number].measured = True
        key = self.members[number].key
        estimate = self._estimates.setdefault(key, Estimate())
        known = estimate.over(self.required) is not None  # a content counts once for how hard tasks are
        moved = estimate.pool(results)
        if not known and estimate.over(self.required) is not None:
            self._difficulty.complete(self._scores(estimate))
        if self._watching is not None:
            self._watching.told(self, number, results)
        for sharing in self._sharing.get(key, ()) if moved else ():
            self._relist(sharing)

    def judged(self, number: int, decision: str) -> None:
        """A verdict was given. keep lists the candidate for selection; drop, hold and revert take it out."""
        member = self.members[number]
        if decision == "promote":
            return
        member.verdict = decision
        sharing = self._sharing.setdefault(member.key, [])
        if decision == "keep" and number not in sharing:  # a person may keep what a rule has kept
            sharing.append(number)
        elif decision != "keep" and number in sharing:
            sharing.remove(number)
        self._relist(number)
        if self._memory and number and not member.left_out:
            base = self.base_score(number)
            fact = Judged(number, self.score(number), decision, member.operator, member.traits, base)
            self.memory = self._memory.step(self.memory, fact)

    def score(self, number: int) -> float | None:
        """Pooled score of a candidate's content; None unless every required task has one."""
        estimate = self._estimates.get(self.members[number].key)
        return estimate.over(self.required) if estimate else None

    def adjusted(self, number: int) -> float | None:
        """The score a candidate would likely have, by the tasks it was measured on and how hard those are."""
        return self._difficulty.adjusted(self._scores(self.estimate(number)))

    def _scores(self, estimate: Estimate) -> dict[str, float]:
        means = ((key, estimate.task(key)) for key in self.required)
        return {key: mean for key, mean in means if mean is not None}

    def base_score(self, number: int) -> float | None:
        """Score of what a candidate was made from; None for a seed, and where that is not complete."""
        parents = self.members[number].parents
        return self.score(parents[0]) if parents else None

    def listed(self, number: int) -> float | None:
        """Score of a candidate that may be selected; None for one that is not kept or not complete."""
        return self._listed.get(number)

    def value(self, number: int, axis: str) -> float | None:
        """Where a candidate lies on an axis: a mean of what its measurements told, or its size; None: not known."""
        if axis == SIZE:
            return float(self.members[number].size)
        return self.estimate(number).fact(axis)

    def failure(self, number: int) -> str:
        """Label of a candidate's first failure, or ""."""
        estimate = self._estimates.get(self.members[number].key)
        return estimate.failure if estimate else ""

    def estimate(self, number: int) -> Estimate:
        """All that was measured of a candidate's content so far."""
        return self._estimates.get(self.members[number].key) or Estimate()

    def sharing(self, number: int) -> Sequence[int]:
        """Kept candidates with the content of this one: what is measured of it counts for them too."""
        return self._sharing.get(self.members[number].key, ())

    def tainted(self, number: int) -> bool:
        """Whether a candidate was reverted, or was made from one that was."""
        made_from = (number, *self.members[number].parents)
        return any(self.members[each].verdict == "revert" for each in made_from)

    @property
    def best(self) -> int | None:
        """Number of the best kept candidate; None before the seed stands."""
        return self.ranked[0] if self.ranked else None

    def _relist(self, number: int) -> None:
        if (old := self._listed.pop(number, None)) is not None:
            self.ranked.remove(number, old)
        score = self.score(number)
        if score is not None and self.members[number].verdict == "keep":
            self._list(number, score)
        if self.archive is not None:
            self.archive.changed(self, number)

    def _list(self, number: int, score: float) -> None:
        self._listed[number] = score
        self.ranked.add(number, score)
        if not self.best_so_far or score > self.best_so_far[-1][1]:
            self.best_so_far.append((number, score))
