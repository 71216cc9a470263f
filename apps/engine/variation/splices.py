"""Pieces of new text in the place of old ones."""

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from apps.engine.variation.regions import Region


class Splice(NamedTuple):
    """New text for the characters of a region; regions of one edit do not overlap."""

    at: Region
    text: str


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """text with all the splices in their places."""
    for splice in sorted(splices, reverse=True):  # from the back, so that offsets stay true
        text = text[: splice.at.start] + splice.text + text[splice.at.end :]
    return text


def within(inner: Region, outer: Sequence[Region]) -> bool:
    """Does one of the outer regions, which stand in order, contain the inner one?"""
    at = bisect_right(outer, inner.start, key=attrgetter("start")) - 1
    return at >= 0 and inner.end <= outer[at].end
