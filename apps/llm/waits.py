"""What keeps a call from being made now, and until when: the one value that says so, from the ledger to the pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from apps.engine.canonical import decode, encode

type On = Literal["model", "day", "room"]


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for: a model that is stopped or away, a day with a budget, room in a budget.

    until None: until a person acts. brief: it will be over in seconds, so nobody is told and no slot is given back.
    """

    on: On
    name: str  # of the model; empty for a budget
    why: str  # hostile: it may hold a server's words
    until: datetime | None = None
    brief: bool = False
    model: int = 0  # key of the model, for a link

    def over(self, now: datetime) -> bool:
        """Whether its time has come."""
        return self.until is not None and self.until <= now

    @property
    def stopped(self) -> bool:
        """Whether it ends only when a person acts."""
        return self.until is None

    @property
    def words(self) -> str:
        """In a sentence."""
        if self.until is None:
            return f"The model {self.name} is stopped: {self.why}"
        if self.on == "day":
            return f"{self.why} Goes on at {self.until:%H:%M} UTC, or when the budget is raised."
        return f"Waits for the model {self.name}, tries again at {self.until:%H:%M:%S} UTC: {self.why}"


def payload(waits: Iterable[Wait]) -> bytes:
    """Waits as canonical bytes, each once, in one order whoever waits first; empty where there is none."""
    unique = {(wait.on, wait.name): wait for wait in waits}
    told = [_told(unique[key]) for key in sorted(unique)]
    return encode(told) if told else b""


def waits_from(data: bytes) -> list[Wait]:
    """What `payload` told."""
    return [_read(*told) for told in decode(data)] if data else []


def _told(wait: Wait) -> list[str | int | None]:
    until = None if wait.until is None else wait.until.astimezone(UTC).isoformat(timespec="seconds")
    return [wait.on, wait.name, wait.why, until, wait.model]


def _read(on: On, name: str, why: str, until: str | None, model: int) -> Wait:
    return Wait(on, name, why, None if until is None else datetime.fromisoformat(until), model=model)
