"""What a driver holds in memory of its run. A cache of the database: thrown away whenever a commit fails."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.engine.contracts.fold import Fold as Contracts
from apps.engine.population import Population
from apps.engine.recipe import Context
from apps.engine.replay import Play
from apps.llm.ledger import Mode
from apps.llm.waits import Wait
from apps.oversight.rules import Table
from apps.records import content
from apps.records.models import Commission, Run
from apps.records.step import Row, Step
from apps.records.transitions import LEASE
from apps.rounds.brief import Brief
from apps.rounds.measuring import COUNTED, Errand, Place
from apps.rounds.texts import Texts
from apps.rounds.voices import Models, Question, mode


@dataclass(slots=True)
class OpenRound:
    """A round that has not ended. stored is its position in the database; rows are its journal so far."""

    id: int
    kind: str
    ctx: Context
    play: Play
    stored: int | None  # None: not in the database yet
    rows: dict[tuple[int, int], Row] = field(default_factory=dict)  # by position and child
    reserved: set[int] = field(default_factory=set)  # candidates of this round on their way to their first measurement
    held: bool = False  # a gate is open
    waits: list[Wait] = field(default_factory=list)  # what keeps its calls from being made
    commission: Commission | None = None  # what a person asked for, which this round serves

    @property
    def number(self) -> int:
        return self.id % (1 << 32)

    @property
    def stalled(self) -> bool:
        """Whether it waits for a model, or for a day with a budget: long enough that somebody should know."""
        return any(not wait.brief for wait in self.waits)

    @property
    def waiting(self) -> bool:
        """Whether it gives its slot back."""
        return self.held or self.stalled


@dataclass(slots=True)
class Counters:
    """Cached columns of the run, as they will be after the step."""

    born: int
    measured: int
    reserved: int
    evaluations: int
    spent: float
    rounds: int
    looks: int
    waits: bytes
    best: int | None
    best_score: float | None

    @classmethod
    def of(cls, run: Run) -> "Counters":
        return cls(**{name: getattr(run, name) for name in cls.__slots__})

    def values(self) -> dict[str, Any]:
        """Columns by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Book:
    """One run in memory: what does not change, what it knows, what is open, and the step that is being collected."""

    run: Run
    brief: Brief
    table: Table
    latched: bool
    population: Population
    contracts: Contracts
    counters: Counters
    texts: Texts
    rounds: dict[int, OpenRound] = field(default_factory=dict)
    uncounted: list[Place] = field(default_factory=list)  # measured elsewhere; no entry says yet that it counts
    step: Step = field(default_factory=Step)
    errands: list[Errand] = field(default_factory=list)  # claimed in this step: to be sent once it is committed
    questions: list[Question] = field(default_factory=list)  # the same, for models
    models: Models = field(default_factory=Models)
    failures: Counter[str] = field(default_factory=Counter)
    controls: int = 0  # rounds that measured again what was known
    barren: int = 0  # in a row
    idle: str = ""  # why the last of them was
    confirmed: int = 0  # promotions that passed the confirmatory test
    holder: str = ""
    clock: timedelta = timedelta(0)  # how far the database's clock is ahead of this machine's
    claims: bool = True  # this process performs what it asks for
    commissions: list[Commission] = field(default_factory=list)  # what people asked for and no round serves yet
    concluded: bytes | None = None
    ended: tuple[str, str] | None = None  # state and reason

    def contents(self, keys: Sequence[str]) -> list[bytes]:
        """Stored contents by digest (hex), in that order; those of the step that is being collected too.

        Raises ContentMissing.
        """
        wanted = [bytes.fromhex(key) for key in keys]
        new = self.step.contents
        found = content.load(key for key in wanted if key not in new)
        return [new[key] if key in new else found[key] for key in wanted]

    def count(self) -> dict[str, Any]:
        """For the body of an entry: what other processes measured that counts from here on."""
        places, self.uncounted = self.uncounted, []
        return {COUNTED: places} if places else {}

    def rests(self, row: Row) -> bool:
        """Whether a ready effect is put off to a later moment."""
        return row["until"] is not None and bool(row["until"] > self.now())

    @property
    def calls(self) -> Mode:
        """Whether calls are made, or answered from the ledger."""
        return mode(self.run)

    @property
    def stalled(self) -> int:
        """Rounds that no person keeps waiting."""
        return sum(opened.stalled and not opened.held for opened in self.rounds.values())

    @property
    def waits(self) -> list[Wait]:
        """What its rounds wait for, besides people, long enough that somebody should know."""
        return [wait for opened in self.rounds.values() for wait in opened.waits if not wait.brief]

    @property
    def hopeless(self) -> set[int]:
        """Rounds that wait to make a call, now that none is made any more: they are to hear so."""
        return {opened.id for opened in self.rounds.values() if opened.waits} if self.models.spent else set()

    def now(self) -> datetime:
        """The time by the database's clock."""
        return datetime.now(UTC) + self.clock

    def lease_end(self) -> datetime:
        """When a lease that begins now ends."""
        return self.now() + LEASE

    @property
    def moving(self) -> int:
        """Rounds that can move: those that wait give their slot back."""
        return sum(not opened.waiting for opened in self.rounds.values())

    @property
    def waiting(self) -> list[OpenRound]:
        return [opened for opened in self.rounds.values() if opened.waiting]
