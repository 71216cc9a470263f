"""Numbers in Python code: by the standard tokenizer, else by a scanner that skips strings and comments.

A region is read by itself, which is about a hundred times cheaper than parsing its file. Left alone are numbers in
strings (f-strings included), in comments and in the labels of `case`, which are names rather than amounts.
"""

import io
import keyword
import re
import token
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from apps.engine.variation.literals import Number, number_at

_STRING_STARTS = {token.FSTRING_START, getattr(token, "TSTRING_START", token.FSTRING_START)}
_STRING_ENDS = {token.FSTRING_END, getattr(token, "TSTRING_END", token.FSTRING_END)}
_SILENT = {token.INDENT, token.DEDENT, token.ENDMARKER, token.COMMENT, token.NL}
_KINDS = {token.NUMBER: "number", token.NAME: "name", token.OP: "operator", token.NEWLINE: "line"}

_SCANNER = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
    | (?P<string>(?s:\"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z) | '{3}(?:\\.|[^\\])*?(?:'{3}|\Z))
        | "(?:\\(?s:.)|[^"\\\r\n])*"? | '(?:\\(?s:.)|[^'\\\r\n])*'?)
    | (?P<name>[^\W\d]\w*)
    | (?P<number>(?:[0-9]|\.[0-9])(?:[eE][+-](?=[0-9])|[\w.])*)
    | (?P<line>\r\n|\r|\n)
    | (?P<operator>\*\*|\.\.\.|[^\s\w])
    """,
    re.VERBOSE,
)

_CLOSERS = {")", "]", "}", "..."}
_VALUES = {"True", "False", "None"}  # keywords that end an operand


class _Token(NamedTuple):
    kind: str  # number, name, operator, string, line
    text: str
    start: int


class _OutOfStep(Exception):
    """The tokenizer counts lines otherwise than we do (a lone CR), so that its columns point elsewhere."""


def python_numbers(code: str) -> list[Number]:
    """Decimal literals of a piece of Python code, in order, offsets from its beginning."""
    try:
        return _numbers(code, _tokenized(code))
    except (SyntaxError, tokenize.TokenError, _OutOfStep):
        return _numbers(code, _scanned(code))


def _tokenized(code: str) -> Iterator[_Token]:
    lines = list(accumulate(map(len, code.split("\n")), lambda start, length: start + length + 1, initial=0))
    inside = 0  # depth in f-strings
    for found in tokenize.generate_tokens(io.StringIO(code, newline="\n").readline):
        inside += (found.type in _STRING_STARTS) - (found.type in _STRING_ENDS)
        if inside or found.type in _SILENT:
            continue
        start = lines[found.start[0] - 1] + found.start[1]
        if found.type == token.NUMBER and not code.startswith(found.string, start):
            raise _OutOfStep
        yield _Token(_KINDS.get(found.type, "string"), found.string, start)


def _scanned(code: str) -> Iterator[_Token]:
    for found in _SCANNER.finditer(code):
        kind = found.lastgroup or ""
        if kind != "comment":
            yield _Token(kind, found[0], found.start())


def _numbers(code: str, tokens: Iterable[_Token]) -> list[Number]:
    found = list(_without_labels(tokens))
    numbers = []
    for at, current in enumerate(found):
        if current.kind == "number":
            start = current.start - _has_sign(found, at)
            numbers.append(number_at(start, code[start : current.start] + current.text))
    return [number for number in numbers if number]


def _without_labels(tokens: Iterable[_Token]) -> Iterator[_Token]:
    """All tokens but line ends and logical lines that begin with `case`."""
    first = True
    label = False
    for current in tokens:
        if current.kind == "line":
            first = True
            continue
        label = current.text == "case" if first else label
        first = False
        if not label:
            yield current


def _has_sign(tokens: Sequence[_Token], at: int) -> bool:
    """Does the minus before the number at that index belong to its value?

    Not where it takes away, nor before a power: -2**2 is -(2**2). A line may continue the one before, so its end does
    not make a sign of what follows.
    """
    if at < 2 or tokens[at - 1].text != "-" or tokens[at - 1].start != tokens[at].start - 1:
        return False
    power = at + 1 < len(tokens) and tokens[at + 1].text == "**"
    return not power and not _is_operand(tokens[at - 2])


def _is_operand(last: _Token) -> bool:
    if last.kind == "name":
        return last.text in _VALUES or not keyword.iskeyword(last.text)
    return last.kind in ("number", "string") or last.text in _CLOSERS
