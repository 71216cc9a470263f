"""Changes of lines, as blocks and hunks tell them, carried out on the texts they are meant for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from apps.engine.variation.regions import RegionError, editable, newline
from apps.engine.variation.text.complaint import Complaint
from apps.engine.variation.text.fences import fenced
from apps.engine.variation.text.lined import few, lines_of
from apps.engine.variation.text.naming import listed
from apps.engine.variation.text.page import MOST_PLACES, Page, Place, Shift
from apps.engine.variation.text.standing import may_change, outside, standing, stays_inside

COPY = "Copy the lines to be replaced exactly as they stand, with enough lines around them to be found once."


@dataclass(frozen=True, slots=True)
class Change:
    """Lines to be replaced, and by what, without their ends. what names it in complaints: "block 2".

    line (from 0) is where its author believes it to stand, which decides only between places that fit equally well.
    """

    what: str
    path: str
    old: Sequence[str]
    new: Sequence[str]
    line: int | None = None


class _Splice(NamedTuple):
    """Lines [start, end) of a text and what comes in their place."""

    start: int
    end: int
    lines: tuple[str, ...]
    what: str


@dataclass(slots=True)
class _File:
    page: Page
    mode: str
    splices: list[_Splice] = field(default_factory=list)


def carried_out(changes: Sequence[Change], texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, str]:
    """The new texts. All changes refer to the texts as they were, not to what earlier changes made of them.

    Raises Complaint for one that has no place or several, that overlaps another or lies outside of the regions.
    """
    files: dict[str, _File] = {}
    for change in changes:
        may_change(change.path, texts, edits)
        file = files.setdefault(change.path, _File(Page(texts[change.path]), edits[change.path]))
        file.splices.append(_located(change, file))
    made = {path: _spliced(path, file) for path, file in files.items()}
    return standing(made, texts, edits)


def _located(change: Change, file: _File) -> _Splice:
    places = file.page.places(change.old)
    if not places and not any(line.strip() for line in change.old):
        places = [_blank_region(change, file)]
    if len(places) > 1:
        places = [place for place in places if place.start == change.line] or places
    if len(places) > 1:
        raise _ambiguous(change, places)
    if not places:
        raise _lost(change, file.page)
    return _trimmed(change, places[0])


def _trimmed(change: Change, place: Place) -> _Splice:
    """The change without the lines that it repeats at its beginning and its end: those stay as they are in the text."""
    old, new = change.old, change.new
    most = min(len(old), len(new))
    head = next((count for count in range(most) if old[count] != new[count]), most)
    tail = next((count for count in range(most - head) if old[-1 - count] != new[-1 - count]), most - head)
    above = [row for row in place.rows[:head] if row is not None]
    below = [row for row in place.rows[len(old) - tail :] if row is not None]
    lines = tuple(place.shift.of(line) for line in new[head : len(new) - tail])
    start = above[-1] + 1 if above else place.start
    end = below[0] if below else place.end
    return _Splice(start, end, lines, change.what)


def _blank_region(change: Change, file: _File) -> Place:
    """Where a change goes that replaces nothing: the one place that may be edited, if nothing is there yet."""
    text = file.page.text
    try:
        free = editable(text, file.mode)
    except RegionError as error:
        raise Complaint(f"{change.path}: {error}") from None
    if len(free) == 1 and not free[0].of(text).strip():
        start = len(lines_of(text[: free[0].start]))
        return Place(start, start + len(lines_of(free[0].of(text))), [None] * len(change.old), Shift())
    raise Complaint(f"{change.what} does not say which lines of {change.path} it replaces", COPY)


def _spliced(path: str, file: _File) -> str:
    told = (splice._replace(what="") for splice in file.splices if splice.lines or splice.end > splice.start)
    splices = sorted(dict.fromkeys(told))  # a model that repeats itself means it once
    for first, second in pairwise(splices):
        if second.start < first.end or (second.start, second.end) == (first.start, first.end):
            raise _overlap(path, file, first, second)
    made = _with(file.page, splices)
    if not stays_inside(file.page.text, made, file.mode):
        raise _outside(path, file)
    return made


def _with(page: Page, splices: Sequence[_Splice]) -> str:
    line_end = newline(page.text)
    unended = bool(page.lines) and not page.lines[-1].endswith(("\n", "\r"))
    pieces: list[str] = []
    at = 0
    for splice in splices:
        pieces += page.lines[at : splice.start]
        if splice.lines and pieces and not pieces[-1].endswith(("\n", "\r")):
            pieces[-1] += line_end
        pieces += [line + line_end for line in splice.lines]
        at = splice.end
    made = "".join([*pieces, *page.lines[at:]])
    return made.removesuffix(line_end) if unended and at == len(page.lines) else made


def _ambiguous(change: Change, places: Sequence[Place]) -> Complaint:
    count = f"more than {MOST_PLACES}" if len(places) > MOST_PLACES else str(len(places))
    lines = listed((str(place.start + 1) for place in places), 6)
    return Complaint(f"what {change.what} replaces stands {count} times in {change.path}, at lines {lines}", COPY)


def _lost(change: Change, page: Page) -> Complaint:
    reason = f"what {change.what} replaces is not in {change.path}"
    if any(line.strip() for line in change.new) and (already := page.places(change.new)):
        return Complaint(f"{reason}; what it puts there stands at line {already[0].start + 1} already", COPY)
    told = f"It was:\n{fenced(few(change.old))}"
    near = page.nearest(change.old)
    if near is None:
        return Complaint(reason, f"{told}\n{COPY}")
    row, lines = near
    there = f"Nearest to that are, from line {row + 1}:\n{fenced(few(lines))}"
    return Complaint(reason, f"{told}\n{there}\n{COPY}")


def _overlap(path: str, file: _File, first: _Splice, second: _Splice) -> Complaint:
    names = [splice.what for splice in file.splices if splice._replace(what="") in (first, second)]
    return Complaint(
        f"{listed(dict.fromkeys(names))} replace the same lines of {path}, from line {second.start + 1}",
        "Make one of them; all refer to the text as it was shown.",
    )


def _outside(path: str, file: _File) -> Complaint:
    """Names the first change that leaves the regions by itself."""
    text = file.page.text
    for splice in file.splices:
        if not stays_inside(text, _with(file.page, [splice]), file.mode):
            return outside(f"{splice.what} changes {path} from line {splice.start + 1} on,", path, text, file.mode)
    return outside(f"{path} would change", path, text, file.mode)
