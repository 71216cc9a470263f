"""How fast a model may be asked: so many requests and tokens a minute, of this process."""

import asyncio
from collections.abc import Callable

BURST_SECONDS = 10.0  # what may be asked at once after a rest


class Bucket:
    """A token bucket that fills continuously. It may be overdrawn: who comes next waits until that is made good."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._rate = per_minute / 60.0
        self._most = max(1.0, self._rate * BURST_SECONDS)
        self._held = self._most
        self._clock = clock
        self._at = clock()

    def wait(self) -> float:
        """Seconds until something may be taken."""
        if not self._rate:
            return 0.0
        now = self._clock()
        self._held = min(self._most, self._held + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, (1.0 - self._held) / self._rate)

    def take(self, amount: float) -> None:
        """Take so much, whatever is left."""
        if self._rate:
            self._held -= amount


class Pace:
    """One model's limits: calls at a time, requests and tokens a minute, and a rest that its server asked for."""

    def __init__(self, concurrency: int, requests: int, tokens: int, clock: Callable[[], float]) -> None:
        self.slots = asyncio.Semaphore(max(1, concurrency))
        self._turn = asyncio.Lock()
        self._requests = Bucket(requests, clock)
        self._tokens = Bucket(tokens, clock)
        self._clock = clock
        self._rest = 0.0

    async def turn(self, tokens: int) -> None:
        """Wait until the next request may go out, in the order of asking. tokens: an estimate of the prompt's."""
        async with self._turn:
            while wait := max(self._rest - self._clock(), self._requests.wait(), self._tokens.wait()):
                if wait <= 0.0:
                    break
                await asyncio.sleep(wait)
            self._requests.take(1)
            self._tokens.take(tokens)

    def count(self, tokens: int) -> None:
        """Tokens that were used beyond the estimate, or, negative, that were not."""
        self._tokens.take(tokens)

    def rest(self, seconds: float) -> None:
        """Ask nothing for so long: the server said so."""
        self._rest = max(self._rest, self._clock() + seconds)
