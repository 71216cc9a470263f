"""Numbers in configuration texts: JSON, TOML, YAML and INI, by a scanner that leaves keys, strings and comments alone.

A number counts where it is a whole value: after a key's separator, after the dash of a list, or as an item in brackets.
`version: 1.2.3`, `title: top 10`, dates and times therefore stay as they are; in doubt a number is left alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from apps.engine.variation.literals import Number, number_at

_COMMON = r"""
    | (?P<string>\"{3}(?s:\\.|[^\\])*?(?:\"{3}|\Z) | '{3}(?s:.)*?(?:'{3}|\Z) | "(?:\\.|[^"\\\r\n])*" | '[^'\r\n]*')
    | (?P<line>\r\n|\r|\n)
    | (?P<mark>[\[\]{},=:])
    | (?P<word>[^\s\[\]{},=:](?:[^\s\[\]{},=:]|:(?=\S))*)
"""
_SLASHES = r"(?P<comment>//[^\r\n]* | /\*(?s:.)*?(?:\*/|\Z))"
_HASH = r"(?P<comment>\#[^\r\n]* | (?m:^)[ \t]*;[^\r\n]*)"
# A block scalar: its key's line, ending in | or >, and all lines that are blank or deeper than it.
_BLOCK = (
    r"| (?P<block>(?m:^)(?P<indent>\ *+)[^\r\n\#]*[|>][-+0-9]*[ \t]*\r?\n(?:(?P=indent)\ [^\n]*(?:\n|\Z)|[ \t]*\r?\n)*)"
)


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a format is read: its tokens, the marks between key and value, whether items need brackets in sight.

    loose is for JSON, where a region may hold a part of an array and no value goes without quotes.
    """

    tokens: re.Pattern[str]
    separators: str
    loose: bool = False


_JSON = Syntax(re.compile(_SLASHES + _COMMON, re.VERBOSE), ":", loose=True)
_TOML = Syntax(re.compile(_HASH + _COMMON, re.VERBOSE), "=")
_YAML = Syntax(re.compile(_HASH + _BLOCK + _COMMON, re.VERBOSE), ":")
_INI = Syntax(_TOML.tokens, "=:")

SYNTAXES = {
    ".json": _JSON,
    ".jsonl": _JSON,
    ".toml": _TOML,
    ".env": _TOML,
    ".yaml": _YAML,
    ".yml": _YAML,
    ".ini": _INI,
    ".cfg": _INI,
    ".conf": _INI,
}


class _Token(NamedTuple):
    kind: str  # string, word, dash, line, or the mark itself
    text: str
    start: int


def config_numbers(text: str, syntax: Syntax) -> list[Number]:
    """Decimal literals that are values, in order, offsets from the beginning of text."""
    words = (word for line in _logical_lines(_tokens(text, syntax)) for word in _values(line, syntax))
    return [number for word in words if (number := number_at(word.start, word.text))]


def _tokens(text: str, syntax: Syntax) -> Iterator[_Token]:
    for found in syntax.tokens.finditer(text):
        kind = found.lastgroup or ""
        if kind not in ("comment", "block", "indent"):
            yield _Token(found[0] if kind == "mark" else "dash" if found[0] == "-" else kind, found[0], found.start())


def _logical_lines(tokens: Iterator[_Token]) -> Iterator[list[_Token]]:
    """Lines without their ends; a line end in brackets ends nothing."""
    line: list[_Token] = []
    depth = 0
    for token in tokens:
        if token.kind == "line":
            if not depth:
                yield line
                line = []
            continue
        depth = max(0, depth + _nesting(token))
        line.append(token)
    yield line


def _values(line: Sequence[_Token], syntax: Syntax) -> Iterator[_Token]:
    """Words of a line that are whole values: they stand between a separator, dash, bracket or comma and a comma,
    bracket or the line's end.

    Unless syntax is loose, a line's value begins after its first separator or dash (a TOML header has neither), and
    commas divide only what stands in brackets.
    """
    depth = 0
    in_value = syntax.loose
    for at, token in enumerate(line):
        before = line[at - 1].kind if at else "start"
        if in_value and token.kind == "word" and (before != "," or depth or syntax.loose):
            starts = before in ("start", "dash", "[", "{", ",", *syntax.separators)
            if starts and (at + 1 == len(line) or line[at + 1].kind in (",", "]", "}")):
                yield token
        in_value = in_value or token.kind == "dash" or token.kind in syntax.separators
        depth = max(0, depth + _nesting(token))


def _nesting(token: _Token) -> int:
    return (token.kind in ("[", "{")) - (token.kind in ("]", "}"))
