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


type Draw = Hashable  # which dice a measurement had: two of one behaviour with the same dice tell nothing new


class Fold:
    """tasks are the keys that methods may see. Costs eight bytes per content and task, however long the run."""

    def __init__(self, tasks: Sequence[str], *, repeatable: bool) -> None:
        self.repeatable = repeatable
        self.flips = Flips()
        self.calibration = Calibration()
        self._places = {task: place for place, task in enumerate(tasks)}
        self._first: dict[Hashable, array[float]] = {}
        self._earlier: dict[Hashable, array[float]] = {}  # the same, of the runs before
        self._draws: set[int] = set()
        self.recalled = 0  # repeats that were known before this run began
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

    def recall(self, behaviour: Hashable, results: Sequence[Result], draw: Draw) -> None:
        """An earlier run measured this behaviour under the same protocol: repeats of it are repeats here too."""
        before = self.flips.repeats
        self._take(self._earlier, behaviour, results, draw)
        self.recalled += self.flips.repeats - before

    def measured(self, number: int, results: Sequence[Result], draw: Draw = None) -> None:
        """A candidate was measured; on tasks that were measured before it is a repeat, unless by the same dice."""
        self._take(self._first, self._behaviour[number], results, draw)

    def _take(
        self, into: dict[Hashable, array[float]], behaviour: Hashable, results: Sequence[Result], draw: Draw
    ) -> None:
        if behaviour not in into:
            into[behaviour] = array("d", [UNKNOWN]) * len(self._places)
        first, told = into[behaviour], self._told(behaviour, draw)
        for task, score in one_measuring(results).items():
            place = self._places.get(task)
            if place is None:
                continue
            known = self._known(behaviour, place)
            if isnan(first[place]):
                first[place] = score
            if not (told or isnan(known)):
                self.flips.add(behaviour, task, *(() if self.flips.of(behaviour, task) else (known,)), score)

    def _told(self, behaviour: Hashable, draw: Draw) -> bool:
        """Whether the behaviour was measured by these dice before; now it was. None stands for dice of their own."""
        key = hash((behaviour, draw))
        told = draw is not None and key in self._draws
        self._draws.add(key)
        return told

    def _known(self, behaviour: Hashable, place: int) -> float:
        """The first score on a task in this run, else in those before."""
        for known in (self._first, self._earlier):
            if behaviour in known and not isnan(known[behaviour][place]):
                return known[behaviour][place]
        return UNKNOWN

    @property
    def repeats(self) -> int:
        """How often this run measured something that had been measured before, in whatever run."""
        return self.flips.repeats - self.recalled

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
