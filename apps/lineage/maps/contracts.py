"""What came of the contracts of a run, author by author, and what its tasks do when nothing is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.accounts.names import names
from apps.engine.canonical import decode
from apps.engine.contracts.calibration import Calibration, Record
from apps.engine.contracts.grading import WORDS
from apps.records.models import Run, Snapshot

LISTED = 60  # authors
_KINDS = ("model", "operator", "person", Calibration.OTHERS)


@dataclass(frozen=True, slots=True)
class Author:
    """One author. Shares are between 0 and 1, None where nothing is known.

    words: how many of their contracts came to each; came: of the predicted fixes; by_itself: of the same tasks if
    nothing were changed; lift: the one over the other.
    """

    kind: str
    name: str
    record: Record

    @property
    def words(self) -> list[tuple[str, int]]:
        return [(word, self.record.words.get(word, 0)) for word in WORDS]

    @property
    def came(self) -> float | None:
        return self.record.came / self.record.predicted if self.record.predicted else None

    @property
    def by_itself(self) -> float | None:
        return self.record.expected / self.record.predicted if self.record.predicted else None

    @property
    def lift(self) -> float | None:
        return self.record.came / self.record.expected if self.record.expected else None

    @property
    def least_lift(self) -> float | None:
        """The lift, if as many come by themselves as may well do."""
        return self.record.came / self.record.most if self.record.most else None

    @property
    def may_come(self) -> float | None:
        """The share that may well come by itself, as far as repeats tell."""
        return self.record.most / self.record.predicted if self.record.predicted else None

    @property
    def log_loss(self) -> float | None:
        return self.record.loss.author / self.record.loss.tasks if self.record.loss.tasks else None

    @property
    def flips_log_loss(self) -> float | None:
        return self.record.loss.flips / self.record.loss.tasks if self.record.loss.tasks else None

    @property
    def brier(self) -> float | None:
        return self.record.loss.brier / self.record.loss.tasks if self.record.loss.tasks else None

    @property
    def flips_brier(self) -> float | None:
        return self.record.loss.flips_brier / self.record.loss.tasks if self.record.loss.tasks else None

    @property
    def stated(self) -> Sequence[tuple[float, float, int]]:
        """Mean stated chance, share that came true, and of how many tasks; only where there are any."""
        known = [each for each in self.record.bins if each.tasks]
        return [(each.said / each.tasks, each.came / each.tasks, each.tasks) for each in known]


@dataclass(frozen=True, slots=True)
class Flip:
    """How often tasks of a state turn one way although nothing is changed: between low and high in 19 of 20 cases.

    seen: from how many repeats that is known; None where it was written before they were counted.
    """

    state: str
    turn: str
    mean: float
    low: float
    high: float
    seen: int | None = None


@dataclass
class Contracts:
    """As the driver last wrote it."""

    run: Run

    @cached_property
    def _told(self) -> Mapping[str, Any]:
        stored = Snapshot.objects.filter(run=self.run).values_list("contracts", flat=True).first()
        return dict(decode(bytes(stored))) if stored else {}

    @property
    def repeats(self) -> int:
        """How often something was measured that had been measured before."""
        return int(self._told.get("repeats", 0))

    @property
    def recalled(self) -> int:
        """How many of them earlier runs made."""
        return int(self._told.get("recalled", 0))

    @cached_property
    def flips(self) -> list[Flip]:
        return [Flip(*each) for each in self._told.get("flips", ())]

    @cached_property
    def authors(self) -> list[Author]:
        """Models first, then operators, then persons; who stated most comes first."""
        known = Calibration.of(self._told.get("authors", {})).records
        people = names(name for name in known if name.startswith("person:"))
        found = [_author(name, record, people) for name, record in known.items()]
        found.sort(
            key=lambda one: (_KINDS.index(one.kind) if one.kind in _KINDS else len(_KINDS), -one.record.contracts)
        )
        return found[:LISTED]

    @property
    def left_out(self) -> int:
        return max(0, len(self._told.get("authors", ())) - LISTED)

    words = WORDS


def _author(name: str, record: Record, people: Mapping[str, str]) -> Author:
    kind, _, rest = name.partition(":")
    return Author(kind, people.get(name, rest or kind), record)
