"""Verifying a whole log on request: never in the request, never in the worker's loop, but in a process of its own.

A request leaves a row. The next sweep takes it and starts `manage.py verify_log --job ID`, which reads the database as
of one moment, says how far it is, and writes what it found: to the row and to the log.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField, Case, DateTimeField, ExpressionWrapper, Q, Value, When
from django.db.models.functions import Now

from apps.accounts.actors import Actor
from apps.common.database import snapshot
from apps.common.doorbell import ring
from apps.common.progress import Tick
from apps.log.chain import Entry
from apps.log.models import LogHead, Verification
from apps.log.services import append
from apps.projects.access import require
from apps.projects.models import Project
from apps.rounds import verify

BEAT = 0.5  # seconds between two signs of life
SILENCE = timedelta(seconds=20)  # after which it counts as interrupted
MOST_PROBLEMS = 20
_SILENT = Q(beat__lt=ExpressionWrapper(Now() - SILENCE, output_field=DateTimeField()))

log = logging.getLogger(__name__)

_children: list[subprocess.Popen[bytes]] = []


def begin(actor: Actor, project: Project) -> Verification:
    """Ask for a verification; the one that is on its way already is as good. Raises PermissionDenied."""
    require(actor, "audit", project)
    with transaction.atomic():
        LogHead.objects.select_for_update().filter(project=project.pk).first()
        open_ = Verification.objects.filter(project=project.pk, ended=None)
        open_.filter(_SILENT, started__isnull=False).update(ended=Now())
        made = open_.first() or Verification.objects.create(project=project.pk, asked_by=str(actor))
        transaction.on_commit(lambda: ring("sweep"))
    return made


@dataclass(frozen=True, slots=True)
class Reading:
    """A verification as a page shows it."""

    row: Verification
    silent: bool  # no sign of life for long

    @property
    def state(self) -> str:
        """waiting, running, interrupted, whole or broken."""
        if self.row.whole is not None:
            return "whole" if self.row.whole else "broken"
        if self.row.ended or (self.row.started and self.silent):
            return "interrupted"
        return "running" if self.row.total else "waiting"


def latest(project: Project) -> Reading | None:
    """The verification that was asked for last."""
    silent = Case(When(_SILENT, then=Value(True)), default=Value(False), output_field=BooleanField())
    found = Verification.objects.filter(project=project.pk).annotate(silent=silent).order_by("-pk").first()
    return Reading(found, found.silent) if found else None


def start_waiting() -> int:
    """Start a process for each verification that waits for one. Returns how many."""
    _children[:] = [child for child in _children if child.poll() is None]  # and the ended ones are no zombies
    started = 0
    for identifier in Verification.objects.filter(ended=None, started=None).values_list("pk", flat=True)[:1]:
        if Verification.objects.filter(pk=identifier, started=None).update(started=Now(), beat=Now()):
            _children.append(_spawn(identifier))
            started += 1
    return started


def _spawn(identifier: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(settings.BASE / "manage.py"), "verify_log", "--job", str(identifier)]
    # What it says goes nowhere: its row says it.
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def carry_out(identifier: int) -> None:
    """The work itself, in a process that does nothing else, and only while nobody else wants the processor."""
    os.nice(15)
    job = Verification.objects.get(pk=identifier)
    project = Project.objects.get(pk=job.project)
    with snapshot():
        head = LogHead.objects.filter(project=project.pk).values_list("sequence", "hash").first()
        report = Report(job.pk, upto=head[0] if head else 0, total=verify.steps(project))
        with report.beating(), closing(verify.problems(project, Tick(report.hear))) as problems:
            found = _first(problems)
    with transaction.atomic():
        mine = Verification.objects.filter(pk=job.pk, ended=None)
        values = {"done": report.done, "total": report.done, "part": "", "problems": found, "whole": not found}
        if not mine.update(ended=Now(), beat=Now(), upto=report.upto, **values):
            return  # it was silent for long, and somebody asked for another
        body = {"verification": job.pk, "upto": report.upto, "whole": not found, "problems": len(found)}
        append(project.pk, [Entry("log.verified", job.asked_by, f"project:{project.pk}", body)])


def _first(problems: Iterator[str]) -> list[str]:
    """The first problems. What was changed so that it cannot even be read is one, not a failure of the job."""
    found: list[str] = []
    try:
        found.extend(islice(problems, MOST_PROBLEMS))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        log.exception("a record could not be read")
        found.append(
            f"a record cannot be read any more ({type(error).__name__}): what comes after it was not looked at"
        )
    return found


@dataclass(slots=True)
class Report:
    """How far a verification is; a thread of its own writes it to the row."""

    job: int
    upto: int
    total: int
    part: str = ""
    done: int = 0

    def hear(self, part: str, steps: int) -> None:
        self.part, self.done = part, self.done + steps

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Signs of life while the body runs."""
        over = threading.Event()
        thread = threading.Thread(target=self._beat, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _beat(self, over: threading.Event) -> None:
        while True:
            values = {"done": self.done, "total": max(self.total, self.done), "part": self.part[:40], "upto": self.upto}
            Verification.objects.filter(pk=self.job, ended=None).update(beat=Now(), **values)
            if over.wait(BEAT):
                break
        connection.close()
