"""Fenced blocks of Markdown, read as models write them, and written so that nothing inside can break out."""

import re
from collections.abc import Container, Sequence
from typing import NamedTuple

from apps.engine.variation.text.lined import bare, lines_of

_FENCE = re.compile(r"([ \t]*+)(`{3,}+|~{3,}+)[ \t]*+([^`\r\n]*)")  # possessive: linear on any line
_RUNS = re.compile(r"`{3,}")


class Block(NamedTuple):
    """A fenced block: what stands behind its opening fence, its lines, the lines before it that belong to no block."""

    info: str
    lines: tuple[str, ...]
    before: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.lines)


class _Opened(NamedTuple):
    indent: str
    fence: str
    info: str
    inside: list[str]


def blocks(reply: str) -> list[Block]:
    """The fenced blocks in order. One that is never closed goes to the end of the reply.

    As in CommonMark (0.31, section 4.5) a block is closed by a fence of its own character that is at least as long and
    not further indented. A fence with words behind it opens a block inside the block, as models write a Markdown file
    in a fence no longer than those in it; where these do not pair up, none is taken to open anything.
    """
    found, paired = _scanned(reply, nested=True)
    return found if paired else _scanned(reply, nested=False)[0]


def _scanned(reply: str, nested: bool) -> tuple[list[Block], bool]:
    found: list[Block] = []
    outside: list[str] = []
    opened: _Opened | None = None
    depth = 0
    for line in lines_of(reply):
        fence = _FENCE.fullmatch(bare(line))
        if opened is None:
            if fence:
                opened, depth = _Opened(fence[1], fence[2], fence[3].strip(), []), 1
            else:
                outside.append(line)
            continue
        depth += _step(opened, fence, nested)
        if depth:
            opened.inside.append(line)
        else:
            found.append(_block(opened, outside))
            opened, outside = None, []
    if opened is not None:
        found.append(_block(opened, outside))
    return found, depth <= 1


def _step(opened: _Opened, fence: re.Match[str] | None, nested: bool) -> int:
    """How a line inside a block changes the depth: -1, 0 or 1."""
    if not fence or fence[2][0] != opened.fence[0] or len(fence[2]) < len(opened.fence):
        return 0
    if len(fence[1]) > len(opened.indent):
        return 0
    if fence[3].strip():
        return 1 if nested else 0
    return -1


def _block(opened: _Opened, before: list[str]) -> Block:
    lines = opened.inside
    if opened.indent:
        lines = [line.removeprefix(opened.indent) for line in lines]
    return Block(opened.info, tuple(lines), tuple(before))


def apart(found: Sequence[Block], names: Container[str]) -> list[Block]:
    """The blocks without those marked as the contract that prompts ask for beside an edit.

    Where a file is called so, nothing is taken away.
    """
    if "contract" in names:
        return list(found)
    return [block for block in found if "contract" not in block.info.lower().split()]


def fenced(text: str, info: str = "") -> str:
    """text as a block whose fence is longer than any inside, so that the text cannot end it."""
    longest = max((len(run[0]) for run in _RUNS.finditer(text)), default=2)
    fence = "`" * (longest + 1)
    ended = text if not text or text.endswith(("\n", "\r")) else text + "\n"
    return f"{fence}{info}\n{ended}{fence}"
