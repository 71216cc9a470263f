"""Lessons: what a model made of single candidates, kept for those who are made from them.

The analyser of ASI-Evolve (GAIR-NLP, 2026). A lesson is written in the round after its candidate was judged, and kept
by the child of that round as a trait, so that it is a fold of records like every memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, cast

from apps.engine.population import Judged, Population

LESSON = "lesson"  # the trait of a child in whose round a lesson was written: {"of": number, "text": text}
LONGEST = 2_000  # characters of a lesson
WAITING = 100  # candidates that may wait for their lesson; who waits longer gets none


class Notebook:
    """Lessons by candidate, and the judged candidates that nobody made a lesson of yet, the youngest last."""

    def __init__(self) -> None:
        self.lessons: dict[int, str] = {}
        self.waiting: dict[int, None] = {}

    def after(self, judged: Judged) -> "Notebook":
        """With one more child. The notebook itself: a copy of all lessons each time would read the history anew."""
        lesson = judged.traits.get(LESSON)
        if lesson:
            self.lessons[lesson["of"]] = lesson["text"]
            self.waiting.pop(lesson["of"], None)
        self.waiting[judged.number] = None
        if len(self.waiting) > WAITING:
            del self.waiting[next(iter(self.waiting))]
        return self


@dataclass(frozen=True, slots=True)
class Lessons:
    """`Choose("memory", Lessons(numbers))`: {"of", "text"} for each of these candidates that has a lesson."""

    of: tuple[int, ...]
    name: ClassVar[str] = "lessons"

    def draw(self, memory: Notebook, rng: Random, n: int) -> list[dict[str, Any]]:
        return [{"of": each, "text": memory.lessons[each]} for each in self.of if each in memory.lessons]


@dataclass(frozen=True, slots=True)
class Unstudied:
    """`Choose("candidate", Unstudied())`: the candidate judged last of which there is no lesson; nobody without one."""

    name: ClassVar[str] = "unstudied"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        waiting: Sequence[int] = list(cast(Notebook, population.memory).waiting)
        return [waiting[-1]] if waiting else []


def lesson(text: str) -> str:
    """A reply as a lesson: bounded, and of characters that every database takes."""
    return text.strip()[:LONGEST].encode(errors="replace").decode().replace("\0", "")
