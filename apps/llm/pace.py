"""How fast a model may be asked: so many calls at a time, so many requests and tokens a minute."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from apps.llm.turnstile import Turnstile

BURST_SECONDS = 10.0  # what may be asked at once after a rest
SET_BACK = 60.0  # seconds: what was noted so far ahead was noted before the clock was set back
ROUNDING = 1e-9  # what is missing after a wait is no reason to wait again
_NOTED = struct.Struct("!5d")


class Bucket:
    """A token bucket that fills continuously. It may be overdrawn: who comes next waits until that is made good."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._rate = per_minute / 60.0
        self._most = max(1.0, self._rate * BURST_SECONDS)
        self._clock = clock
        self.held = self._most
        self.at = clock()  # when it held that

    def wait(self) -> float:
        """Seconds until something may be taken."""
        if not self._rate:
            return 0.0
        now = self._clock()
        self.held = min(self._most, self.held + max(0.0, now - self.at) * self._rate)
        self.at = now
        missing = 1.0 - self.held
        return missing / self._rate if missing > ROUNDING else 0.0

    def take(self, amount: float) -> None:
        """Take so much, whatever is left."""
        if self._rate:
            self.held -= amount


class Pace:
    """One model's limits: calls at a time, requests and tokens a minute, and a rest that its server asked for.

    With a turnstile they hold for all processes that share it, and clock tells the time of day; else for this one.
    """

    def __init__(
        self,
        concurrency: int,
        requests: int,
        tokens: int,
        clock: Callable[[], float],
        turnstile: Turnstile | None = None,
    ) -> None:
        self._seats = max(1, concurrency)
        self._own = asyncio.Semaphore(self._seats)
        self._turn = asyncio.Lock()
        self._requests = Bucket(requests, clock)
        self._tokens = Bucket(tokens, clock)
        self._clock = clock
        self._rest = 0.0
        self._turnstile = turnstile

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait until one more call may be on its way, and be that call."""
        async with self._own:
            if self._turnstile is None:
                yield
                return
            async with self._turnstile.seat(self._seats):
                yield

    async def turn(self, tokens: int) -> None:
        """Wait until the next request may go out, in the order of asking. tokens: an estimate of the prompt's."""
        async with self._turn:
            while (wait := await self._begin(tokens)) > 0.0:
                await asyncio.sleep(wait)

    async def count(self, tokens: int) -> None:
        """Tokens that were used beyond the estimate, or, negative, that were not."""
        async with self._shared():
            self._tokens.take(tokens)

    async def rest(self, seconds: float) -> None:
        """Ask nothing for so long: the server said so."""
        async with self._shared():
            self._rest = max(self._rest, self._clock() + seconds)

    def close(self) -> None:
        """Share no longer."""
        if self._turnstile is not None:
            self._turnstile.close()

    async def _begin(self, tokens: int) -> float:
        """Take what a request takes, or take nothing and say how long to wait for it."""
        async with self._shared():
            wait = max(self._rest - self._clock(), self._requests.wait(), self._tokens.wait())
            if wait <= 0.0:
                self._requests.take(1)
                self._tokens.take(tokens)
            return wait

    @asynccontextmanager
    async def _shared(self) -> AsyncIterator[None]:
        """What is left of the limits, as the process left it that looked last, while no other one looks."""
        if self._turnstile is None:
            yield
            return
        async with self._turnstile.note() as note:
            self._read(note.data)
            yield
            told = (self._requests.held, self._requests.at, self._tokens.held, self._tokens.at, self._rest)
            note.data = _NOTED.pack(*told)

    def _read(self, data: bytes) -> None:
        """What is no note of ours says nothing."""
        if len(data) != _NOTED.size:
            return
        requests, requests_at, tokens, tokens_at, rest = _NOTED.unpack(data)
        if max(requests_at, tokens_at) > self._clock() + SET_BACK:
            return
        self._requests.held, self._requests.at = requests, requests_at
        self._tokens.held, self._tokens.at = tokens, tokens_at
        self._rest = rest
