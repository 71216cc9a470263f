"""Everything that one step of a run changes, collected in memory before its transaction opens."""

from dataclasses import dataclass, field
from typing import Any

from apps.log.chain import Entry

type Row = dict[str, Any]


@dataclass(slots=True)
class Move:
    """A round that goes on: from the position it stood at in the database to a new one, or to its end."""

    old: int
    new: int
    state: str = "open"
    outcome: bytes | None = None


@dataclass(slots=True)
class Change:
    """A journal row in the database that changes: only while it has this token and this state."""

    token: int
    was: str
    row: Row  # as it will be


@dataclass(slots=True)
class Step:
    """New rows by kind (columns by name), conditional changes, log entries. Nothing here is in the database yet."""

    contents: dict[bytes, bytes] = field(default_factory=dict)
    rounds: dict[int, Row] = field(default_factory=dict)
    candidates: list[Row] = field(default_factory=list)
    effects: dict[tuple[int, int, int], Row] = field(default_factory=dict)
    trajectories: list[Row] = field(default_factory=list)
    verdicts: list[Row] = field(default_factory=list)
    moves: dict[int, Move] = field(default_factory=dict)
    changes: dict[tuple[int, int, int], Change] = field(default_factory=dict)  # by round, position, child
    readings: dict[int, Row] = field(default_factory=dict)  # cached columns of candidates, by candidate id
    grades: dict[int, bytes] = field(default_factory=dict)  # what contracts came to, by candidate id
    entries: list[Entry] = field(default_factory=list)
    snapshot: dict[str, bytes] | None = None
    served: dict[int, tuple[int, str]] = field(default_factory=dict)  # round and receipt by commission
    heeded: set[int] = field(default_factory=set)  # commissions whose hint stood in a prompt that was answered
    crowned: list[tuple[int | None, int]] = field(default_factory=list)  # champion before and after

    def __bool__(self) -> bool:
        told = self.trajectories or self.entries
        return bool(self.effects or self.changes or self.moves or self.rounds or told)
