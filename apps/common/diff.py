"""A unified diff of two texts that nobody trusts, bounded before it is computed and again when it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate, takewhile
from typing import Literal

CONTEXT = 3
# Compared at most, after what is equal at both ends is taken off: difflib grows with the square.
MOST_LINES = 5_000
LONGEST_LINE = 2_000

type Kind = Literal["same", "add", "drop", "gap"]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a diff. before and after are line numbers, None where the line is not on that side."""

    kind: Kind
    text: str
    before: int | None = None
    after: int | None = None

    @property
    def sign(self) -> str:
        return {"add": "+", "drop": "−"}.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What changed in one file. lines may be cut to what is shown; added and dropped count everything."""

    path: str
    lines: tuple[Line, ...]
    added: int
    dropped: int
    hidden: int = 0
    too_large: bool = False

    def first(self, lines: int, characters: int) -> "FileDiff":
        """The same with at most so many rows and characters."""
        sizes = accumulate(len(line.text) for line in self.lines)
        kept = min(lines, sum(1 for _ in takewhile(lambda size: size <= characters, sizes)))
        return replace(self, lines=self.lines[:kept], hidden=len(self.lines) - kept)


def diff(path: str, before: str, after: str) -> FileDiff:
    """The lines that differ, with three lines around them."""
    old, new = _lines(before), _lines(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(map(len, middle)) > MOST_LINES:
        return FileDiff(path, (), len(middle[1]), len(middle[0]), too_large=True)
    codes = _codes(head, tail, middle, len(old), len(new))
    rows = tuple(_rows(codes, old, new))
    return FileDiff(path, rows, sum(row.kind == "add" for row in rows), sum(row.kind == "drop" for row in rows))


type _Code = tuple[str, int, int, int, int]


def _codes(head: int, tail: int, middle: tuple[list[str], list[str]], old: int, new: int) -> list[_Code]:
    found = SequenceMatcher(None, *middle, autojunk=True).get_opcodes()
    moved = [(tag, i1 + head, i2 + head, j1 + head, j2 + head) for tag, i1, i2, j1, j2 in found]
    return [("equal", 0, head, 0, head), *moved, ("equal", old - tail, old, new - tail, new)]


def _rows(codes: list[_Code], old: list[str], new: list[str]) -> Iterator[Line]:
    last = len(codes) - 1
    for index, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag == "equal":
            yield from _around(new[j1:j2], (i1, j1), first=index == 0, last=index == last)
            continue
        yield from (Line("drop", _short(text), before=i1 + n + 1) for n, text in enumerate(old[i1:i2]))
        yield from (Line("add", _short(text), after=j1 + n + 1) for n, text in enumerate(new[j1:j2]))


def _around(lines: list[str], start: tuple[int, int], *, first: bool, last: bool) -> Iterator[Line]:
    """Equal lines: the ones next to a change, and a gap in the place of the others."""
    rows = [Line("same", _short(text), start[0] + n + 1, start[1] + n + 1) for n, text in enumerate(lines)]
    above = [] if first else rows[:CONTEXT]
    below = [] if last else rows[max(len(above), len(rows) - CONTEXT) :]
    yield from above
    if left_out := len(rows) - len(above) - len(below):
        yield Line("gap", f"{left_out} equal line{'s' if left_out > 1 else ''}")
    yield from below


def _common(old: list[str], new: list[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _lines(text: str) -> list[str]:
    # Not splitlines(): it also splits at form feeds and separators, and then a line number is not the editor's.
    lines = text.split("\n")
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], lines[-1] + "⟨no line end⟩"]


def _short(line: str) -> str:
    left = len(line) - LONGEST_LINE
    return f"{line[:LONGEST_LINE]} … {left} more characters" if left > 0 else line
