"""The pool of evaluators: jobs in, outcomes out, from one thread and without ever blocking except in `collect`."""

import selectors
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from . import admission
from .contract import Job, Judging, Outcome, Stopped
from .host import Departures, Host
from .isolation import ADVICE, Isolation, NoIsolation, offered
from .slot import Slot
from .workshop import Workshop

_BEAT_SECONDS = 2.0


class Pool:
    """`slots` evaluators, each with a warm candidate sandbox and a warm scorer sandbox.

    Give every thread a pool of its own. `isolation` comes from `probe.require`; without it the best means that seems to
    be there is taken untried, and NoIsolation raised when there is none. `home` is EVOWEB_HOME: candidates' files are
    kept below it where the sandbox has no memory file system of its own.
    """

    def __init__(self, slots: int, home: Path, isolation: Isolation | None = None) -> None:
        self.isolation = isolation or next(iter(offered()), Isolation("missing"))
        if self.isolation.kind == "missing":
            raise NoIsolation(ADVICE)
        self._selector = selectors.DefaultSelector()
        self._departures = Departures()
        workshop = Workshop(self.isolation, home, self._selector, self._departures)
        self._slots = [Slot(workshop) for _ in range(slots)]

    @property
    def free(self) -> int:
        """How many jobs can be submitted now."""
        return sum(slot.job is None for slot in self._slots)

    @property
    def uids(self) -> frozenset[int]:
        """User ids of the sandboxes; empty where everything runs as the user we are."""
        return frozenset(uid for slot in self._slots for uid in slot.uids)

    def submit(self, job: Job | Judging) -> None:
        """Start a job. Raises ValueError for a malformed one and RuntimeError when no slot is free."""
        admission.check(job)
        slot = self._choose(job)
        slot.start(job)

    def collect(self, timeout: float, beside: int | None = None) -> list[Outcome]:
        """Finished jobs: waits until there is one or `timeout` seconds have passed, then returns all that are ready.

        beside: the file descriptor of something else that the caller waits for; once it is readable, this returns.
        """
        if beside is None:
            return self._collect(timeout)
        self._selector.register(beside, selectors.EVENT_READ)
        try:
            return self._collect(timeout)
        finally:
            self._selector.unregister(beside)

    def _collect(self, timeout: float) -> list[Outcome]:
        until = time.monotonic() + timeout
        while True:
            rung = self._turn(until)
            outcomes = self._take_outcomes()
            if outcomes or rung or time.monotonic() >= until:
                return outcomes

    def run(self, job: Job | Judging, beat: Callable[[], None] = lambda: None) -> Outcome:
        """Run one job on an idle pool. `beat` is called at least every 2 s; when it raises Stopped, the job is killed.

        Stopped is raised on.
        """
        self.submit(job)
        try:
            while not (outcomes := self.collect(_BEAT_SECONDS)):
                beat()
        except Stopped:
            self.stop(job.id)
            raise
        return outcomes[0]

    def stop(self, job_id: str) -> None:
        """Kill a job at once; no outcome is delivered for it. Unknown ids are ignored."""
        for slot in self._slots:
            if slot.job and slot.job.id == job_id:
                slot.stop()

    def close(self) -> None:
        """Kill everything and wait until it is gone."""
        for slot in self._slots:
            slot.close()
        self._departures.wait()
        for slot in self._slots:
            slot.release()
        self._slots.clear()
        self._selector.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _choose(self, job: Job | Judging) -> Slot:
        """A free slot, preferably one that is warm for this job."""
        free = [slot for slot in self._slots if slot.job is None]
        if not free:
            raise RuntimeError("no slot is free")
        return min(free, key=lambda slot: slot.coldness(job))

    def _turn(self, until: float) -> bool:
        """Wait once and handle what happened. Whether something happened that is not the pool's own."""
        if not any(slot.outcome for slot in self._slots):
            deadline = min((slot.deadline for slot in self._slots), default=until)
            wait = max(0.0, min(until, deadline) - time.monotonic())
        else:
            wait = 0.0
        rung = False
        for key, events in self._selector.select(wait):
            host: Host | None = key.data
            if host is None:
                rung = True
            elif host.open:
                host.handle(events)
        now = time.monotonic()
        for slot in self._slots:
            slot.expire(now)
        self._departures.look()
        return rung

    def _take_outcomes(self) -> list[Outcome]:
        outcomes = []
        for slot in self._slots:
            if slot.outcome:
                outcomes.append(slot.outcome)
                slot.job = slot.outcome = None
        return outcomes
