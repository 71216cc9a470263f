"""Which lines of a change became each other, and which words of them changed."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from rapidfuzz.distance import Indel

LONGEST_LINE = 2_000  # characters; what is longer is cut, and its words are not compared
ALIKE = 0.5  # below, two lines are strangers and every word would be marked
MOST_COMPARED = 20_000  # pairs of lines of one text; then lines are paired as they stand
_JUDGED_BY = 200  # characters of a line that decide which line it became
_WORD = re.compile(r"\w+|\s+|[^\w\s]")

type Pair = tuple[int | None, int | None]
type Spans = list[tuple[int, int]]


def paired(
    changes: Sequence[tuple[int, int, int, int]], old: Sequence[str], new: Sequence[str]
) -> Iterator[list[Pair]]:
    """For each change its lines in order, by index; lines that became each other are a pair, the others stand alone."""
    left = MOST_COMPARED
    for i1, i2, j1, j2 in changes:
        size = (i2 - i1) * (j2 - j1)
        if size > left:
            yield _as_they_stand(range(i1, i2), range(j1, j2))
            continue
        left -= size
        yield _by_likeness(range(i1, i2), range(j1, j2), old, new)


def marks(old: str, new: str) -> tuple[Spans, Spans]:
    """The changed parts of two lines as (start, end); none where a line is too long or they have little in common."""
    if max(len(old), len(new)) > LONGEST_LINE:
        return [], []
    a, b = _WORD.findall(old), _WORD.findall(new)
    if Indel.normalized_similarity(a, b) < ALIKE:
        return [], []
    changed = [op for op in Indel.opcodes(a, b) if op.tag != "equal"]
    return (
        _spans(a, [(op.src_start, op.src_end) for op in changed]),
        _spans(b, [(op.dest_start, op.dest_end) for op in changed]),
    )


def _as_they_stand(old: range, new: range) -> list[Pair]:
    together = min(len(old), len(new))
    alone: list[Pair] = [(i, None) for i in old[together:]]
    return [*zip(old[:together], new[:together], strict=True), *alone, *((None, j) for j in new[together:])]


def _by_likeness(old: range, new: range, a: Sequence[str], b: Sequence[str]) -> list[Pair]:
    """Pairs in order whose likeness together is greatest, by dynamic programming from the end."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    likeness = [[_likeness(a[i], b[j]) for j in new] for i in old]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            together = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return pairs + [(i, None) for i in old[i:]] + [(None, j) for j in new[j:]]


def _likeness(old: str, new: str) -> float:
    return Indel.normalized_similarity(old.strip()[:_JUDGED_BY], new.strip()[:_JUDGED_BY], score_cutoff=ALIKE)


def _spans(words: Sequence[str], changed: Sequence[tuple[int, int]]) -> Spans:
    """Ranges of words as ranges of characters; what touches, or only white space separates, is one."""
    starts = [0, *accumulate(map(len, words))]
    joined: list[tuple[int, int]] = []
    for start, end in changed:
        if start == end:
            continue
        if joined and all(word.isspace() for word in words[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return [(starts[start], starts[end]) for start, end in joined]
