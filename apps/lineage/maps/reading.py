"""A whole run as its maps, fronts and comparisons read it: one light row for each candidate.

This process keeps the rows of the runs that were looked at last and brings them up to date from the log: a page reads
what happened since the one before it. Of a run that was never read it reads a part, and says so; the next page goes on
from there. Losing the rows costs only time.
"""

from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from math import isnan, nan
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.common.ids import of_run, row_id, run_and_number
from apps.engine.archives.islands import TRAIT
from apps.engine.archives.map import Row
from apps.engine.axes import SIZE, Axes, axes_from
from apps.engine.canonical import decode
from apps.engine.records import facts_of
from apps.engine.variation.model_credit import COST, MODEL
from apps.log.models import Event
from apps.projects import selectors
from apps.records.models import CandidateEdit, Run, Trajectory

MEASUREMENTS = 20_000  # that one page reads at most, about: half a second
EVENTS = 20_000  # of the log that one page catches up with at most
TASKS = 100  # whose scores are kept one by one, in the project's order
KEPT = 200_000  # rows of all runs together
_KINDS = ("candidate.measured", "verdict.given")
_BATCH = 2_000
type _Where = Callable[[str], Q]  # from the name of a field that holds a candidate's id to a condition

_COLUMNS = ("id", "base", "authors", "traits", "verdict", "score", "failure", "size", "content_digest")


