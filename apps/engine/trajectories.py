"""Which measurements a prompt may show: `Choose("trajectory", rule)` answers with a list of `records.Shown`."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, ClassVar

from apps.engine.records import Shown


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest measurement of a candidate on each task, in the order of the tasks; n of the effect bounds how many.

    tasks are keys of train or validation tasks; () means all of both that it was measured on. worst_first: what failed,
    then the lowest scores, come first.
    """

    name: ClassVar[str] = "latest"
    candidate: int
    tasks: tuple[str, ...] = ()
    worst_first: bool = False

    def pick(self, measured: Iterable[Shown], n: int) -> list[Shown]:
        """Of the newest measurements, in the order of the tasks, those that are drawn."""
        wanted = [shown for shown in measured if not self.tasks or shown.task in self.tasks]
        if self.worst_first:
            wanted.sort(key=_badness)
        return wanted[:n]


def _badness(shown: Shown) -> tuple[bool, float]:
    return shown.score is not None, shown.score or 0.0


def shown_payload(shown: Shown) -> list[Any]:
    """The JSON form, which is stored by its digest."""
    return list(astuple(shown))


def shown_from(payload: Sequence[Any]) -> Shown:
    """The measurement behind its JSON form."""
    return Shown(*payload)
