"""The changes of a candidate as a page shows them: file by file, in chunks, each bounded before it is made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, groupby, islice, takewhile
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from apps.common import diff, words
from apps.common.code import markup
from apps.common.diff import Comparison, Row
from apps.common.syntax import Clock, Colours
from apps.engine.canonical import digest
from apps.oversight.look import Look
from apps.records import content

CHUNK_ROWS = 400
CHUNK_CHARACTERS = 24_000
MOST_FILES = 50  # on one page; the others are named

type Digests = Mapping[str, str]


class Line(NamedTuple):
    """A row as it is shown. Numbers count from one; old and new are markup, None where there is nothing to show."""

    kind: str
    change: int
    before: str
    after: str
    old: SafeString | None
    new: SafeString | None
    old_open: bool
    new_open: bool

    @property
    def old_class(self) -> str:
        """Classes of the left one of two cells."""
        return _cell(self.old, "drop" if self.kind != "same" else "", self.old_open)

    @property
    def new_class(self) -> str:
        """Classes of the right one, or of the only one."""
        return _cell(self.new, "add" if self.kind != "same" else "", self.new_open)


def _cell(text: SafeString | None, kind: str, is_open: bool) -> str:
    if text is None:
        return "code nothing"
    return " ".join(filter(None, ("code", kind, "open" if is_open else "")))


class Gap(NamedTuple):
    """Equal lines that are not shown, and where they can be had."""

    size: int
    address: str  # query of the address that shows some of them in its place
    whole: str  # and of the one that shows the file whole


class Group(NamedTuple):
    """Lines that stand together, or the gap between two such groups."""

    gap: Gap | None
    lines: list[Line]


class Chunk(NamedTuple):
    """Some rows of a file. rest: how many follow; more: query of the address that has them."""

    groups: list[Group]
    rest: int
    more: str

    @property
    def tall(self) -> bool:
        """Whether the browser may leave it out while it is far away, and guess how tall it is."""
        return sum(len(group.lines) for group in self.groups) > CHUNK_ROWS // 2


@dataclass(frozen=True)
class FileChange:
    """One file that differs: its texts, and how they are to be seen."""

    path: str
    old: str | None
    new: str | None
    digests: tuple[str, str]
    look: Look
    clock: Clock
    work: int

    @cached_property
    def anchor(self) -> str:
        """A name for the file on its page."""
        return f"file-{digest(self.path.encode()).hex()[:12]}"

    @property
    def mark(self) -> str:
        """Names this very change of this very file: what a reader has ticked off."""
        return f"{self.anchor}-{self.digests[0][:16]}-{self.digests[1][:16]}"

    @property
    def state(self) -> str:
        return "new" if self.old is None else "gone" if self.new is None else ""

    @property
    def too_large(self) -> bool:
        return max(len(self.old or ""), len(self.new or "")) > diff.MOST_CHARACTERS

    @cached_property
    def comparison(self) -> Comparison:
        if self.too_large:
            return diff.compare("", "")
        ignore = self.look.space == "ignored"
        return diff.compare(self.old or "", self.new or "", ignore_space=ignore, work=self.work)

    @cached_property
    def rows(self) -> list[Row]:
        context = None if self.look.whole else diff.CONTEXT
        return list(self.comparison.split(context) if self.look.view == "split" else self.comparison.unified(context))

    def chunk(self, start: int, rows: int = CHUNK_ROWS, characters: int = CHUNK_CHARACTERS) -> Chunk:
        """At most so many rows and characters from a row on; at least one row, if there are any left."""
        stop = start + self._fitting(islice(self.rows, start, start + rows), characters)
        return Chunk(self._groups(self.rows[start:stop]), max(0, len(self.rows) - stop), self.query(start=stop))

    def between(self, before: int, after: int, size: int) -> Chunk:
        """The first of the equal lines that a gap stood for, and the gap that is left."""
        left = min(size, len(self.comparison.old.lines) - before, len(self.comparison.new.lines) - after)
        rows = list(diff.equal(before, after, min(left, CHUNK_ROWS)))
        rows = rows[: self._fitting(rows, CHUNK_CHARACTERS)]
        if left > len(rows):
            rows.append(Row("gap", before + len(rows), after + len(rows), size=left - len(rows)))
        return Chunk(self._groups(rows), 0, "")

    def query(self, **more: object) -> str:
        """The address of a part of this file, as the query of the page of changes."""
        return urlencode({"file": self.path, **self.look.query, **more})

    def _fitting(self, rows: Iterable[Row], characters: int) -> int:
        """How many of these rows show at most so many characters; at least one, if there are any."""
        sizes = accumulate(map(self.characters, rows))
        return sum(1 for _ in takewhile(lambda at: at[0] == 0 or at[1] <= characters, enumerate(sizes)))

    def _groups(self, rows: list[Row]) -> list[Group]:
        made: list[Group] = []
        for is_gap, some in groupby(rows, lambda row: row.kind == "gap"):
            if is_gap:
                made += [Group(self._gap(row), []) for row in some]
            else:
                made.append(Group(None, [self._line(row) for row in some]))
        return made

    def _gap(self, row: Row) -> Gap:
        address = self.query(gap=f"{row.before}-{row.after}-{row.size}")
        return Gap(row.size, address, self.query(lines="all"))

    def _line(self, row: Row) -> Line:
        i, j = row.before, row.after
        old_marks, new_marks = self._marks(i, j) if row.kind != "same" else ([], [])
        both = self.look.view == "split"
        old_text, new_text = self.comparison.old, self.comparison.new
        return Line(
            kind=row.kind,
            change=row.change,
            before="" if i is None else str(i + 1),
            after="" if j is None else str(j + 1),
            old=None if i is None or (j is not None and not both) else self._markup(0, i, old_marks),
            new=None if j is None else self._markup(1, j, new_marks),
            old_open=i is not None and old_text.open_at(i),
            new_open=j is not None and new_text.open_at(j),
        )

    def _marks(self, i: int | None, j: int | None) -> tuple[words.Spans, words.Spans]:
        """Changed words of a line, beside the one that it became or came from."""
        became, came_from = self.comparison.partners
        other = (i, became.get(i)) if i is not None else (came_from.get(j), j) if j is not None else (None, None)
        if other[0] is None or other[1] is None:
            return [], []
        return words.marks(self.comparison.old.lines[other[0]], self.comparison.new.lines[other[1]])

    def _markup(self, side: int, line: int, marks: words.Spans) -> SafeString:
        text = self.comparison.new if side else self.comparison.old
        return markup(text.lines[line], self._colours[side].of(line), marks)

    @cached_property
    def _colours(self) -> tuple[Colours, Colours]:
        old, new = self.comparison.old.lines, self.comparison.new.lines
        return Colours(self.path, old, self.clock), Colours(self.path, new, self.clock)

    def characters(self, row: Row) -> int:
        """Characters that a row shows."""
        old = self.comparison.old.lines[row.before] if row.before is not None else ""
        new = self.comparison.new.lines[row.after] if row.after is not None else ""
        if row.kind == "same" and self.look.view == "unified":
            old = ""
        return min(len(old), words.LONGEST_LINE) + min(len(new), words.LONGEST_LINE)


@dataclass(frozen=True)
class Changes:
    """The files that differ between two contents, by path."""

    before: Digests
    after: Digests
    look: Look
    shelf: content.Shelf = field(default_factory=content.Shelf)

    @cached_property
    def paths(self) -> list[str]:
        both = sorted({*self.before, *self.after})
        return [path for path in both if self.before.get(path) != self.after.get(path)]

    @cached_property
    def files(self) -> list[FileChange]:
        """The first of them, with their texts. Raises ContentMissing."""
        return list(self._files(self.paths[:MOST_FILES]))

    @property
    def keys(self) -> set[bytes]:
        """Digests of the contents that `files` reads."""
        return self._keys(self.paths[:MOST_FILES])

    def _keys(self, paths: list[str]) -> set[bytes]:
        return {bytes.fromhex(side[path]) for path in paths for side in (self.before, self.after) if path in side}

    @property
    def unread(self) -> list[str]:
        """Paths of those that the page has no room for."""
        return self.paths[MOST_FILES:]

    @cached_property
    def shown(self) -> list[tuple[FileChange, Chunk]]:
        """Each file with as much of it as fits on the page; what does not fit is loaded when it is scrolled to."""
        found = []
        rows, characters = CHUNK_ROWS, CHUNK_CHARACTERS
        for file in self.files:
            full = rows <= 0 or characters <= 0
            chunk = Chunk([], len(file.rows), file.query(start=0)) if full else file.chunk(0, rows, characters)
            rows -= sum(max(1, len(group.lines)) for group in chunk.groups)
            characters -= sum(map(file.characters, file.rows[: len(file.rows) - chunk.rest]))
            found.append((file, chunk))
        return found

    @property
    def added(self) -> int:
        return sum(file.comparison.added for file in self.files)

    @property
    def dropped(self) -> int:
        return sum(file.comparison.dropped for file in self.files)

    def file(self, path: str) -> FileChange | None:
        """One file, if it differs."""
        return next(self._files([path]), None) if path in self.paths else None

    def _files(self, paths: list[str]) -> Iterator[FileChange]:
        texts = {key.hex(): data for key, data in self.shelf.load(self._keys(paths)).items()}
        clock, work = Clock(), diff.MOST_WORK // max(1, min(len(self.paths), MOST_FILES))

        def text(side: Digests, path: str) -> str | None:
            return texts[side[path]].decode(errors="replace") if path in side else None

        for path in paths:
            digests = (self.before.get(path, ""), self.after.get(path, ""))
            yield FileChange(path, text(self.before, path), text(self.after, path), digests, self.look, clock, work)
