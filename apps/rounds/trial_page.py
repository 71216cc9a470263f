"""A trial as its page shows it: what it printed so far, how far it got towards its limits, and how it ended."""

import codecs
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.engine.canonical import decode
from apps.projects.models import Project, Task
from apps.records.models import CandidateEdit
from apps.rounds import meters
from apps.rounds.meters import Meter
from apps.rounds.models import Trial, TrialState
from apps.rounds.trials import SEEN_SPLITS, may_try
from apps.sandbox.meaning import Meaning, meaning

ROWS = 50
TASKS = 500
PATIENCE = timedelta(seconds=10)
ANSWER_SHOWN = 20_000  # bytes
_HEAVY = ("out", "err", "answer", "left", "detail")


@dataclass(frozen=True, slots=True)
class Stream:
    """What a trial printed from a place on. Hostile text. at: where the next look goes on, in bytes."""

    name: str
    title: str
    text: str
    at: int
    size: int  # bytes in all
    kept: int

    @property
    def lost(self) -> int:
        """Bytes that were not kept."""
        return max(0, self.size - self.kept)


@dataclass
class TrialReading:
    """One trial. out_from and err_from: bytes of its streams that the page shows already."""

    actor: Actor
    trial: Trial
    out_from: int = 0
    err_from: int = 0

    @property
    def candidate(self) -> CandidateEdit:
        return self.trial.candidate

    @property
    def project(self) -> Project:
        return self.trial.candidate.run.project

    @property
    def open(self) -> bool:
        return self.trial.ended is None

    @property
    def state(self) -> str:
        """The state in one word that is true now."""
        if self.open and self.trial.stopping:
            return "stopping"
        return str(self.trial.state)

    @cached_property
    def may_try(self) -> bool:
        return may_try(self.actor, self.project)

    @property
    def left_waiting(self) -> bool:
        """No worker has taken it for longer than one that is free would need."""
        return self.state == TrialState.WAITING and timezone.now() - self.trial.asked > PATIENCE

    @property
    def address(self) -> str:
        """Of its own page."""
        return reverse(
            "trial", args=[self.project.slug, self.candidate.run.number, self.candidate.number, self.trial.pk]
        )

    @cached_property
    def streams(self) -> list[Stream]:
        """Standard output and errors."""
        trial = self.trial
        return [
            self._stream(("out", "Printed"), bytes(trial.out), self.out_from, trial.out_size),
            self._stream(("err", "Errors printed"), bytes(trial.err), self.err_from, trial.err_size),
        ]

    @property
    def meters(self) -> list[Meter]:
        trial = self.trial
        seen = trial.processes > 0
        used = {
            "memory": trial.memory if seen else None,
            "processes": trial.processes if seen else None,
            "files": trial.files,
            "answer": trial.answer_size,
        }
        return meters.everything(self.project.limits, trial.seconds, trial.cpu_seconds, used)

    @property
    def meaning(self) -> Meaning:
        return meaning(self.trial.failure)

    @property
    def broken(self) -> bool:
        """Our side failed, not the candidate."""
        return self.trial.failure == "unmeasurable"

    @cached_property
    def answer(self) -> str:
        """The first bytes of what it returned. Hostile."""
        return bytes(self.trial.answer)[:ANSWER_SHOWN].decode(errors="replace")

    @property
    def answer_shown(self) -> int:
        """Bytes of the answer that are shown, where those are not all."""
        return ANSWER_SHOWN if self.trial.answer_size > ANSWER_SHOWN else 0

    @cached_property
    def left(self) -> list[tuple[str, int]]:
        """(name, bytes) of the files that it made or changed. Names are hostile."""
        return [(name, size) for name, size in decode(bytes(self.trial.left))]

    def _stream(self, names: tuple[str, str], data: bytes, start: int, size: int) -> Stream:
        """Half a character at the end waits for its other half while the trial runs."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text = decoder.decode(data[start:], not self.open)
        return Stream(*names, text, max(start, len(data) - len(decoder.getstate()[0])), size, len(data))


@dataclass
class TrialsReading:
    """A candidate's trials, and the tasks that it may be tried on."""

    actor: Actor
    candidate: CandidateEdit

    @property
    def project(self) -> Project:
        return self.candidate.run.project

    @cached_property
    def may_try(self) -> bool:
        return may_try(self.actor, self.project)

    @cached_property
    def keys(self) -> list[tuple[str, str]]:
        """(key, split) of the tasks that nobody withholds."""
        tasks = self.project.tasks.filter(split__in=SEEN_SPLITS).order_by("position")
        return list(tasks.values_list("key", "split")[:TASKS])

    def task(self, key: str) -> Task:
        """The task of this key, withheld or not. Raises UserError."""
        found = self.project.tasks.filter(key=key).first()
        if found is None:
            raise UserError("The project has no such task. Choose one of the list; nothing was started.")
        return found

    @cached_property
    def trials(self) -> list[Trial]:
        """The latest ones, newest first."""
        return list(_of(self.candidate).defer(*_HEAVY).select_related("task", "person").order_by("-pk")[:ROWS])


def latest(actor: Actor, candidate: CandidateEdit, task: int) -> TrialReading | None:
    """The candidate's last trial on a task, whoever asked for it."""
    found = _of(candidate).filter(task=task).select_related("task", "person").order_by("-pk").first()
    if found is None:
        return None
    found.candidate = candidate
    return TrialReading(actor, found)


def _of(candidate: CandidateEdit) -> QuerySet[Trial]:
    return Trial.objects.filter(candidate=candidate)
