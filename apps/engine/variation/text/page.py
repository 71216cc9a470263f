"""A text in which runs of lines are looked up, more and more forgivingly, in bounded time."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from apps.engine.variation.text.lined import bare, lines_of

MOST_PLACES = 20  # places of one run that are told apart
ALIKE = 0.85  # mean likeness of the lines of a run that still counts as found
ALIKE_LINE = 0.6  # and of each of its lines
MOST_UNLIKE = 10  # lines that may differ at all
MOST_PAIRS = 50_000  # pairs of equal lines that are looked at
MOST_COMPARED = 1_000  # lines of one page that are compared with such as differ
_COMPARED = 120  # characters of a line that likeness looks at
_BLANKS = re.compile(r"\s+")
_WORDS = re.compile(r"\w+")


class Shift(NamedTuple):
    """How far all lines are indented otherwise than they stand: what to take away before each, what to put there."""

    take: str = ""
    put: str = ""

    def of(self, line: str) -> str:
        """A line, moved; blank ones stay."""
        return self.put + line.removeprefix(self.take) if line.strip() else line


class Place(NamedTuple):
    """Where a run of lines stands: lines [start, end), the line of each of the run's (None: none), its shift."""

    start: int
    end: int
    rows: Sequence[int | None]
    shift: Shift


