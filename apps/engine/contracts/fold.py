"""The contracts of a run as its records come in: what each candidate did first, what repeats do, what was graded."""

from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import isnan

from apps.engine.contracts.calibration import Calibration
from apps.engine.contracts.flips import Flips
from apps.engine.contracts.grading import Grade, Word, grade
from apps.engine.contracts.turns import UNKNOWN, Observed, one_measuring
from apps.engine.contracts.zero import Zero
from apps.engine.effects import Contract
from apps.engine.records import Result


@dataclass(frozen=True, slots=True)
class Author:
    """A candidate's contract, what it was made from, and the names that its record counts for."""

    contract: Contract
    base: Hashable
    names: tuple[str, ...]


class Fold:
    """tasks are the keys that methods may see. Costs eight bytes per content and task, however long the run."""

    def __init__(self, tasks: Sequence[str], *, repeatable: bool) -> None:
        self.repeatable = repeatable
        self.flips = Flips()
        self.calibration = Calibration()
        self._places = {task: place for place, task in enumerate(tasks)}
        self._first: dict[Hashable, array[float]] = {}
        self._behaviour: dict[int, Hashable] = {}
        self._contracts: dict[int, Author] = {}
        self.words: dict[int, Word] = {}  # by candidate, once it was judged

    def proposed(self, number: int, behaviour: Hashable, author: Author | None = None) -> None:
        """A candidate stands. Candidates of one behaviour are repeats of each other: equal contents, and no-op edits
        beside their base. author: None where it states no contract."""
        self._behaviour[number] = behaviour
        if author is not None:
            self._contracts[number] = author

    def behaviour(self, number: int) -> Hashable:
        """As it was proposed."""
        return self._behaviour[number]

    def measured(self, number: int, results: Sequence[Result]) -> None:
        """A candidate was measured; on tasks that were measured before it is a repeat."""
        behaviour = self._behaviour[number]
        first = self._first.get(behaviour)
        if first is None:
            first = self._first[behaviour] = array("d", [UNKNOWN]) * len(self._places)
        for task, score in one_measuring(results).items():
            place = self._places.get(task)
            if place is None:
                continue
            if isnan(first[place]):
                first[place] = score
            else:
                known = self.flips.of(behaviour, task)
                self.flips.add(behaviour, task, *(() if known else (first[place],)), score)

    @property
    def contracts(self) -> int:
        """How many candidates state one."""
        return len(self._contracts)

    def states(self, number: int) -> bool:
        """Whether the candidate has a contract."""
        return number in self._contracts

    def judged(self, number: int) -> Grade | None:
        """What came of a candidate's contract, counted for its authors; None without one, and when judged once more."""
        author = self._contracts.get(number)
        if author is None or number in self.words:
            return None
        found = grade(author.contract, self.observed(number), Zero(self.flips, author.base, self.repeatable))
        self.words[number] = found.word
        self.calibration.add(author.names, found)
        return found

    def observed(self, number: int) -> dict[str, Observed]:
        """What a candidate with a contract and its base did first, task by task."""
        nothing = array("d", [UNKNOWN]) * len(self._places)
        before = self._first.get(self._contracts[number].base, nothing)
        after = self._first.get(self._behaviour[number], nothing)
        return {task: Observed(task, before[place], after[place]) for task, place in self._places.items()}
