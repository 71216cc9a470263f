"""Running a generator against a journal: recorded answers are fed in again, and what it asks must be what it asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from apps.engine.canonical import decode, encode
from apps.engine.effects import Effect, Refused, payload
from apps.engine.recipe import Context, Outcome, Steps

# The reasons of a person's refusal. What people refuse says nothing about the method's own luck.
REJECTED = "rejected"
CHANGES = "changes requested"
SUPERSEDED = "superseded by an edit"
BY_PEOPLE = (REJECTED, CHANGES, SUPERSEDED)

type Asked = Effect | list[Effect]
type Deliver = Callable[[Asked, Any], Any]


class Diverged(Exception):
    """The generator asked for something else than the journal holds: the code is not the code that wrote it."""

    def __init__(self, position: int, recorded: bytes, asked: bytes) -> None:
        super().__init__(f"at position {position} the journal holds {recorded!r}, the method now asks {asked!r}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Row:
    """One journal row as replay needs it. answer is None while the effect is open."""

    position: int
    asked: bytes
    answer: bytes | None


class Play:
    """One round's generator and how far it has come. After construction `current` is the first effect.

    The result of every effect passes through canonical JSON on its way in, live as in replay; `deliver` then puts
    texts in the place of numbers.
    """

    def __init__(self, steps: Steps[Outcome], ctx: Context, deliver: Deliver) -> None:
        self._steps = steps
        self._ctx = ctx
        self._deliver = deliver
        self.position = -1
        self.current: Asked | None = None
        self.asked = b""
        self.outcome: Outcome | None = None
        self.refused: Refused | None = None
        self._resume(lambda: next(steps))

    @property
    def done(self) -> bool:
        """The round has ended: with an outcome, or with a refusal that the method did not handle."""
        return self.current is None

    def feed(self, answer: bytes) -> None:
        """Answer the current effect with the canonical bytes of `done(…)` or `refused(…)`, and run to the next."""
        if self.current is None:
            raise RuntimeError("the round has ended; there is nothing to answer")
        value = self._value(self.current, decode(answer))
        if isinstance(value, Refused):
            self._resume(lambda: self._steps.throw(value))
        else:
            self._resume(lambda: self._steps.send(value))

    def replay(self, rows: Iterable[Row]) -> Row | None:
        """Feed recorded answers, in order. Returns the first row without one, or None. Raises Diverged."""
        for row in rows:
            if row.position != self.position or row.asked != self.asked:
                raise Diverged(row.position, row.asked, self.asked)
            if row.answer is None:
                return row
            self.feed(row.answer)
        return None

    def _value(self, effect: Asked, answer: dict[str, Any]) -> Any:
        if "refused" in answer:
            return Refused(answer["refused"], answer.get("hint", ""))
        if isinstance(effect, list):
            return [self._value(child, part) for child, part in zip(effect, answer["done"], strict=True)]
        return self._deliver(effect, answer["done"])

    def _resume(self, go: Callable[[], Asked]) -> None:
        self._ctx.position = self.position + 1
        try:
            self.current = go()
        except StopIteration as stop:
            self._end(stop.value, None)
            return
        except Refused as refused:
            self._end(None, refused)
            return
        self.position += 1
        self.asked = encode(payload(self.current))

    def _end(self, outcome: Outcome | None, refused: Refused | None) -> None:
        self.current, self.asked = None, b""
        self.outcome, self.refused = outcome, refused


def done(value: Any) -> bytes:
    """The journal form of an effect's value."""
    return encode({"done": value})


def refused(reason: str, hint: str = "") -> bytes:
    """The journal form of a refusal."""
    return encode({"refused": reason, "hint": hint} if hint else {"refused": reason})
