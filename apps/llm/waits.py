"""What keeps a call from being made now, and until when: the one value that says so, from the ledger to the pages.

It goes to people who may not read what a server said or where that stands, so it holds neither: latch and absence of
the model do, for those who may release it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from apps.engine.canonical import decode, encode

type On = Literal["away", "stopped", "day", "room"]
type Told = tuple[On, str, int]  # what is waited for, and name and key of the model; "" and 0 for a budget


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for: a model that is away or stopped, a day with a budget, room in a budget.

    until: None where a person must act. brief: it will be over in seconds, so nobody is told and no slot is given back.
    """

    on: On
    name: str  # of the model; empty for a budget
    until: datetime | None = None
    left: str = ""  # of the budget, in a sentence
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
            return (
                f"The model {self.name} is stopped: it is asked nothing before somebody releases it. Whoever operates "
                "a project, or an admin, sees on its page why, and can."
            )
        if self.on == "away":
            return f"The model {self.name} does not answer. It is tried again at {self.until:%H:%M:%S} UTC."
        if self.on == "day":
            return f"{self.left} Goes on at {self.until:%H:%M} UTC, or when the budget is raised."
        return self.left


def payload(waits: Iterable[Wait]) -> bytes:
    """What is waited for as canonical bytes, each once, in one order whoever waits first; empty where nothing is.

    When it ends is not part of it: the next try of a model moves every few minutes, and that is no news.
    """
    told = sorted({(wait.on, wait.name, wait.model) for wait in waits})
    return encode([list(one) for one in told]) if told else b""


def told_in(data: bytes) -> list[Told]:
    """What `payload` told."""
    return [(on, name, model) for on, name, model in decode(data)] if data else []
