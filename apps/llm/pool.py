"""The pool of calls: jobs in, outcomes out, from one thread and without ever blocking except in `collect`.

Calls run as tasks of one event loop in a thread of its own. So hundreds may be open, each is stopped at once wherever
it stands, and nothing here touches the database.
"""

import asyncio
import contextlib
import itertools
import logging
import queue
import random
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from apps.engine.prompt import Prompt
from apps.llm.contract import CallFailure, CallJob, CallOutcome, ModelSpec, Stopped, Usage
from apps.llm.pace import Pace
from apps.llm.tokens import estimated
from apps.llm.turnstile import Turnstile

PACES = "paces"  # the folder under EVOWEB_HOME where processes share the limits of models
_BEAT_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried that failed for nobody's fault, and how long is waited in between."""

    attempts: int = 4
    first: float = 0.5  # seconds before the second attempt, on average; doubles with each
    most: float = 30.0
    # A server that asks for longer than this gets its way, but elsewhere: the outcome goes back with its wish.
    longest_wish: float = 60.0

    def again(self, failure: CallFailure, attempt: int) -> bool:
        """Whether to try once more after this attempt, counted from 1."""
        impatient = failure.retry_after is not None and failure.retry_after > self.longest_wish
        return failure.blame == "again" and attempt < self.attempts and not impatient

    def delay(self, attempt: int, wish: float | None, chance: float) -> float:
        """Seconds to wait after a failed attempt, counted from 1. chance, from 0 to 1, spreads those that wait."""
        backed_off = min(self.most, self.first * 2.0 ** (attempt - 1)) * (0.5 + chance)
        return backed_off if wish is None else wish + backed_off * 0.1