@dataclass(frozen=True, slots=True)
class Placed:
    """A candidate. Scores are internal: higher is better.

    row: as maps and fronts read it, with its size and the means of the metrics that axes name. One that was reverted
    has no score there, for nothing may build on it.
    island: where it was born; None for one that lives on all of them, or where there are none. tasks: its mean score on
    each task of the reading, NaN where there is none. seconds: of all its measurements. measured: are there any?
    key: digest of its content. model, cost: the model that proposed it, if one did, and what its calls took, if known.
    """

    number: int
    base: int | None
    operator: str
    verdict: str
    failure: str
    score: float | None
    size: int
    island: int | None
    row: Row
    tasks: array[float]
    seconds: float
    measured: bool
    key: bytes
    model: str = ""
    cost: float | None = None

    @property
    def kept(self) -> bool:
        return self.verdict in ("keep", "promote")

    def on(self, task: int) -> float | None:
        """Mean score on the task with this index."""
        return None if isnan(self.tasks[task]) else self.tasks[task]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a run by now. rows: by birth number, in order; tasks: keys; left: candidates not read yet."""

    rows: Mapping[int, Placed]
    tasks: tuple[str, ...]
    more_tasks: bool
    left: int
    behind: bool

    @property
    def whole(self) -> bool:
        """Whether everything that happened is in it."""
        return not (self.left or self.behind)


def reading(run: Run, axes: Axes, head: int) -> Reading:
    """The run read up to the log's sequence head, or as far as one page may.

    axes: those of the project; their metrics are read, and those of the run's own.
    """
    wanted = {*axes.metrics, *axes_from(decode(bytes(run.axes))).metrics}
    with _lock:
        book = _books.pop(run.uuid, None)
        if book is None or not wanted <= set(book.metrics):
            book = _Book(run.protocol_id, tuple(sorted(wanted)), _tasks(run))
        _books[run.uuid] = book
        while len(_books) > 1 and sum(len(each.rows) for each in _books.values()) > KEPT:
            _books.popitem(last=False)
    with book.lock:
        book.catch_up(run, head)
        left = max(0, run.born - book.upto)
        return Reading(book.rows, book.names, len(book.tasks) > TASKS, left, book.sequence < head)


@dataclass
class _Book:
    """The rows of one run, and how far it was read: candidates below upto, the log up to sequence."""

    protocol: int
    metrics: tuple[str, ...]
    tasks: Sequence[tuple[int, str]]
    rows: dict[int, Placed] = field(default_factory=dict)
    alike: dict[bytes, list[int]] = field(default_factory=lambda: defaultdict(list))  # numbers by content
    upto: int = 0
    sequence: int = 0
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.places = {key: place for place, (key, _) in enumerate(self.tasks[:TASKS])}
        self.validation = {key for key, _ in self.tasks}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.tasks[:TASKS])

    def catch_up(self, run: Run, head: int) -> None:
        """Read again what the log speaks of, and a part of what was never read."""
        if not self.upto:
            self.sequence = head
        touched = self._touched(run, head) if head > self.sequence else set()
        each = max(1, run.evaluations // max(1, run.born))
        stop = min(run.born, self.upto + max(_BATCH // 10, MEASUREMENTS // each))
        fresh = self._read(run, _between(run, self.upto, stop)) if stop > self.upto else {}
        for some in batched(sorted(touched), _BATCH):
            fresh |= self._read(run, _among(some))
        sharing = {number for row in fresh.values() for number in self.alike[row.key]} - fresh.keys()
        for row in fresh.values():
            if row.number not in self.rows:
                self.alike[row.key].append(row.number)
        for some in batched(sorted(row_id(run.pk, number) for number in sharing), _BATCH):
            fresh |= self._read(run, _among(some))  # what was measured of one counts for all of that content
        self.upto = max(self.upto, stop)
        if fresh:
            self.rows = self.rows | fresh  # a new one, for others may be reading the old one; it stays in order

    def _touched(self, run: Run, head: int) -> set[int]:
        """Ids of candidates that were read and that the log speaks of since."""
        news = Event.objects.filter(project=run.project_id, sequence__gt=self.sequence, sequence__lte=head)
        found = news.filter(sequence__lte=self.sequence + EVENTS, kind__in=_KINDS).values_list("subject", flat=True)
        ids = {int(subject.removeprefix("candidate:")) for subject in found}
        self.sequence = min(head, self.sequence + EVENTS)
        return {key for key in ids if row_id(run.pk, 0) <= key < row_id(run.pk, self.upto)}

    def _read(self, run: Run, where: _Where) -> dict[int, Placed]:
        rows = CandidateEdit.objects.filter(where("pk")).order_by("pk").values_list(*_COLUMNS)
        sums = self._sums(run, where)
        found: dict[int, Placed] = {}
        for row in rows.iterator(chunk_size=_BATCH):
            made = self._placed(row, sums.get(row[0]), found)
            found[made.number] = made
        return found

    def _sums(self, run: Run, where: _Where) -> dict[int, "_Sums"]:
        """What was measured of each, by id. Measurements of other runs, which compared it, count there alone."""
        reports = ("report",) if self.metrics else ()
        own = Trajectory.objects.filter(where("candidate"), of_run(run.pk, "round"), protocol=self.protocol)
        rows = own.values_list("candidate_id", "task_id", "score", "seconds", *reports)
        sums: dict[int, _Sums] = {}
        for candidate, task, score, seconds, *report in rows.iterator(chunk_size=_BATCH):
            mine = sums.get(candidate)
            if mine is None:
                mine = sums[candidate] = _Sums(len(self.places))
            mine.seconds += seconds
            if score is None or task not in self.validation:
                continue
            mine.score(self.places.get(task), score)
            if report:
                mine.told(facts_of(decode(bytes(report[0])).get("metrics", {}), self.metrics))
        return sums

    def _placed(self, row: Sequence[Any], sums: "_Sums | None", fresh: Mapping[int, Placed]) -> Placed:
        identifier, base, authors, traits, verdict, score, failure, size, key = row
        parent = None if base is None else run_and_number(base)[1]
        above = None if parent is None else fresh.get(parent) or self.rows.get(parent)
        born_with = decode(bytes(traits))
        island = born_with.get(TRAIT)
        if not isinstance(island, int) or island < 0:
            island = above.island if above else None
        operator = str(decode(bytes(authors)).get("operator", ""))[:200]
        number = run_and_number(identifier)[1]
        tasks, facts = (sums or _Sums(len(self.places))).means()
        lies = Row(number, None if verdict == "revert" else score, {SIZE: float(size), **facts})
        return Placed(
            *(number, parent, operator, verdict, failure, score, size, island),
            *(lies, tasks, sums.seconds if sums else 0.0, sums is not None, bytes(key)),
            *(str(born_with.get(MODEL, ""))[:64], born_with.get(COST)),
        )


class _Sums:
    """Sums and counts of what was measured of one candidate."""

    __slots__ = ("counts", "facts", "scores", "seconds")

    def __init__(self, tasks: int) -> None:
        self.scores = [0.0] * tasks
        self.counts = [0] * tasks
        self.facts: dict[str, tuple[float, int]] = {}
        self.seconds = 0.0

    def score(self, place: int | None, score: float) -> None:
        if place is not None:
            self.scores[place] += score
            self.counts[place] += 1

    def told(self, facts: Mapping[str, float]) -> None:
        for name, value in facts.items():
            total, counted = self.facts.get(name, (0.0, 0))
            self.facts[name] = (total + value, counted + 1)

    def means(self) -> tuple[array[float], dict[str, float]]:
        scores = array("d", (s / n if n else nan for s, n in zip(self.scores, self.counts, strict=True)))
        return scores, {name: total / counted for name, (total, counted) in self.facts.items()}


_books: OrderedDict[UUID, _Book] = OrderedDict()
_lock = Lock()


def _between(run: Run, first: int, stop: int) -> _Where:
    low, high = row_id(run.pk, first), row_id(run.pk, stop)
    return lambda name: Q(**{f"{name}__gte": low, f"{name}__lt": high})


def _among(some: Sequence[int]) -> _Where:
    return lambda name: Q(**{f"{name}__in": some})


def _tasks(run: Run) -> list[tuple[int, str]]:
    return list(selectors.tasks(run.project, "validation").order_by("position").values_list("pk", "key"))
