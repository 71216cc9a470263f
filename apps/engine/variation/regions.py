"""Editable regions: the lines between a line with EVOLVE-BLOCK-START and one with EVOLVE-BLOCK-END.

The markers may stand in any comment style. A line ends at LF, CR LF or CR, as Python's tokenizer reads it. What lies
outside the regions, marker lines included, is what no edit may change.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_MARKER = re.compile("EVOLVE-BLOCK-(START|END)")
_LINE_END = re.compile(r"\r\n|\r|\n")


class RegionError(ValueError):
    """Markers that do not pair up. line counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


class Region(NamedTuple):
    """Character offsets [start, end) of an editable text; start == end for an empty one."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The region's own text."""
        return text[self.start : self.end]


class _MarkerLine(NamedTuple):
    """A line that holds a marker, its line end included."""

    word: str
    start: int
    end: int


def regions(text: str) -> list[Region]:
    """The regions of text in order. Raises RegionError for nested or unclosed ones and for an end without a start."""
    found: list[Region] = []
    opened: _MarkerLine | None = None
    for marker in _marker_lines(text):
        if marker.word == "START":
            if opened:
                raise _error(text, marker.start, "a region starts inside another one")
            opened = marker
        else:
            if not opened:
                raise _error(text, marker.start, "a region ends that never started")
            found.append(Region(opened.end, marker.start))
            opened = None
    if opened:
        raise _error(text, opened.start, "a region starts that never ends")
    return found


def editable(text: str, edit: str) -> list[Region]:
    """What may be edited under the mode "whole", "regions" or "protected".

    Raises RegionError as regions does, and ValueError for an unknown mode.
    """
    match edit:
        case "whole":
            return [Region(0, len(text))]
        case "regions":
            return regions(text)
        case "protected":
            return []
        case _:
            raise ValueError(f"unknown edit mode {edit!r}; known: whole, regions, protected")


def outside_unchanged(before: str, after: str, edit: str) -> bool:
    """Does after differ from before only inside the regions of before? False where the markers of after do not pair up.

    Raises RegionError where those of before do not.
    """
    kept = _outside(before, edit)
    try:
        return _outside(after, edit) == kept
    except RegionError:
        return False


def newline(text: str) -> str:
    """The line end that text uses first; LF where it has none."""
    found = _LINE_END.search(text)
    return found[0] if found else "\n"


def _outside(text: str, edit: str) -> list[str]:
    """What is left of text without its regions; one piece more than there are regions."""
    inside = editable(text, edit)
    starts = [0, *(region.end for region in inside)]
    ends = [*(region.start for region in inside), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _marker_lines(text: str) -> Iterator[_MarkerLine]:
    line = _MarkerLine("", 0, 0)
    for found in _MARKER.finditer(text):
        if found.start() >= line.end:
            line = _line_around(text, found, line.end)
            yield line
        elif found[1] != line.word:
            raise _error(text, line.start, "a region starts and ends on one line")


def _line_around(text: str, marker: re.Match[str], earliest: int) -> _MarkerLine:
    at = marker.start()
    start = max(earliest, text.rfind("\n", earliest, at) + 1, text.rfind("\r", earliest, at) + 1)
    line_end = _LINE_END.search(text, at)
    return _MarkerLine(marker[1], start, line_end.end() if line_end else len(text))


def _error(text: str, at: int, message: str) -> RegionError:
    return RegionError(1 + sum(1 for _ in _LINE_END.finditer(text, 0, at)), message)
