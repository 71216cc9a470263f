"""Edits as a unified diff. Line numbers are read as a hint only: models count badly."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import ClassVar

from apps.engine.variation.text.bounds import bounded, few_enough
from apps.engine.variation.text.changes import Change, carried_out
from apps.engine.variation.text.complaint import Complaint
from apps.engine.variation.text.fences import blocks
from apps.engine.variation.text.lined import bare_lines
from apps.engine.variation.text.naming import named, only, unknown, unnamed

SHAPE = "--- a/FILE\n+++ b/FILE\n@@ -LINE +LINE @@\n a line that stays\n-a line that goes\n+a line that comes"

_HUNK = re.compile(r"@@(?:[ \t]*-(\d{1,9})(?:,\d{1,9})?[ \t]+\+\d{1,9}(?:,\d{1,9})?[ \t]*@@)?.*")
_HEADERS = ("diff --git ", "index ", "Index: ", "new file mode", "deleted file mode", "similarity index")


@dataclass(slots=True)
class _Hunk:
    label: str  # what the file's header calls it
    line: int | None
    lines: list[tuple[str, str]] = field(default_factory=list)  # " ", "-", "+", or "" where none was given, and a line

    def side(self, mark: str) -> list[str]:
        """The lines before ("-") or after ("+"). What stands behind the last marked line is no part of the hunk."""
        last = max((number for number, (given, _) in enumerate(self.lines, 1) if given), default=0)
        return [line for given, line in self.lines[:last] if given in (mark, " ", "")]


@dataclass(frozen=True, slots=True)
class UnifiedDiff:
    """Hunks of lines that stay, go and come.

    A hunk is found by its lines; its number decides only between places that fit equally well. A line that lost the
    space before it stays like one that has it, unless it comes behind all marked ones: then it is talk.
    """

    name: ClassVar[str] = "unified_diff"

    def read(self, reply: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, str]:
        hunks = list(_hunks(_diff_in(bounded(reply))))
        if not hunks:
            raise Complaint("the reply holds no hunk of a unified diff", f"It has this shape:\n{SHAPE}")
        few_enough(len(hunks), "hunks")
        return carried_out([_change(number, hunk, texts, edits) for number, hunk in enumerate(hunks, 1)], texts, edits)

    def written(self, before: Mapping[str, str], after: Mapping[str, str]) -> str:
        lines: list[str] = []
        for path in sorted(after):
            old, new = bare_lines(before[path]), bare_lines(after[path])
            lines += unified_diff(old, new, f"a/{path}", f"b/{path}", lineterm="")
        return "\n".join(["```diff", *lines, "```"])


def _diff_in(reply: str) -> list[str]:
    """The lines of the reply's blocks that hold hunks; of the whole reply where no block does."""
    found = [[line.rstrip("\r\n") for line in block.lines] for block in blocks(reply)]
    found = [lines for lines in found if any(_HUNK.fullmatch(line) for line in lines)]
    return [line for lines in found for line in (*lines, "")] or bare_lines(reply)


def _hunks(lines: Sequence[str]) -> Iterator[_Hunk]:
    label = ""
    hunk: _Hunk | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        start = _HUNK.fullmatch(line)
        if _is_header(lines, at):
            label, hunk = _label(lines[at], lines[at + 1]), None
            at += 1
        elif start:
            hunk = _Hunk(label, int(start[1]) - 1 if start[1] else None)
            yield hunk
        elif line.startswith(_HEADERS):
            hunk = None
        elif hunk is not None:
            _take(hunk, line)
        at += 1


def _is_header(lines: Sequence[str], at: int) -> bool:
    """Three lines: a removed `-- x` and an added `++ x` look alike, but no hunk follows them."""
    following = lines[at : at + 3]
    return (
        len(following) == 3
        and following[0].startswith("--- ")
        and following[1].startswith("+++ ")
        and _HUNK.fullmatch(following[2]) is not None
    )


def _label(old: str, new: str) -> str:
    names = [line[4:].split("\t")[0].strip() for line in (new, old)]
    told = [name for name in names if name != "/dev/null"]
    return told[0] if told else ""


def _take(hunk: _Hunk, line: str) -> None:
    if line.startswith("\\"):
        return  # "\ No newline at end of file"
    marked = line[:1] in ("+", "-", " ")
    hunk.lines.append((line[0], line[1:]) if marked else ("", line))


def _change(number: int, hunk: _Hunk, texts: Mapping[str, str], edits: Mapping[str, str]) -> Change:
    what = f"hunk {number}"
    path = _path(hunk.label, texts) if hunk.label else only(texts, edits)
    if path is None:
        raise unknown(what, hunk.label, texts, edits) if hunk.label else unnamed(what, texts, edits)
    return Change(what, path, hunk.side("-"), hunk.side("+"), hunk.line)


def _path(label: str, texts: Mapping[str, str]) -> str | None:
    """git puts a/ and b/ before the names."""
    return named(label[2:], texts) if label[:2] in ("a/", "b/") else named(label, texts)
