"""What became of one task between two measurements."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, inf, isnan, nan
from typing import Literal

from apps.engine.records import Result

type Turn = Literal["better", "same", "worse"]
type State = Literal["unsolved", "solved"]

FAILED = -inf  # what failed lies below every score
UNKNOWN = nan  # not measured, or the machine failed
MACHINE = "unmeasurable"  # the label of what failed on infrastructure: it says nothing of the candidate


@dataclass(frozen=True, slots=True)
class Observed:
    """A task's score before and after an edit; FAILED and UNKNOWN are scores too."""

    task: str
    before: float
    after: float

    @property
    def known(self) -> bool:
        """Whether both sides were measured."""
        return not (isnan(self.before) or isnan(self.after))

    @property
    def turn(self) -> Turn:
        """Which way it went. Only where it is known."""
        return turned(self.before, self.after)


def turned(before: float, after: float) -> Turn:
    """Which way a task went from one measurement to the next."""
    if before == after:
        return "same"
    return "better" if after > before else "worse"


def one_measuring(results: Iterable[Result]) -> dict[str, float]:
    """By task the mean over the repeats of one measurement. One that failed counts only where all of them did."""
    scores: dict[str, list[float]] = {}
    for result in results:
        if result.failure != MACHINE:
            scores.setdefault(result.task, []).extend([] if result.score is None else [result.score])
    return {task: fsum(found) / len(found) if found else FAILED for task, found in scores.items()}
