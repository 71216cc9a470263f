"""The worker of trials: runs one at a time, and writes down what is seen while it runs.

What a trial does stands in its row, so that every page of every web process can show it. A row is written four times a
second: it holds little, and the lease is renewed with it.
"""

import time
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from apps.engine.canonical import encode
from apps.oversight.selectors import global_latch
from apps.projects import selectors
from apps.projects.models import Project
from apps.records.content import ContentMissing
from apps.records.transitions import lease_end
from apps.rounds import trials
from apps.rounds.models import Trial, TrialState
from apps.rounds.selftest import with_variables
from apps.rounds.slots import Slot
from apps.rounds.texts import of_candidate
from apps.sandbox.booth import Booth
from apps.sandbox.contract import Attempt, Limits, Program, Sight, Tried
from apps.sandbox.probe import require
from apps.sandbox.runtime import prepare

WRITE_EVERY = 0.25  # seconds
LOOK_EVERY = 0.05
ANSWER_KEPT = 64 << 10


class Trier:
    """One process's place for trials."""

    def __init__(self, home: Path) -> None:
        self.slot = Slot(home)
        self._home = home
        self._isolation = require(home, settings.EVOWEB_SANDBOX)
        self._trial: Trial | None = None
        self._booth: Booth | None = None
        self._wrote = 0.0

    def turn(self, seconds: float) -> bool:
        """Work for at most that long. Whether there is more."""
        self._bury()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._trial is None and not self._take():
                return False
            self._go_on()
        return True

    def close(self) -> None:
        """Leave; a trial under way is interrupted by whoever comes next."""
        self._drop()
        self.slot.close()

    def _bury(self) -> None:
        """End what processes left behind that are known to have died."""
        running = Trial.open.filter(state=TrialState.RUNNING)
        dead = self.slot.dead(running.values_list("holder", flat=True))
        trials.interrupt(running.filter(holder__in=dead))

    def _take(self) -> bool:
        """Begin with the oldest trial that waits. False when there is none."""
        if global_latch():
            return False
        waiting = Trial.open.filter(state=TrialState.WAITING).order_by("pk")
        found = waiting.select_related("candidate__run__project", "task").first()
        if found is None:
            return False
        values = {"state": TrialState.RUNNING, "holder": self.slot.name, "until": lease_end(trials.LEASE)}
        claimed = Trial.open.filter(pk=found.pk, token=found.token, state=TrialState.WAITING)
        if claimed.update(token=F("token") + 1, started=Now(), **values):
            found.token += 1
            self._trial = found
            self._begin(found)
        return True

    def _begin(self, trial: Trial) -> None:
        try:
            attempt = _attempt(trial, self._home)
            self._booth = Booth(self._home, self._isolation)
            self._booth.start(attempt)
        except (ContentMissing, ValueError, RuntimeError, OSError) as problem:  # no such packages, no place
            self._finish(Tried(infrastructure=f"{type(problem).__name__}: {problem}"), Sight())

    def _go_on(self) -> None:
        booth = self._booth
        if booth is None:  # the database failed between claim and start
            assert self._trial is not None
            trials.close(self._trial, TrialState.INTERRUPTED, {})
            self._drop()
            return
        booth.turn(LOOK_EVERY)
        if booth.tried:
            self._finish(booth.tried, booth.sight)
        elif time.monotonic() - self._wrote >= WRITE_EVERY:
            self._wrote = time.monotonic()
            self._write(booth.sight)

    def _write(self, sight: Sight) -> None:
        """Say what is new, renew the lease, and hear whether a person wants it ended or it was taken away."""
        assert self._trial is not None
        held = Trial.open.filter(pk=self._trial.pk, token=self._trial.token)
        stopping = held.values_list("stopping", flat=True).first()
        if stopping is None:
            self._drop()
        elif stopping or global_latch():
            trials.close(self._trial, TrialState.STOPPED, _seen(sight), stopping or "system")
            self._drop()
        else:
            held.update(until=lease_end(trials.LEASE), **_seen(sight))

    def _finish(self, tried: Tried, sight: Sight) -> None:
        assert self._trial is not None
        ok = not tried.failure and not tried.infrastructure
        values = _seen(sight) | {
            "failure": "unmeasurable" if tried.infrastructure else tried.failure,
            "detail": (tried.infrastructure or tried.detail)[:2000],
            "answer": tried.output[:ANSWER_KEPT],
            "answer_size": len(tried.output),
            "seconds": tried.seconds or sight.seconds,
            "cpu_seconds": max(tried.cpu_seconds, sight.cpu_seconds),
        }
        trials.close(self._trial, TrialState.DONE if ok else TrialState.FAILED, values)
        self._drop()

    def _drop(self) -> None:
        if self._booth:
            self._booth.close()
        self._trial = self._booth = None


def _attempt(trial: Trial, home: Path) -> Attempt:
    """What is run: the content, limits and runtime of a measurement, without scorer and expected answer."""
    run = trial.candidate.run
    project: Project = run.project
    files = {path: text.encode() for path, text in of_candidate(run.pk, trial.candidate.number).items()}
    files |= selectors.beside(project)
    runtime = with_variables(prepare(project.packages, home, tuple(project.preload)), project.variables)
    limits = Limits(**selectors.limits(project))
    program = Program(files, project.entry)
    return Attempt(str(trial.pk), program, bytes(trial.task.input), trial.seed, limits, runtime)


def _seen(sight: Sight) -> dict[str, object]:
    return {
        "out": bytes(sight.out),
        "err": bytes(sight.err),
        "out_size": sight.said[0],
        "err_size": sight.said[1],
        "seconds": sight.seconds,
        "cpu_seconds": sight.cpu_seconds,
        "memory": sight.memory,
        "processes": sight.processes,
        "files": sight.files,
        "left": encode([list(entry) for entry in sight.left]),
        "left_whole": sight.left_whole,
    }


@cache
def trier(home: Path) -> Trier:
    """This process's trier, made on first use."""
    return Trier(home)


def try_waiting(home: Path, seconds: float) -> bool:
    """Run what people asked for, for at most that long; whether there is more."""
    return trier(home).turn(seconds)