class Page:
    """The lines of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = lines_of(text)
        self._compared = 0

    def places(self, run: Sequence[str]) -> list[Place]:
        """Where the lines of run stand, MOST_PLACES + 1 at most; the first of these that finds any:

        as they are; but for blanks at their ends; but for one indentation of all; but for blank lines too; and where
        one place alone is alike.
        """
        return self.holds(run) or self._alike(run)

    def holds(self, run: Sequence[str]) -> list[Place]:
        """As places, without one that is only alike."""
        for found in (self._as_they_are, self._but_for_ends, self._but_for_indentation, self._but_for_blank_lines):
            if places := found(run):
                return places
        return []

    def nearest(self, run: Sequence[str]) -> tuple[int, list[str]] | None:
        """The line (from 0) where something most like the run begins, and the lines there; None if nothing is."""
        told = [_plain(line) for line in run if line.strip()]
        offsets = self._offsets(told)
        if offsets:
            return self._shown(self._full_rows[min(max(offsets[0][0], 0), len(self._full_rows) - 1)], len(run))
        wanted = set(_WORDS.findall(max(told, key=len, default="")[:_COMPARED]))
        best, score = 0, 0.0
        for row, line in enumerate(self._plain):
            words = set(_WORDS.findall(line[:_COMPARED]))
            shared = len(wanted & words) / len(wanted | words) if words else 0.0
            if shared > score:
                best, score = row, shared
        return self._shown(best, len(run)) if score >= 0.3 else None

    def _shown(self, row: int, count: int) -> tuple[int, list[str]]:
        return row, self.lines[row : row + max(count, 1)]

    def _as_they_are(self, run: Sequence[str]) -> list[Place]:
        return [_straight(at, len(run), Shift()) for at in self._bare.find(run)]

    def _but_for_ends(self, run: Sequence[str]) -> list[Place]:
        return [_straight(at, len(run), Shift()) for at in self._ended.find([line.rstrip() for line in run])]

    def _but_for_indentation(self, run: Sequence[str]) -> list[Place]:
        shifts = ((at, self._shift(run, range(at, at + len(run)))) for at in self._stripped.find(_stripped(run)))
        return [_straight(at, len(run), shift) for at, shift in shifts if shift is not None]

    def _but_for_blank_lines(self, run: Sequence[str]) -> list[Place]:
        full = [line for line in _stripped(run) if line]
        found = []
        for at in self._full.find(full):
            place = self._spread(run, at, len(full))
            shift = self._shift(run, place.rows)
            if shift is not None:
                found.append(place._replace(shift=shift))
        return found

    def _alike(self, run: Sequence[str]) -> list[Place]:
        told = [_plain(line) for line in run if line.strip()]
        fits = [at for at, equal in self._offsets(told)[:3] if self._is_alike(told, at, equal)]
        if len(fits) != 1:
            return []
        place = self._spread(run, fits[0], len(told))
        shift = self._first_shift(run, place.rows)
        indents = [
            (_indent(shift.of(line)), _indent(self.lines[row]))
            for line, row in zip(run, place.rows, strict=True)
            if row is not None
        ]
        return [place._replace(shift=shift)] if all(told == there for told, there in indents) else []

    def _is_alike(self, told: list[str], at: int, equal: int) -> bool:
        there = self._full_plain[at : at + len(told)] if at >= 0 else []
        if len(there) < len(told) or len(told) - equal > MOST_UNLIKE or self._compared > MOST_COMPARED:
            return False
        self._compared += len(told) - equal
        likeness = [_likeness(line, other) for line, other in zip(told, there, strict=True)]
        return min(likeness) >= ALIKE_LINE and sum(likeness) >= ALIKE * len(likeness)

    def _offsets(self, told: list[str]) -> list[tuple[int, int]]:
        """Where the run may begin among the full lines, with how many equal lines; the most first, then from above."""
        votes: Counter[int] = Counter()
        pairs = 0
        for number, line in enumerate(told):
            rows = self._rows_of.get(line, ())
            pairs += len(rows)
            if pairs > MOST_PAIRS:
                break
            votes.update(row - number for row in rows)
        least = (len(told) + 1) // 2
        return sorted(((at, count) for at, count in votes.items() if count >= least), key=lambda vote: (-vote[1], vote))

    def _spread(self, run: Sequence[str], at: int, count: int) -> Place:
        """The place of a run whose lines, blank ones aside, are the full lines from at on."""
        full = iter(self._full_rows[at : at + count])
        rows = [next(full) if line.strip() else None for line in run]
        return Place(self._full_rows[at], self._full_rows[at + count - 1] + 1, rows, Shift())

    def _shift(self, run: Sequence[str], rows: Sequence[int | None]) -> Shift | None:
        """The one shift that brings all lines of the run to where they stand."""
        shift = self._first_shift(run, rows)
        for line, row in zip(run, rows, strict=True):
            if row is not None and line.strip() and shift.of(line).rstrip() != self.lines[row].rstrip():
                return None
        return shift

    def _first_shift(self, run: Sequence[str], rows: Sequence[int | None]) -> Shift:
        for line, row in zip(run, rows, strict=True):
            if row is not None and line.strip():
                return _between(_indent(line), _indent(self.lines[row]))
        return Shift()

    @cached_property
    def _bare(self) -> "_Column":
        return _Column([bare(line) for line in self.lines])

    @cached_property
    def _ended(self) -> "_Column":
        return _Column([line.rstrip() for line in self.lines])

    @cached_property
    def _stripped(self) -> "_Column":
        return _Column(_stripped(self.lines))

    @cached_property
    def _full(self) -> "_Column":
        return _Column([line for line in _stripped(self.lines) if line])

    @cached_property
    def _full_rows(self) -> list[int]:
        """The lines that are not blank."""
        return [row for row, line in enumerate(self.lines) if line.strip()]

    @cached_property
    def _plain(self) -> list[str]:
        return [_plain(line) for line in self.lines]

    @cached_property
    def _full_plain(self) -> list[str]:
        return [line for line in self._plain if line]

    @cached_property
    def _rows_of(self) -> dict[str, list[int]]:
        """Where, among the full lines, each stands."""
        rows: dict[str, list[int]] = {}
        for row, line in enumerate(self._full_plain):
            rows.setdefault(line, []).append(row)
        return rows


class _Column:
    """Lines as one text, in which runs of whole lines are found in linear time."""

    def __init__(self, lines: list[str]) -> None:
        self._text = "\n".join(["", *lines, ""]) if lines else ""
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def find(self, run: Sequence[str]) -> list[int]:
        """The first lines of where the run stands, MOST_PLACES + 1 at most."""
        wanted = "\n".join(["", *run, ""])
        found: list[int] = []
        at = self._text.find(wanted) if run else -1
        while at >= 0 and len(found) <= MOST_PLACES:
            found.append(bisect_left(self._starts, at))
            at = self._text.find(wanted, at + 1)
        return found


def _straight(at: int, count: int, shift: Shift) -> Place:
    return Place(at, at + count, range(at, at + count), shift)


def _stripped(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines]


def _plain(line: str) -> str:
    return _BLANKS.sub(" ", line.strip())


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _between(told: str, there: str) -> Shift:
    if there.endswith(told):
        return Shift("", there[: len(there) - len(told)])
    if told.endswith(there):
        return Shift(told[: len(told) - len(there)], "")
    return Shift(told, there)


def _likeness(line: str, other: str) -> float:
    if line == other:
        return 1.0
    return SequenceMatcher(None, line[:_COMPARED], other[:_COMPARED], autojunk=False).ratio()
