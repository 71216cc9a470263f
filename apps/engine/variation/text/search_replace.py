"""Edits as SEARCH/REPLACE blocks, several in one reply and for several files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from apps.engine.variation.text.bounds import bounded, few_enough
from apps.engine.variation.text.changes import Change, carried_out
from apps.engine.variation.text.complaint import Complaint
from apps.engine.variation.text.lined import bare_lines
from apps.engine.variation.text.naming import looks_like_a_path, named, only, open_paths, unknown, unnamed
from apps.engine.variation.text.page import Page

SHAPE = "<<<<<<< SEARCH\nthe lines to be replaced\n=======\nthe lines that come in their place\n>>>>>>> REPLACE"
MOST_MARKERS = 5_000

_MARKER = re.compile(
    r"[ \t]*(?:(?P<open><{5,})[ \t]*(?:SEARCH|ORIGINAL|HEAD)\b(?P<label>.*)"
    r"|(?P<divide>={5,})[ \t]*"
    r"|(?P<close>>{5,})[ \t]*(?:(?:REPLACE|UPDATED)\b.*)?)",
    re.IGNORECASE,
)
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})(?P<info>[^`]*)")
_RUN = re.compile(r"^[ \t]*(<{5,}|={5,}|>{5,})", re.MULTILINE)
_ABOVE = 3  # lines above a block in which its file is looked for


class _Marker(NamedTuple):
    """A marker line: where, which ("open", "divide" or "close"), how long, what an opening one says besides."""

    row: int
    kind: str
    length: int
    label: str


class _Block(NamedTuple):
    """Rows of a block's three marker lines, and what names its file."""

    opens: int
    divides: int
    closes: int
    label: str


@dataclass(frozen=True, slots=True)
class SearchReplace:
    """Blocks that name lines and what comes in their place; the lines above a block may name its file.

    A file's only component needs no name. The form as models know it is that of Aider and of AlphaEvolve (Novikov et
    al. 2025, section 2.3). Where a text holds lines that look like markers, those of a block are longer.
    """

    name: ClassVar[str] = "diff"

    def read(self, reply: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, str]:
        rows = bare_lines(bounded(reply))
        found = _blocks(rows)
        if not found:
            raise Complaint("the reply holds no SEARCH/REPLACE block", f"Each change has this shape:\n{SHAPE}")
        few_enough(len(found), "blocks")
        return carried_out(list(_changes(rows, found, texts, edits)), texts, edits)

    def written(self, before: Mapping[str, str], after: Mapping[str, str]) -> str:
        changed = (path for path in sorted(after) if after[path] != before[path])
        return "\n\n".join(f"{path}\n{_written(before[path], after[path])}" for path in changed)


def _blocks(rows: Sequence[str]) -> list[_Block]:
    markers = list(_markers(rows))
    if len(markers) > MOST_MARKERS:
        raise Complaint(f"the reply holds {len(markers):,} marker lines; at most {MOST_MARKERS:,} are read")
    found: list[_Block] = []
    at = 0
    while at < len(markers):
        if markers[at].kind != "open":
            at += 1
            continue
        divide, close = _rest(markers, at, f"block {len(found) + 1}")
        found.append(_Block(markers[at].row, markers[divide].row, markers[close].row, markers[at].label))
        at = close + 1
    return found


def _markers(rows: Sequence[str]) -> Iterator[_Marker]:
    for row, line in enumerate(rows):
        marker = _MARKER.fullmatch(line) if line.lstrip(" \t")[:1] in ("<", "=", ">") else None
        if marker:
            kind = str(marker.lastgroup if marker.lastgroup != "label" else "open")
            yield _Marker(row, kind, len(marker[kind]), marker["label"] or "")


def _rest(markers: Sequence[_Marker], at: int, what: str) -> tuple[int, int]:
    """The two other markers of a block: of the length of its first, or, where those are missing, of any length."""
    length = markers[at].length
    pair = _pair(markers, at, {length}) or _pair(markers, at, {marker.length for marker in markers})
    if pair is None:
        raise _incomplete(what, markers[at + 1].kind if at + 1 < len(markers) else "")
    return pair


def _pair(markers: Sequence[_Marker], at: int, lengths: set[int]) -> tuple[int, int] | None:
    """The next dividing and the next closing marker of these lengths; None where another block begins before."""
    divide: int | None = None
    for number in range(at + 1, len(markers)):
        marker = markers[number]
        if marker.length not in lengths:
            continue
        if marker.kind == "open" or (marker.kind == "close" and divide is None):
            return None
        if marker.kind == "close" and divide is not None:
            return divide, number
        divide = number if divide is None else divide
    return None


def _incomplete(what: str, following: str) -> Complaint:
    missing = ">>>>>>> REPLACE" if following == "divide" else "======="
    return Complaint(f"{what} has no {missing} line", f"Each change has this shape:\n{SHAPE}")


def _changes(
    rows: Sequence[str], found: Sequence[_Block], texts: Mapping[str, str], edits: Mapping[str, str]
) -> Iterator[Change]:
    pages: dict[str, Page] = {}
    path: str | None = None
    end = 0
    for number, block in enumerate(found, 1):
        what = f"block {number}"
        old, new = rows[block.opens + 1 : block.divides], rows[block.divides + 1 : block.closes]
        label = _label(rows[end : block.opens], block.label, texts, what, edits)
        path = label or only(texts, edits) or _holding(old, pages, texts, edits) or path
        if path is None:
            raise unnamed(what, texts, edits)
        yield Change(what, path, old, new)
        end = block.closes + 1


def _label(above: Sequence[str], own: str, texts: Mapping[str, str], what: str, edits: Mapping[str, str]) -> str | None:
    """The file that a block is said to be for, by its own line or those above it; None where nothing is said."""
    told = [own, *[line for line in reversed(above[-2 * _ABOVE :]) if line.strip()][:_ABOVE]]
    for label in told:
        fence = _FENCE.fullmatch(label)
        if path := named(fence["info"] if fence else label, texts):
            return path
        if not fence and looks_like_a_path(label):
            raise unknown(what, label, texts, edits)
    return None


def _holding(
    old: Sequence[str], pages: dict[str, Page], texts: Mapping[str, str], edits: Mapping[str, str]
) -> str | None:
    """The one file that holds these lines."""
    for path in open_paths(texts, edits):
        pages.setdefault(path, Page(texts[path]))
    holding = [path for path, page in pages.items() if page.holds(old)]
    return holding[0] if len(holding) == 1 else None


def _written(before: str, after: str) -> str:
    """One block: from the first to the last line that differs, with as many lines around as make it unique."""
    old, new = bare_lines(before), bare_lines(after)
    most = min(len(old), len(new))
    head = next((count for count in range(most) if old[count] != new[count]), most)
    tail = next((count for count in range(most - head) if old[-1 - count] != new[-1 - count]), most - head)
    page = Page(before)
    while len(page.places(old[head : len(old) - tail])) != 1 and (head or tail):
        head, tail = max(head - 1, 0), max(tail - 1, 0)
    return _block(old[head : len(old) - tail], new[head : len(new) - tail])


def _block(old: Sequence[str], new: Sequence[str]) -> str:
    longest = max((len(run[1]) for run in _RUN.finditer("\n".join((*old, *new)))), default=0)
    length = max(7, longest + 1)
    return "\n".join(["<" * length + " SEARCH", *old, "=" * length, *new, ">" * length + " REPLACE"])
