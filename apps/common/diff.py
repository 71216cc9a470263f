"""What differs between two texts that nobody trusts: by lines, in bounded time, unified or side by side.

The longest common subsequence is RapidFuzz's: bit-parallel, so its time is the product of both lengths divided by 64
whatever the texts are, where difflib can take minutes for two thousand lines. What is too large even for that is cut
at lines that occur once on either side, and what is too large between those is shown as replaced.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, takewhile
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

from apps.common.words import LONGEST_LINE, paired

CONTEXT = 3
LEAST_GAP = 3  # equal lines up to which showing them takes no more room than saying so
MOST_CHARACTERS = 4_000_000  # of one text; beyond, nothing is compared
MOST_WORK = 400_000_000  # pairs of lines: 50 MB and a tenth of a second
SLIDE = 100

type Kind = Literal["same", "change", "drop", "add", "gap"]


class Change(NamedTuple):
    """Lines old[i1:i2] became new[j1:j2]; between two changes the lines are equal."""

    i1: int
    i2: int
    j1: int
    j2: int


class Row(NamedTuple):
    """A row of a diff. before and after are indices of lines, None where the row has none on that side.

    A gap stands for `size` equal lines from before and after on. change numbers the change that begins here; else -1.
    """

    kind: Kind
    before: int | None
    after: int | None
    change: int = -1
    size: int = 0


class Text(NamedTuple):
    """A text in lines without their ends; ended tells whether the last one has an end."""

    lines: Sequence[str]
    ended: bool

    def open_at(self, line: int) -> bool:
        """Whether this is the last line, and without an end."""
        return not self.ended and line == len(self.lines) - 1


@dataclass(frozen=True)
class Comparison:
    """Two texts and their changes, in order. coarse: some of it was too large and is shown as replaced."""

    old: Text
    new: Text
    changes: Sequence[Change]
    coarse: bool = False
    added: int = field(init=False)
    dropped: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "added", sum(change.j2 - change.j1 for change in self.changes))
        object.__setattr__(self, "dropped", sum(change.i2 - change.i1 for change in self.changes))

    @cached_property
    def pairs(self) -> list[list[tuple[int | None, int | None]]]:
        """For each change its lines in order, those that became each other together."""
        return list(paired(self.changes, self.old.lines, self.new.lines))

    @cached_property
    def partners(self) -> tuple[dict[int, int], dict[int, int]]:
        """Which new line an old one became, and the other way round."""
        together = [(i, j) for pairs in self.pairs for i, j in pairs if i is not None and j is not None]
        return dict(together), {j: i for i, j in together}

    def unified(self, context: int | None = CONTEXT) -> Iterator[Row]:
        """Rows in one column: what was dropped, then what was added. context None: every equal line."""
        for number, change in enumerate(self.changes):
            yield from self._equal(number, context)
            rows = [Row("drop", i, None) for i in range(change.i1, change.i2)]
            rows += [Row("add", None, j) for j in range(change.j1, change.j2)]
            yield rows[0]._replace(change=number)
            yield from rows[1:]
        yield from self._equal(len(self.changes), context)

    def split(self, context: int | None = CONTEXT) -> Iterator[Row]:
        """Rows side by side; a line that became another stands next to it."""
        for number, pairs in enumerate(self.pairs):
            yield from self._equal(number, context)
            yield _beside(*pairs[0])._replace(change=number)
            yield from (_beside(i, j) for i, j in pairs[1:])
        yield from self._equal(len(self.changes), context)

    def _equal(self, number: int, context: int | None) -> Iterator[Row]:
        """The equal lines before change number, those far from any change as one gap."""
        last = number == len(self.changes)
        i1, j1 = (self.changes[number - 1].i2, self.changes[number - 1].j2) if number else (0, 0)
        size = (len(self.old.lines) if last else self.changes[number].i1) - i1
        if context is None:
            yield from equal(i1, j1, size)
            return
        above = min(size, context) if number else 0
        below = 0 if last else min(size - above, context)
        hidden = size - above - below
        if hidden <= LEAST_GAP:
            above, hidden = above + hidden, 0
        yield from equal(i1, j1, above)
        if hidden:
            yield Row("gap", i1 + above, j1 + above, size=hidden)
        yield from equal(i1 + above + hidden, j1 + above + hidden, below)


def equal(before: int, after: int, size: int) -> Iterator[Row]:
    """Rows of lines that are equal on both sides."""
    return (Row("same", before + n, after + n) for n in range(size))


def compare(before: str, after: str, *, ignore_space: bool = False, work: int = MOST_WORK) -> Comparison:
    """Compare two texts by lines, in at most so much work.

    ignore_space leaves white space, and the end of the last line, out of it.
    """
    old, new = text(before), text(after)
    numbers: dict[Hashable, int] = {}
    a, b = (_numbered(side, numbers, ignore_space) for side in (old, new))
    search = _Search(a, b, work)
    found = list(_merged(search.changes()))
    return Comparison(old, new, list(_settled(found, search, old, new)), search.coarse)


def text(content: str) -> Text:
    """A text in lines. Not splitlines(): it also splits at form feeds, and then a line number is not the editor's."""
    lines = content.split("\n")
    ended = not lines[-1]
    return Text(lines[:-1] if ended else lines, ended)


def _numbered(side: Text, numbers: dict[Hashable, int], ignore_space: bool) -> list[int]:
    """Equal lines by equal numbers: RapidFuzz compares hashes, and those of small integers never collide."""
    keys: list[Hashable] = ["".join(line.split()) for line in side.lines] if ignore_space else list(side.lines)
    if not (side.ended or ignore_space):
        keys[-1] = (keys[-1], "without end")
    return [numbers.setdefault(key, len(numbers)) for key in keys]


