"""A unified diff that `git apply` and `patch` take. For what people look at there is diff.py."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile

# Compared at most, after what is equal at both ends is taken off: difflib grows with the square.
MOST_LINES = 5_000

type Code = tuple[str, int, int, int, int]


def patch(path: str, before: str, after: str) -> str:
    """What turns one text of the file into the other; empty for equal ones."""
    if before == after:
        return ""
    old, new = _lines(before), _lines(after)
    matcher = SequenceMatcher()
    matcher.opcodes = _codes(old, new)  # type: ignore[attr-defined]  # it only groups them
    hunks = (line for group in matcher.get_grouped_opcodes(3) for line in _hunk(group, old, new))
    a, b = _name("a/" + path), _name("b/" + path)
    return f"diff --git {a} {b}\n--- {_until(a)}\n+++ {_until(b)}\n" + "".join(hunks)


def _codes(old: list[str], new: list[str]) -> list[Code]:
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(map(len, middle)) > MOST_LINES:
        found = [("replace", 0, len(middle[0]), 0, len(middle[1]))]
    else:
        found = list(SequenceMatcher(None, *middle).get_opcodes())
    moved = [(tag, i1 + head, i2 + head, j1 + head, j2 + head) for tag, i1, i2, j1, j2 in found]
    above = [("equal", 0, head, 0, head)] if head else []
    below = [("equal", len(old) - tail, len(old), len(new) - tail, len(new))] if tail else []
    return above + moved + below


def _hunk(group: list[Code], old: list[str], new: list[str]) -> Iterator[str]:
    first, last = group[0], group[-1]
    yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
    for tag, i1, i2, j1, j2 in group:
        if tag == "equal":
            yield from (_line(" ", text) for text in old[i1:i2])
            continue
        yield from (_line("-", text) for text in old[i1:i2])
        yield from (_line("+", text) for text in new[j1:j2])


def _range(start: int, end: int) -> str:
    length = end - start
    return f"{start + 1 if length else start},{length}"


def _line(sign: str, text: str) -> str:
    return sign + text if text.endswith("\n") else f"{sign}{text}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    # Not splitlines(): it also splits at form feeds and lone carriage returns, where git does not.
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _common(old: list[str], new: list[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _name(path: str) -> str:
    return '"' + path.replace('"', '\\"') + '"' if '"' in path else path


def _until(name: str) -> str:
    """A name with a space in it ends at a tab, as git writes it."""
    return f"{name}\t" if " " in name else name
