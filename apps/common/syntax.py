"""Syntax colours for text that nobody trusts. What is too large, too slow or of no known kind stays plain.

A text is lexed in pages of some 16 kB: the rules of a lexer can be quadratic in what it is given, and between two
tokens there is a moment to look at the clock. Only lexers that were tried with hostile text are used. What came of a
page is kept under its content, so that a candidate costs only the pages in which it differs from those seen before.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import accumulate
from time import monotonic

from django.core.cache import caches
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Name, Number, String, Token

from apps.common.words import LONGEST_LINE

MOST_CHARACTERS = 1_000_000
PAGE = 16_000  # characters
PAGE_SECONDS = 0.15
REQUEST_SECONDS = 0.2
_LEXERS = {
    "py": "python", "pyi": "python", "json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml", "ini": "ini",
    "cfg": "ini", "md": "markdown", "js": "javascript", "ts": "typescript", "css": "css", "html": "html", "sh": "bash",
    "c": "c", "h": "c", "cpp": "cpp", "rs": "rust", "go": "go", "java": "java", "sql": "sql",
}  # fmt: skip
# The class that a token has on the page, most special first. Names and punctuation stay as they are.
_CLASSES = (
    (Comment, "c"),
    (String, "s"),
    (Number, "m"),
    (Literal, "s"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Tag, "f"),
    (Name.Decorator, "d"),
    (Name.Builtin, "b"),
    (Keyword, "k"),
    (Token.Generic.Heading, "k"),
    (Token.Generic.Subheading, "k"),
)

type Spans = Sequence[tuple[int, int, str]]


class Clock:
    """The time that one page may spend on colours."""

    def __init__(self, seconds: float = REQUEST_SECONDS) -> None:
        self._until = monotonic() + seconds

    @property
    def left(self) -> float:
        return self._until - monotonic()


class Colours:
    """Colours of the lines of one text."""

    def __init__(self, path: str, lines: Sequence[str], clock: Clock) -> None:
        name = path.rpartition("/")[2].rpartition(".")[2].lower()
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        self._lexer = _LEXERS.get(name, "") if starts[-1] <= MOST_CHARACTERS else ""
        self._lines, self._clock = lines, clock
        self._first = _pages(lines) if self._lexer else []
        self._read: dict[int, Sequence[Spans]] = {}

    def of(self, line: int) -> Spans:
        """(start, end, class) in order; nothing where the line is plain."""
        if not self._lexer:
            return ()
        page = bisect_right(self._first, line) - 1
        spans = self._page(page)
        at = line - self._first[page]
        return spans[at] if at < len(spans) else ()

    def _page(self, page: int) -> Sequence[Spans]:
        if page not in self._read:
            self._read[page] = self._known(page)
        return self._read[page]

    def _known(self, page: int) -> Sequence[Spans]:
        end = self._first[page + 1] if page + 1 < len(self._first) else len(self._lines)
        lines = self._lines[self._first[page] : end]
        key = f"{self._lexer}:{sha256('\n'.join(lines).encode(errors='surrogatepass')).hexdigest()}"
        found = caches["syntax"].get(key)
        if found is None and self._clock.left > 0:
            found = _lexed(self._lexer, lines)
            caches["syntax"].set(key, found, None)
        return found or ()


def _pages(lines: Sequence[str]) -> list[int]:
    """First line of each page. A page ends before a line that begins at the margin after an empty one, if it can."""
    first, size, good = [0], 0, 0
    for at, line in enumerate(lines):
        if at > first[-1] and line[:1].isalpha() and not lines[at - 1].strip():
            good = at
        size += len(line) + 1
        if size > PAGE and at > first[-1]:
            first.append(good if good > first[-1] else at)
            size = sum(len(line) + 1 for line in lines[first[-1] : at + 1])
    return first


def _lexed(name: str, lines: Sequence[str]) -> Sequence[Spans]:
    """Spans of each line, as far as the time goes; nothing for a page with a line that is too long."""
    if max(map(len, lines), default=0) > LONGEST_LINE:
        return ()
    options = {"handlecodeblocks": False} if name == "markdown" else {}
    clock = Clock(PAGE_SECONDS)
    found: list[list[tuple[int, int, str]]] = [[] for _ in lines]
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    for start, end, shown in _tokens(get_lexer_by_name(name, **options), "\n".join(lines) + "\n", clock):
        line = bisect_right(starts, start) - 1
        while start < end:
            stop = min(end, starts[line + 1] - 1)
            if start < stop:
                found[line].append((start - starts[line], stop - starts[line], shown))
            line += 1
            start = starts[line] if line < len(lines) else end
    return found


def _tokens(lexer: Lexer, text: str, clock: Clock) -> Iterator[tuple[int, int, str]]:
    """(start, end, class) of what has a colour, in order; tokens of one colour that touch are one."""
    begun, at, colour = 0, 0, ""
    for start, kind, value in lexer.get_tokens_unprocessed(text):
        if clock.left < 0:
            break
        if start < at:  # a lexer within a lexer went back
            continue
        shown = next((shown for general, shown in _CLASSES if kind in general), "")
        if shown != colour or start > at:
            if colour:
                yield begun, at, colour
            begun, colour = start, shown
        at = min(start + len(value), len(text))
    if colour:
        yield begun, at, colour
