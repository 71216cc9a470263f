"""The edit of a null run: another content, the same behaviour."""

import io
import re
import token
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from apps.engine.variation.regions import Region, editable, newline

MARKS = 1 << 30  # so many contents can be told apart

_COMMENT = re.compile(r"(?:\A|(?<=[\r\n]))\# null ([0-9]+)(\r\n|\r|\n|\Z)\Z")
_BLANKS = re.compile(r"[ \t]*(\r\n|\r|\n|)\Z")


@dataclass(frozen=True, slots=True)
class NoOp:
    """Marks the end of one editable region with a number, in the place of an earlier mark of that region.

    In Python the mark is a comment line `# null 17`, in any other file blanks and tabs after the last line, which
    JSON, TOML and most languages do not read. A region of Python that ends inside a string or after a backslash is
    left alone.
    """

    name: ClassVar[str] = "noop"

    def edit(self, texts: Mapping[str, str], edits: Mapping[str, str], rng: Random) -> dict[str, str] | None:
        places = [
            (path, region) for path in sorted(texts) for region in editable(texts[path], edits.get(path, "protected"))
        ]
        rng.shuffle(places)
        mark = rng.randrange(MARKS)
        for path, region in places:
            marked = _marked(path, texts[path], region, mark)
            if marked is not None and marked != texts[path]:
                return {path: marked}
        return None


def _marked(path: str, text: str, region: Region, mark: int) -> str | None:
    if path.endswith((".py", ".pyi")):
        return _commented(text, region, mark)
    blanks = "".join(" \t"[mark >> bit & 1] for bit in range(MARKS.bit_length() - 1))
    ended = _BLANKS.sub(lambda end: blanks + end[1], region.of(text), count=1)
    if region.end < len(text) and not ended.endswith(("\n", "\r")):
        ended += newline(text)
    return text[: region.start] + ended + text[region.end :]


def _commented(text: str, region: Region, mark: int) -> str | None:
    """The text with its comment; None where a line put there would not be a comment."""
    body = _COMMENT.sub("", region.of(text), count=1)
    line_end = newline(text)
    if body and not body.endswith(("\n", "\r")):
        body += line_end
    head = text[: region.start] + body
    comment = f"# null {mark}"
    marked = head + comment + line_end + text[region.end :]
    return marked if _is_comment(marked, len(head), comment) else None


def _is_comment(text: str, at: int, comment: str) -> bool:
    """Is the comment a line of its own to Python, and not the continuation of the line before?"""
    if text[:at].rstrip("\r\n").endswith("\\"):
        return False
    place = (text.count("\n", 0, at) + 1, 0)
    try:
        for found in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
            if found.end > place:
                return (found.type, found.start, found.string) == (token.COMMENT, place, comment)
    except (SyntaxError, tokenize.TokenError):
        pass
    return False
