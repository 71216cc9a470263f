"""How much of its sections a prompt can hold: the more important first, in whole pieces, and what was cut is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from apps.engine.prompt import Cut

ALWAYS = 0  # the priority of what is never cut
CHARACTERS = 3.5  # of English and of code in a token, about
FENCE = 8  # tokens that a heading takes


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a prompt. pieces: the most important first; a smaller priority is served first.

    hints are the people's texts that it shows.
    """

    name: str
    pieces: tuple[str, ...]
    priority: int
    hints: tuple[str, ...] = ()


def tokens(text: str) -> int:
    """About how many tokens a text has. Outside of ASCII a character counts as one."""
    plain = len(text.encode("ascii", "ignore"))
    return ceil(plain / CHARACTERS) + len(text) - plain


def fitted(sections: Sequence[Section], room: int) -> tuple[list[Section], list[Cut]]:
    """What of the sections fits into so many tokens, in their order, and what was cut.

    Of a section the first pieces stay, as many as fit; of sections of one priority the earlier one is served first.
    What must always be there stays, even where it alone is too much.
    """
    kept: dict[int, Section] = {}
    cuts: dict[int, Cut] = {}
    for number in sorted(range(len(sections)), key=lambda each: sections[each].priority):
        section = sections[number]
        sizes = [tokens(piece) for piece in section.pieces]
        count = _count(sizes, len(sizes) if section.priority == ALWAYS else None, room - FENCE)
        used = sum(sizes[:count])
        if count < len(sizes):
            cuts[number] = Cut(section.name, sum(sizes), used)
        if count:
            kept[number] = Section(section.name, section.pieces[:count], section.priority, section.hints)
            room -= used + FENCE
    return [kept[number] for number in sorted(kept)], [cuts[number] for number in sorted(cuts)]


def _count(sizes: Sequence[int], always: int | None, room: int) -> int:
    """How many of the first pieces fit."""
    if always is not None:
        return always
    count = 0
    while count < len(sizes) and (room := room - sizes[count]) >= 0:
        count += 1
    return count
