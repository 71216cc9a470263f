"""What each operator of a run did, over all of it and over time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, isfinite
from statistics import fmean

from apps.engine import registry
from apps.engine.canonical import decode
from apps.engine.supervise import AGAIN, PERSON
from apps.engine.variation.credit import by_upper_bound, sum_of_ranks
from apps.lineage.maps import refining
from apps.lineage.maps.reading import Placed, Reading
from apps.oversight.dossier import sign_of
from apps.records.models import Run
from apps.rounds.chart import Tick

WINDOWS = 24  # of equally many births, over which shares are drawn
DRAWN = 8  # operators with a line of their own
LISTED = 60
BANDIT = "bandit_operators"
NAMELESS = "no operator named"
OTHERS = ("", AGAIN, PERSON)  # operators that are not the method's


@dataclass(frozen=True, slots=True)
class Credit:
    """One operator. Shares are between 0 and 1, gains internal: above 0 is better than the base parent.

    made: candidates of its own; measured: those that were; mean and most: of the gains over their base parents, and how
    many had one; seconds: of measuring one.
    """

    name: str
    style: int | None
    made: int
    of_all: float
    measured: int
    kept: float | None
    better: float | None
    mean: float | None
    most: float | None
    champions: int
    failed: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A share over time. path: in a square of 1000; last: the newest share that is known."""

    name: str
    style: int
    path: str
    last: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Shares over time, from 0 to 1 and from the first candidate to the last."""

    title: str
    lines: list[Line]
    numbers: tuple[Tick, Tick]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a bandit goes by: an operator's share in the credit of its window, and how often it stands in that."""

    name: str
    credit: float
    tried: int


@dataclass
class Operators:
    """What the page shows."""

    run: Run
    read: Reading

    @property
    def sign(self) -> int:
        return sign_of(self.run.project)

    @cached_property
    def credits(self) -> list[Credit]:
        """Each operator, the one that made most first."""
        return [self._credit(name, rows) for name, rows in self._ranked[:LISTED]]

    @property
    def left_out(self) -> int:
        return max(0, len(self._ranked) - LISTED)

    @cached_property
    def charts(self) -> list[Chart]:
        """How often each was used, and how much of its work was kept; none before there are two windows."""
        if self._last < 2:
            return []
        return [
            self._chart("Share of the candidates", _used),
            self._chart("Share kept of an operator’s own", lambda mine, _: _share(mine, lambda row: row.kept)),
        ]

    @cached_property
    def turns(self) -> list[Turn]:
        """The operators of a bandit, the one that it tries next first; empty for other methods.

        Read from candidates by birth, which is the order of verdicts where one round goes on at a time.
        """
        if self.run.method != BANDIT:
            return []
        given = registry.get(BANDIT).settings(decode(bytes(self.run.parameters)))
        made = (row for row in self.read.rows.values() if row.base is not None and row.operator not in OTHERS)
        judged = [row for row in made if row.verdict]
        window = [(row.operator, max(0.0, self.gain(row) or 0.0)) for row in judged[-given["window"] :]]
        shares, tries = sum_of_ranks(window, given["decay"]), Counter(name for name, _ in window)
        names = sorted({row.operator for row in judged})
        ordered = by_upper_bound(names, window, given["decay"], given["exploration"])
        return [Turn(name, shares.get(name, 0.0), tries[name]) for name in ordered]

    @cached_property
    def warning(self) -> str:
        """What people should know of how the method fares; "" for most."""
        return refining.warning(self.run, self.read)

    @cached_property
    def window(self) -> int:
        """Births in one window."""
        return max(1, ceil(self._last / WINDOWS))

    @cached_property
    def _last(self) -> int:
        return max(self.read.rows, default=0)

    @cached_property
    def _ranked(self) -> list[tuple[str, list[Placed]]]:
        """Candidates by operator; the seed was made by none."""
        found: dict[str, list[Placed]] = defaultdict(list)
        for row in self.read.rows.values():
            if row.base is not None:
                found[row.operator or NAMELESS].append(row)
        return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))

    @cached_property
    def _styles(self) -> Mapping[str, int]:
        """Looks, by name: an operator keeps its look while the ranking changes."""
        return {name: style for style, name in enumerate(sorted(name for name, _ in self._ranked[:DRAWN]))}

    def _credit(self, name: str, rows: Sequence[Placed]) -> Credit:
        measured = [row for row in rows if row.measured]
        gains = [gain for row in rows if (gain := self.gain(row)) is not None]
        return Credit(
            name=name,
            style=self._styles.get(name),
            made=len(rows),
            of_all=len(rows) / sum(len(each) for _, each in self._ranked),
            measured=len(measured),
            kept=_share([row for row in rows if row.verdict], lambda row: row.kept),
            better=sum(gain > 0 for gain in gains) / len(measured) if measured else None,
            mean=fmean(gains) if gains else None,
            most=max(gains, default=None),
            champions=sum(row.verdict == "promote" for row in rows),
            failed=_share(measured, lambda row: bool(row.failure)),
            seconds=fmean(row.seconds for row in measured) if measured else None,
        )

    def gain(self, row: Placed) -> float | None:
        """What it has more than its base parent; None where either has no score."""
        base = self.read.rows.get(row.base) if row.base is not None else None
        if base is None or base.score is None or row.score is None:
            return None
        gain = row.score - base.score
        return gain if isfinite(gain) else None

    def _chart(self, title: str, share: "_Measure") -> Chart:
        every, mine = self._windows
        lines = [
            self._line(name, [share(mine[name, at], every[at]) for at in range(WINDOWS)])
            for name, _ in self._ranked[:DRAWN]
        ]
        return Chart(title, [line for line in lines if line.path], (Tick(0, 1), Tick(100, self._last)))

    @cached_property
    def _windows(self) -> tuple[dict[int, list[Placed]], dict[tuple[str, int], list[Placed]]]:
        """Candidates by window, and by operator and window."""
        every: dict[int, list[Placed]] = defaultdict(list)
        mine: dict[tuple[str, int], list[Placed]] = defaultdict(list)
        for name, rows in self._ranked:
            for row in rows:
                at = (row.number - 1) // self.window
                every[at].append(row)
                mine[name, at].append(row)
        return every, mine

    def _line(self, name: str, shares: Sequence[float | None]) -> Line:
        """Pieces between windows in which it made nothing; each value stands in the middle of its window."""
        path, before = "", False
        for at, share in enumerate(shares):
            if share is not None:
                x = min(1000.0, 1000 * (at + 0.5) * self.window / self._last)
                path += f"{'L' if before else 'M'}{x:.1f} {1000 * (1 - share):.1f}{'' if before else 'h0'}"
            before = share is not None
        known = [share for share in shares if share is not None]
        return Line(name, self._styles[name], path, 100 * known[-1] if known else 0.0)


type _Measure = Callable[[Sequence[Placed], Sequence[Placed]], float | None]


def _used(mine: Sequence[Placed], every: Sequence[Placed]) -> float | None:
    return len(mine) / len(every) if every else None


def _share(rows: Sequence[Placed], chosen: Callable[[Placed], bool]) -> float | None:
    return sum(map(chosen, rows)) / len(rows) if rows else None
