"""Texts as lines. A line ends at LF, CR LF or CR, as regions read it."""

import re
from collections.abc import Sequence

from apps.engine.variation.regions import newline

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n|\r|\n")


def lines_of(text: str) -> list[str]:
    """The lines with their ends; the last may have none."""
    return _LINE.findall(text)


def bare(line: str) -> str:
    """The line without its end."""
    return line.rstrip("\r\n")


def bare_lines(text: str) -> list[str]:
    """The lines without their ends."""
    return [bare(line) for line in lines_of(text)]


def in_the_style_of(text: str, model: str) -> str:
    """text with the line ends that model uses, and with a line end at its end if model has one there."""
    line_end = newline(model)
    told = _LINE_END.sub(line_end, text)
    if not told or not model:
        return told
    ended = model.endswith(("\r", "\n"))
    if ended and not told.endswith(line_end):
        return told + line_end
    return told if ended else told.removesuffix(line_end)


def few(lines: Sequence[str], most: int = 6, width: int = 160) -> str:
    """The first lines of a passage, for a message."""
    shown = [line if len(line) <= width else line[:width] + "…" for line in map(bare, lines[:most])]
    return "\n".join([*shown, "…"] if len(lines) > most else shown)