class _Search:
    """Finds the changes between two sequences in at most so much work."""

    def __init__(self, old: Sequence[int], new: Sequence[int], work: int) -> None:
        self.old, self.new = old, new
        self._work = work
        self.coarse = False

    def changes(self) -> Iterator[Change]:
        """In order; insertions and deletions that touch are not merged yet."""
        whole = self._trimmed(Change(0, len(self.old), 0, len(self.new)))
        if _size(whole) <= self._work:
            yield from self._exact(whole)
            return
        for part in _between(whole, self._anchors(whole)):
            yield from self._exact(self._trimmed(part))

    def _exact(self, part: Change) -> Iterator[Change]:
        if not _size(part):
            yield from [part] if part.i1 < part.i2 or part.j1 < part.j2 else []
            return
        if _size(part) > self._work:
            self.coarse = True
            yield part
            return
        self._work -= _size(part)
        i1, i2, j1, j2 = part
        for op in Indel.opcodes(self.old[i1:i2], self.new[j1:j2]):
            if op.tag != "equal":
                yield Change(op.src_start + i1, op.src_end + i1, op.dest_start + j1, op.dest_end + j1)

    def _trimmed(self, part: Change) -> Change:
        """The part without what is equal at both of its ends."""
        a, b = self.old[part.i1 : part.i2], self.new[part.j1 : part.j2]
        head = _alike(a, b)
        tail = _alike(a[head:][::-1], b[head:][::-1])
        return Change(part.i1 + head, part.i2 - tail, part.j1 + head, part.j2 - tail)

    def _anchors(self, part: Change) -> list[tuple[int, int]]:
        """Lines that occur once on either side, as many as are in the same order on both (patience)."""
        once_old = _once(self.old[part.i1 : part.i2])
        once_new = _once(self.new[part.j1 : part.j2])
        common = sorted((i, once_new[line]) for line, i in once_old.items() if line in once_new)
        return [(part.i1 + i, part.j1 + j) for i, j in _longest_rise(common)]


def _once(lines: Sequence[int]) -> dict[int, int]:
    """Index of each line that occurs once."""
    counts = Counter(lines)
    return {line: at for at, line in enumerate(lines) if counts[line] == 1}


def _longest_rise(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence in which the second numbers rise (patience sorting)."""
    tops: list[int] = []
    at: list[int] = []
    before: list[int | None] = []
    for index, (_, value) in enumerate(pairs):
        pile = bisect_left(tops, value)
        before.append(at[pile - 1] if pile else None)
        tops[pile : pile + 1] = [value]
        at[pile : pile + 1] = [index]
    rise: list[tuple[int, int]] = []
    index_or_none = at[-1] if at else None
    while index_or_none is not None:
        rise.append(pairs[index_or_none])
        index_or_none = before[index_or_none]
    return rise[::-1]


def _between(whole: Change, anchors: Sequence[tuple[int, int]]) -> Iterator[Change]:
    ends = [(whole.i1 - 1, whole.j1 - 1), *anchors, (whole.i2, whole.j2)]
    return (Change(i1 + 1, i2, j1 + 1, j2) for (i1, j1), (i2, j2) in pairwise(ends))


def _settled(changes: Sequence[Change], search: "_Search", old: Text, new: Text) -> Iterator[Change]:
    """Where a block that came or went could as well stand a few lines on, let it stand where a reader would put it."""
    end = Change(len(old.lines), 0, len(new.lines), 0)
    above = 0
    for change, following in pairwise([*changes, end]):
        i1, i2, j1, j2 = change
        room = range(above - i1, following.i1 - i2)
        if i1 == i2:
            by = _slide(search.new, new.lines, j1, j2, room)
        elif j1 == j2:
            by = _slide(search.old, old.lines, i1, i2, room)
        else:
            by = 0
        above = i2 + by + 1
        yield Change(i1 + by, i2 + by, j1 + by, j2 + by)


def _slide(numbers: Sequence[int], lines: Sequence[str], start: int, end: int, room: range) -> int:
    """By how many lines to move lines[start:end]: so that it begins, and what follows begins, least indented."""
    up, down = 0, 0
    while up - 1 in room and up > -SLIDE and numbers[start + up - 1] == numbers[end + up - 1]:
        up -= 1
    while down + 1 in room and down < SLIDE and numbers[start + down] == numbers[end + down]:
        down += 1
    return min(range(down, up - 1, -1), key=lambda by: _indent(lines, start + by) + _indent(lines, end + by))


def _indent(lines: Sequence[str], at: int) -> int:
    """Indentation of a line; an empty line is no place to begin, the end of the text the best."""
    if at >= len(lines):
        return 0
    bare = lines[at].lstrip()
    return len(lines[at]) - len(bare) if bare else LONGEST_LINE


def _merged(changes: Iterable[Change]) -> Iterator[Change]:
    """Changes that touch, as one."""
    current: Change | None = None
    for change in changes:
        if current and (current.i2, current.j2) == (change.i1, change.j1):
            current = Change(current.i1, change.i2, current.j1, change.j2)
            continue
        if current:
            yield current
        current = change
    if current:
        yield current


def _size(part: Change) -> int:
    return (part.i2 - part.i1) * (part.j2 - part.j1)


def _alike(a: Sequence[int], b: Sequence[int]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _beside(i: int | None, j: int | None) -> Row:
    kind: Kind = "change" if i is not None and j is not None else "add" if i is None else "drop"
    return Row(kind, i, j)
