"""The front of a run: what nothing beats in score and an objective at once, and who is best on which task."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np

from apps.engine.archives.map import Row, front, gains_of
from apps.engine.axes import SIZE, Objective
from apps.lineage.maps.reading import Placed, Reading
from apps.oversight.dossier import sign_of
from apps.records.models import Run
from apps.rounds.chart import MOST, Tick, round_ticks

RASTER = (110, 60)  # columns and rows; of the dominated ones that fall together one is drawn
OUTLIERS = 20  # the worst score in so many does not stretch the scale
APART = 1.5  # percent between two members that are drawn
LISTED = 20  # members, or candidates, on one page of a table
HOLDERS = 5  # that are named of those who share a task


@dataclass(frozen=True, slots=True)
class Mark:
    """A candidate in the drawing: its place in percent from the left and from the top."""

    x: float
    y: float
    row: Row


@dataclass(frozen=True, slots=True)
class Scatter:
    """Everything that is drawn, in the project's own direction. others: all as one path, drawn: how many of them."""

    line: str
    members: list[Mark]
    others: str
    drawn: int
    across: list[Tick]
    up: list[Tick]


@dataclass(frozen=True, slots=True)
class Leader:
    """A candidate that is best on some tasks: on how many, on how many alone, and on which, the first of them."""

    candidate: Placed
    tasks: int
    alone: int
    names: list[str]


@dataclass(frozen=True, slots=True)
class TaskBest:
    """A task, the best score on it, who has it (the eldest first), and how many more do."""

    name: str
    score: float | None
    holders: list[int]
    more: int


@dataclass
class Front:
    """What the page shows. against: the objective that the score is traded for; None: all of them at once."""

    run: Run
    read: Reading
    objectives: Sequence[Objective]
    against: Objective | None
    after: int = 0

    @property
    def sign(self) -> int:
        return sign_of(self.run.project)

    @property
    def wanted(self) -> Sequence[Objective]:
        return self.objectives if self.against is None else [self.against]

    @cached_property
    def numbers(self) -> list[int]:
        """Members of the front, the best score first."""
        return front(self.taking_part, self.wanted)

    @cached_property
    def table(self) -> list[tuple[Placed, list[tuple[str, float | None]]]]:
        """A page of members, each with the names and its values of all objectives."""
        shown = [self.read.rows[number] for number in self.numbers[self.after : self.after + LISTED]]
        return [(row, [(axis.name, row.row.values.get(axis.name)) for axis in self.objectives]) for row in shown]

    @property
    def more(self) -> int | None:
        return self.after + LISTED if len(self.numbers) > self.after + LISTED else None

    @cached_property
    def taking_part(self) -> list[Row]:
        """Those that have a score and a value of each wanted objective."""
        rows = (row.row for row in self.read.rows.values())
        return [row for row in rows if gains_of(row.score, row.values, self.wanted) is not None]

    @cached_property
    def scatter(self) -> Scatter | None:
        """Score against one objective; None for more than two axes, and for what no drawing can hold."""
        if self.against is None or not self.numbers or any(abs(self._x(row)) > MOST for row in self.taking_part):
            return None
        across, up = self._ticks()

        def place(row: Row) -> tuple[float, float]:
            x = 100 * (self._x(row) - across[0]) / (across[-1] - across[0])
            return x, 100 * (up[-1] - self._y(row)) / (up[-1] - up[0])

        rows = [self.read.rows[number].row for number in self.numbers]
        members = [Mark(round(x, 2), round(y, 2), row) for row in rows for x, y in [place(row)]]
        others = _thinned(place(row) for row in self.taking_part)
        return Scatter(
            line=_stairs(members),
            members=_apart(members),
            others="".join(f"M{10 * x:.0f} {10 * y:.0f}h0" for x, y in others),
            drawn=len(others),
            across=[Tick(round(100 * (tick - across[0]) / (across[-1] - across[0]), 2), tick) for tick in across],
            up=[Tick(round(100 * (up[-1] - tick) / (up[-1] - up[0]), 2), tick) for tick in up],
        )

    @cached_property
    def leaders(self) -> list[Leader]:
        """Those who are best on most tasks."""
        found = []
        for at in np.lexsort((np.arange(len(self._best)), -self._best.sum(axis=1)))[:LISTED]:
            on = np.flatnonzero(self._best[at])
            if len(on):
                alone = int((self._best[:, on].sum(axis=0) == 1).sum())
                names = [self.read.tasks[task] for task in on[:HOLDERS]]
                found.append(Leader(self._complete[at], len(on), alone, names))
        return found

    @cached_property
    def tasks(self) -> list[TaskBest]:
        """Who is best on which task."""
        found = []
        for task, name in enumerate(self.read.tasks):
            holders = np.flatnonzero(self._best[:, task])
            score = self._complete[holders[0]].on(task) if len(holders) else None
            named = [self._complete[at].number for at in holders[:HOLDERS]]
            found.append(TaskBest(name, score, named, len(holders) - len(named)))
        return found

    @cached_property
    def _complete(self) -> list[Placed]:
        return [row for row in self.read.rows.values() if _finite(row.row.score)]

    @cached_property
    def _best(self) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        """Whether a complete candidate (row) has the best score of a task (column)."""
        every = np.frombuffer(b"".join(row.tasks.tobytes() for row in self._complete), dtype=np.float64)
        table = every.reshape(len(self._complete), len(self.read.tasks))
        best = np.fmax.reduce(table, axis=0, initial=-np.inf)
        return np.equal(table, best)

    def _x(self, row: Row) -> float:
        return row.values[self.against.name] or 0.0 if self.against else 0.0

    def _y(self, row: Row) -> float:
        return self.sign * (row.score or 0.0)

    def _ticks(self) -> tuple[list[float], list[float]]:
        """From round number to round number around the front and all but the worst of the others."""
        ranked = sorted(self.taking_part, key=lambda row: row.score or 0.0)
        shown = [*ranked[len(ranked) // OUTLIERS :], *(self.read.rows[number].row for number in self.numbers)]
        return round_ticks([self._x(row) for row in shown]), round_ticks([self._y(row) for row in shown])


def choices(objectives: Sequence[Objective]) -> list[Objective]:
    """What a score can be set against: the project's objectives, and in any case the size, of which less is better."""
    return [*objectives, *([] if any(axis.name == SIZE for axis in objectives) else [Objective(SIZE, False)])]


def _finite(value: float | None) -> bool:
    return value is not None and isfinite(value)


def _stairs(members: Sequence[Mark]) -> str:
    """From the best score on: what lies on the side of this line that has no candidates would be new."""
    first = members[0]
    steps = "".join(f"V{10 * mark.y:.1f}H{10 * mark.x:.1f}" for mark in members[1:])
    return f"M{10 * first.x:.1f} {10 * first.y:.1f}{steps}"


def _apart(members: Sequence[Mark]) -> list[Mark]:
    shown: list[Mark] = []
    for mark in members:
        if not shown or max(abs(shown[-1].x - mark.x), abs(shown[-1].y - mark.y)) >= APART:
            shown.append(mark)
    return shown


def _thinned(places: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """One of those that fall together; what lies outside is left out."""
    columns, rows = RASTER[0] / 100, RASTER[1] / 100
    inside = ((x, y) for x, y in places if 0 <= x <= 100 and 0 <= y <= 100)
    return list({(int(x * columns), int(y * rows)): (x, y) for x, y in inside}.values())