class Callers:
    """At most `size` calls at a time, of all models together. allowed: private hosts that may be asked.

    shared: a folder; the limits of models then hold for all callers on this machine that are given the same one.
    Give every thread one of its own. `fileno` turns readable when there is something to collect, for whoever waits for
    other things as well.
    """

    def __init__(
        self, size: int, allowed: Sequence[str] = (), patience: Patience | None = None, shared: Path | None = None
    ) -> None:
        self._size = size
        self._shared = shared
        self._patience = patience or Patience()
        self._open: dict[str, CallJob] = {}  # touched by the calling thread alone, as _tasks is by the loop
        # By task: an id may be given again while the call that was stopped under it still closes its connection.
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._paces: dict[tuple[str, int, int, int], Pace] = {}
        self._done: queue.SimpleQueue[CallOutcome] = queue.SimpleQueue()
        self._rung, self._bell = socket.socketpair()
        self._rung.setblocking(False)
        self._bell.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._rung, select.POLLIN)
        self._chance = random.Random()  # spreads retries; nothing that is recorded depends on it
        from apps.llm.provider import Provider  # here: its SDK takes a second to import, and few processes call models

        self._provider = Provider(allowed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model calls", daemon=True)
        self._thread.start()

    @property
    def free(self) -> int:
        """How many calls can be submitted now."""
        return self._size - len(self._open)

    def fileno(self) -> int:
        """A file descriptor that is readable while outcomes wait."""
        return self._rung.fileno()

    def submit(self, job: CallJob) -> None:
        """Start a call. Raises RuntimeError when none is free, and ValueError for an id that is open already."""
        if self.free <= 0:
            raise RuntimeError("no call is free")
        if job.id in self._open:
            raise ValueError(f"call {job.id} is being made already")
        self._open[job.id] = job
        self._loop.call_soon_threadsafe(self._start, job)

    def collect(self, seconds: float) -> list[CallOutcome]:
        """Ended calls: waits until there is one or so many seconds have passed, then returns all that are ready."""
        until = time.monotonic() + seconds
        while True:
            outcomes = self._take(max(0.0, until - time.monotonic()))
            if outcomes or time.monotonic() >= until:
                return outcomes

    def run(self, job: CallJob, beat: Callable[[], None] = lambda: None) -> CallOutcome:
        """Make one call and wait for it. `beat` is called at least every 2 s; when it raises Stopped, the call ends.

        Stopped is raised on. For whoever makes one call at a time.
        """
        self.submit(job)
        try:
            while not (outcomes := self.collect(_BEAT_SECONDS)):
                beat()
        except Stopped:
            self.stop(job.id)
            raise
        return outcomes[0]

    def count(self, spec: ModelSpec, prompt: Prompt) -> int:
        """Tokens of a prompt as the provider counts them; waits for it. Raises CannotCount."""
        return asyncio.run_coroutine_threadsafe(self._provider.count(spec, prompt), self._loop).result()

    def stop(self, job_id: str) -> None:
        """Stop a call at once; no outcome is delivered for it. Unknown ids are ignored."""
        if job_id in self._open:
            del self._open[job_id]
            self._loop.call_soon_threadsafe(self._cancel, job_id)

    def close(self) -> None:
        """Stop everything and wait until every connection is closed."""
        self._open.clear()
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._rung.close()
        self._bell.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, seconds: float) -> list[CallOutcome]:
        """What is ready, after waiting for the first at most so long. Stopped calls' outcomes are dropped."""
        if self._poll.poll(seconds * 1000):
            self._rung.recv(4096)
        outcomes = []
        with contextlib.suppress(queue.Empty):
            while True:
                outcomes.append(self._done.get_nowait())
        mine = [outcome for outcome in outcomes if self._open.get(outcome.job.id) is outcome.job]
        for outcome in mine:
            del self._open[outcome.job.id]
        return mine

    # From here on: in the loop's thread.

    def _start(self, job: CallJob) -> None:
        task = self._loop.create_task(self._perform(job))
        self._tasks[task] = job.id
        task.add_done_callback(self._tasks.pop)

    def _cancel(self, job_id: str) -> None:
        for task, called in self._tasks.items():
            if called == job_id:
                task.cancel()

    async def _finish(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._provider.close()
        for pace in self._paces.values():
            pace.close()
        await self._loop.shutdown_asyncgens()

    async def _perform(self, job: CallJob) -> None:
        try:
            outcome = await self._persist(job)
        except Exception:  # the edge of the thread: whoever waits for this call must hear of it
            log.exception("a call of %s failed here, on our side", job.spec.name)
            outcome = CallOutcome(job, failure=CallFailure("call", 0, "The call failed inside evoweb; see its log."))
        self._done.put(outcome)
        with contextlib.suppress(BlockingIOError):  # so many have rung that one more says nothing new
            self._bell.send(b"\0")

    async def _persist(self, job: CallJob) -> CallOutcome:
        """Try until the call ends for good, or patience does. Counts what all attempts used."""
        pace, used = self._pace(job.spec), Usage()
        for attempt in itertools.count(1):
            outcome = await self._attempt(pace, job)
            used = used + outcome.usage
            failure = outcome.failure
            wish = failure.retry_after if failure else None
            if wish is not None and wish <= self._patience.longest_wish:
                await pace.rest(wish)
            # What was reserved is spent: another attempt would be one that no budget allowed.
            if failure is None or outcome.usage.total or not self._patience.again(failure, attempt):
                return replace(outcome, usage=used, attempts=attempt)
            await asyncio.sleep(self._patience.delay(attempt, wish, self._chance.random()))
        raise AssertionError("unreachable")

    async def _attempt(self, pace: Pace, job: CallJob) -> CallOutcome:
        expected = estimated(job.prompt, job.schema, job.spec.bytes_per_token)
        async with pace.slot():
            await pace.turn(expected)
            outcome = await self._provider.call(job)
        await pace.count(outcome.usage.total - expected)
        return outcome

    def _pace(self, spec: ModelSpec) -> Pace:
        limits = (spec.name, spec.concurrency, spec.requests_per_minute, spec.tokens_per_minute)
        if limits not in self._paces:
            self._paces[limits] = self._new_pace(*limits)
        return self._paces[limits]

    def _new_pace(self, name: str, *limits: int) -> Pace:
        concurrency, requests, tokens = limits
        if self._shared is None:
            return Pace(concurrency, requests, tokens, self._loop.time)
        return Pace(concurrency, requests, tokens, time.time, Turnstile(self._shared / name))
