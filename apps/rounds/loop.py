"""The one loop of a process: it owns the database connection and the evaluators, and drives as many runs as it took."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections
from django.db.models import Q

from apps.llm.pool import PACES, Callers
from apps.oversight.services import answers
from apps.records import transitions
from apps.records.models import Run, RunState
from apps.rounds import voices
from apps.rounds.driver import Driver
from apps.rounds.slots import Slot
from apps.sandbox.contract import Job, Judging
from apps.sandbox.pool import Pool
from apps.sandbox.probe import require

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
COLLECT_SECONDS = 0.25
CALLS = 64  # of models at a time, of all runs together; a model has limits of its own
MOST_STALE = 100
RETRY = timedelta(seconds=1)


class Loop:
    """Takes open runs and drives them. only: ids of the runs to drive; without it every run that nobody drives.

    A database that fails is tried again; attempts: after so many in a row `turn` raises its error. 0: never.
    """

    def __init__(self, home: Path, evaluators: int, only: Sequence[int] = (), attempts: int = 0) -> None:
        self.slot = Slot(home)
        self._pool = Pool(evaluators, home, require(home, settings.EVOWEB_SANDBOX)) if evaluators else None
        self.only = only
        self._drivers: dict[int, Driver] = {}
        self._broken: dict[int, float] = {}  # runs to be read again, and when
        self._attempts = attempts
        self._failed: dict[int, int] = {}  # database failures since a step was written, by run
        self._stale: dict[int, int] = {}  # steps in a row that were thrown away, by run
        self._in_flight: dict[str, int] = {}  # run by job
        self._lines: Callers | None = None  # made for the first call: many runs ask no model
        self._calling: dict[str, int] = {}  # run by call
        self._shared = home / PACES
        self._beaten = time.monotonic()
        voices.forgotten()  # where no sweep runs beside this process

    def adopt(self, run: Run) -> None:
        """Drive a run whose driver this process already is."""
        self._drivers[run.pk] = Driver(run, self.slot, claims=self._pool is not None)

    def turn(self, seconds: float) -> bool:
        """Drive for at most that long, less when nothing can move. Whether work is left that can move."""
        close_old_connections()
        self._take()
        for driver in self._drivers.values():
            driver.wake()
        end = time.monotonic() + seconds
        while True:
            self._step_all()
            self._submit()
            self._beat()  # also when idle: a run that waits is still driven
            left = end - time.monotonic()
            if left <= 0 or self.idle:
                break
            eager = any(driver.eager for driver in self._drivers.values())
            self._collect(0.0 if eager else min(left, COLLECT_SECONDS))
            self._submit()
        return not self.idle

    @property
    def idle(self) -> bool:
        """Every run of this process waits for people, or there is none."""
        return all(driver.idle for driver in self._drivers.values()) and not self._broken

    @property
    def drives(self) -> list[Run]:
        return [driver.run for driver in self._drivers.values()]

    def wait(self, seconds: float) -> None:
        """Let time pass while runs wait for people, and keep what this process holds."""
        self._collect(seconds)
        self._beat()

    def close(self) -> None:
        """Stop: what is being measured is measured again by whoever goes on."""
        try:
            for driver in self._drivers.values():
                transitions.let_go(driver.run)
        except DatabaseError as error:  # the slot's lock goes with us, and says the same
            log.warning("the runs of this process could not be let go: %s", error)
        self._drivers.clear()
        if self._pool is not None:
            self._pool.close()
        if self._lines is not None:
            self._lines.close()
        self.slot.close()

    def _take(self) -> None:
        wanted = Run.objects.filter(state=RunState.OPEN).exclude(pk__in=self._drivers)
        if self.only:
            wanted = wanted.filter(pk__in=self.only)
        for identifier, driver in wanted.values_list("pk", "driver"):
            dead = Q(driver__in=self.slot.dead([driver]) if driver else [])
            if (run := transitions.take(identifier, self.slot.name, dead)) is not None:
                self._guarded(identifier, partial(self.adopt, run))

    @property
    def _callers(self) -> Callers:
        if self._lines is None:
            self._lines = Callers(CALLS, settings.EVOWEB_LLM_PRIVATE_URLS, shared=self._shared)
        return self._lines

    def _submit(self) -> None:
        """Give evaluators and callers what waits for them, of each run in turn."""
        if self._pool is not None:
            jobs: Iterator[tuple[Driver, Job | Judging]] = self._in_turn(Driver.next_job, self._pool)
            for driver, job in jobs:
                self._in_flight[job.id] = driver.run.pk
                self._pool.submit(job)
        if any(driver.calls for driver in self._drivers.values()):
            for driver, call in self._in_turn(Driver.next_call, self._callers):
                self._calling[call.id] = driver.run.pk
                self._callers.submit(call)

    def _in_turn[J](self, following: Callable[[Driver], J | None], pool: Pool | Callers) -> Iterator[tuple[Driver, J]]:
        """What the drivers have, one of each after the other, as long as the pool takes it."""
        waiting = list(self._drivers.values())
        while waiting and pool.free:
            for driver in list(waiting):
                job = following(driver) if pool.free else None
                if job is None:
                    waiting.remove(driver)
                    continue
                self._drivers[driver.run.pk] = self._drivers.pop(driver.run.pk)  # the others come first next time
                yield driver, job

    def _collect(self, seconds: float) -> None:
        """Wait for something to be done, measured or answered, and hand it to its driver."""
        bell = self._lines.fileno() if self._lines is not None else None
        if self._pool is not None:
            for outcome in self._pool.collect(seconds, bell):
                if (driver := self._drivers.get(self._in_flight.pop(outcome.job, 0))) is not None:
                    driver.finish(outcome)
            seconds = 0.0
        elif self._lines is None:
            time.sleep(seconds)  # what other processes measure shows in the database only: there is nothing to wait on
        if self._lines is not None:
            for reply in self._lines.collect(seconds):
                if (driver := self._drivers.get(self._calling.pop(reply.job.id, 0))) is not None:
                    driver.hear(reply)

    def _step_all(self) -> None:
        for identifier, driver in list(self._drivers.items()):
            if identifier in self._broken:
                if time.monotonic() < self._broken[identifier]:
                    continue
                self._guarded(identifier, driver.reload)
                if identifier in self._broken or identifier not in self._drivers:
                    continue
            self._guarded(identifier, driver.step)
            if driver.ended:
                self._drop(identifier)

    def _guarded(self, identifier: int, work: Callable[[], object]) -> None:
        """An edge: whatever breaks is dealt with by its kind, and never reaches the other runs of this process."""
        try:
            if work() is True:  # a step that was written; reading alone often goes well
                self._failed.pop(identifier, None)
            self._broken.pop(identifier, None)
            self._stale.pop(identifier, None)
        except transitions.Stale as stale:
            self._reload(identifier, stale)
        except (OperationalError, InterfaceError) as error:  # the others say that our code is wrong
            log.warning("run %s: the database failed, trying again in %s: %s", identifier, RETRY, error)
            self._broken[identifier] = time.monotonic() + RETRY.total_seconds()
            self._failed[identifier] = self._failed.get(identifier, 0) + 1
            if self._failed[identifier] == self._attempts:
                raise
        except Exception as error:
            log.exception("run %s failed", identifier)
            self._fail(identifier, error)

    def _reload(self, identifier: int, stale: transitions.Stale) -> None:
        """Read the run again. A step that is stale again and again is a fault of ours, not of the moment."""
        driver = self._drivers.get(identifier)
        self._stale[identifier] = self._stale.get(identifier, 0) + 1
        if driver is None:
            return
        if self._stale[identifier] > MOST_STALE:
            self._fail(identifier, stale)
            return
        log.info("%s", stale)
        try:
            driver.reload()
        except transitions.Stale:
            self._drop(identifier)

    def _fail(self, identifier: int, error: Exception) -> None:
        run = self._drivers[identifier].run if identifier in self._drivers else Run.objects.get(pk=identifier)
        voices.end(run, RunState.FAILED, f"{type(error).__name__}: {error}")
        self._drop(identifier)

    def _drop(self, identifier: int) -> None:
        self._drivers.pop(identifier, None)
        self._broken.pop(identifier, None)
        self._failed.pop(identifier, None)
        for job in [job for job, run in self._in_flight.items() if run == identifier]:
            del self._in_flight[job]
            if self._pool is not None:
                self._pool.stop(job)
        for call in [call for call, run in self._calling.items() if run == identifier]:
            del self._calling[call]
            self._callers.stop(call)

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten < BEAT_SECONDS:
            return
        self._beaten = now
        answers.release_due()  # where no sweep runs beside this process
        held = {identifier: driver.run.driver_token for identifier, driver in self._drivers.items()}
        transitions.renew(held, self.slot.name)
