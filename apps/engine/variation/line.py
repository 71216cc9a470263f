"""A step along the line from one parent to another, with a little noise around it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from random import Random
from typing import ClassVar

from apps.engine.variation.literals import Number, replace
from apps.engine.variation.numbers import log_normal, numbers


@dataclass(frozen=True, slots=True)
class LineStep:
    """Moves all numbers of the first parent along the difference to the second one's, and each a little by itself.

    The directional variation of Vassiliades and Mouret, Discovering the Elite Hypervolume by Leveraging Interspecies
    Correlation, GECCO (2018): x + along N(0, 1) (y - x), one draw for all numbers, and noise in each, here a log_normal
    step of size around. What good candidates have in common moves little, what they differ in moves together. Only
    files that differ in nothing but numbers take part; integers are rounded.
    """

    along: float = 0.4
    around: float = 0.01
    name: ClassVar[str] = "line_step"

    def edit(
        self, first_texts: Mapping[str, str], second_texts: Mapping[str, str], edits: Mapping[str, str], rng: Random
    ) -> dict[str, str] | None:
        """As Crossover.edit; None where the parents differ in more than numbers, or in nothing."""
        way = self.along * rng.gauss(0.0, 1.0)
        changed: dict[str, str] = {}
        for path in sorted(first_texts.keys() & second_texts.keys()):
            mode = edits.get(path, "protected")
            pairs = list(_pairs(first_texts[path], second_texts[path], mode, path))
            if any(here.value != there.value for here, there in pairs):
                changed[path] = self._moved(first_texts[path], pairs, way, rng)
        return {path: text for path, text in changed.items() if text != first_texts[path]} or None

    def _moved(self, text: str, pairs: list[tuple[Number, Number]], way: float, rng: Random) -> str:
        for here, there in reversed(pairs):  # from the back, so that offsets stay true
            value = here.value + way * (there.value - here.value)
            if not isfinite(value):
                continue
            if here.is_integer:
                text = replace(text, here, round(value))
            else:
                text = replace(text, here, log_normal(value, rng, self.around))
        return text


def _pairs(first: str, second: str, mode: str, path: str) -> Iterator[tuple[Number, Number]]:
    """Numbers in the same place of texts that are alike between them; nothing where the texts are not."""
    mine, theirs = numbers(first, mode, path), numbers(second, mode, path)
    if between(first, mine) == between(second, theirs):
        yield from zip(mine, theirs, strict=True)


def between(text: str, found: list[Number]) -> list[str]:
    """What is left of a text without its numbers."""
    starts = [0, *(number.end for number in found)]
    ends = [*(number.start for number in found), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]
