"""The parts of an edit, found in its texts: no author has to declare them, so it works for every method."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Indel

MOST_WORK = 25_000_000  # pairs of lines that are compared; beyond, what changed in a text is one part
NEAR = 1  # unchanged lines between two changes that are one part: a blank line, a closing bracket


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an edit: a name for people, the component, and its text with all of the edit but this part."""

    name: str
    path: str
    without: str


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines before[a:b] became after[c:d]."""

    a: int
    b: int
    c: int
    d: int


def parts_of(before: Mapping[str, str], after: Mapping[str, str], most: int) -> list[Part]:
    """The parts of what turns one into the other; [] unless there are at least two that can be told apart.

    Where several components changed each of them is a part, and more than most of those are not taken apart. Where one
    did its runs of changed lines are the parts, of which the nearest are joined until there are no more than most.
    """
    changed = [path for path in sorted(after) if path in before and before[path] != after[path]]
    if len(changed) == 1:
        found = list(_runs(changed[0], before[changed[0]], after[changed[0]], most))
    else:
        found = [Part(path, path, before[path]) for path in changed]
    return found if 2 <= len(found) <= most else []


def _runs(path: str, before: str, after: str, most: int) -> Iterator[Part]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for change in _joined(_changes(old, new), most):
        text = "".join([*new[: change.c], *old[change.a : change.b], *new[change.d :]])
        yield Part(f"{path}, {_lines(change)}", path, text)


def _changes(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    if len(old) * len(new) > MOST_WORK:
        return [_Change(0, len(old), 0, len(new))]
    codes = [code for code in Indel.opcodes(old, new) if code.tag != "equal"]
    return [_Change(code.src_start, code.src_end, code.dest_start, code.dest_end) for code in codes]


def _joined(changes: Sequence[_Change], most: int) -> list[_Change]:
    """What is near each other is one; then the nearest two, again and again, until no more than most are left."""
    found = list(changes)
    while len(found) > 1:
        gaps = [after.a - before.b for before, after in pairwise(found)]
        if min(gaps) > NEAR and len(found) <= most:
            break
        at = gaps.index(min(gaps))
        found[at : at + 2] = [_Change(found[at].a, found[at + 1].b, found[at].c, found[at + 1].d)]
    return found


def _lines(change: _Change) -> str:
    """Where it stands in the changed text, as people count."""
    first, last = change.c + 1, change.d
    if last < first:
        return f"lines taken out before line {first}"
    return f"line {first}" if first == last else f"lines {first} to {last}"
