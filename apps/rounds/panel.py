"""Asking a judge about outputs that people gave a level: real calls of the project, within its budgets.

Asked for by a command or in the browser, carried out by a process of its own: `manage.py measure_agreement`.
"""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import UserError
from apps.engine.canonical import decode, digest, encode
from apps.engine.rubric import Answered, Rubric, judge_prompt, read_grade, schema
from apps.llm.blame import kind
from apps.llm.contract import CallOutcome
from apps.llm.ledger import Denied, Wanted
from apps.llm.models import Absence, Call
from apps.llm.opening import open_calls
from apps.llm.pool import PACES, Callers
from apps.llm.selectors import ensembles
from apps.llm.settling import lose, settle
from apps.log.chain import Entry
from apps.log.services import append
from apps.projects.access import require
from apps.projects.models import Project
from apps.projects.rubric import rubric_of
from apps.rounds import agreement
from apps.rounds.agreement import Figures
from apps.rounds.models import Agreement
from apps.rounds.working import USELESS, Player

REPEATS = 2  # the second time tells whether the judge agrees with itself
AT_ONCE = 16
BUSY_SECONDS = 0.5
WAIT_SECONDS = 0.5
STOPPED = "Whoever operates a project, or an admin, sees on its page what to do, and can release it."
SILENCE = timedelta(seconds=30)  # without a sign of life its process counts as dead

type Item = tuple[int, int]  # number of a label, and of the time that it is judged

_children: list[subprocess.Popen[bytes]] = []


def begin(actor: Actor, project: Project) -> Agreement:
    """Ask for a measurement; one that is on its way already is as good. Raises PermissionDenied, UserError."""
    require(actor, "operate", project)
    _check(project)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        _give_up_silent()
        going = Agreement.objects.filter(project=project, ended=None).first()
        return going or Agreement.objects.create(project=project, asked_by=str(actor))


def _give_up_silent() -> None:
    """Measurements whose process died are no longer on their way: pages say so, and offer another.

    What their calls had reserved is not kept from runs any longer: the calls are lost.
    """
    for row in Agreement.objects.filter(ended=None, started__isnull=False, beat__lt=timezone.now() - SILENCE):
        with transaction.atomic():
            if Agreement.objects.filter(pk=row.pk, ended=None).update(ended=Now(), why="Its process went away."):
                lose(Call.objects.filter(project=row.project_id, run=None))


def order(actor: Actor, project: Project) -> Agreement:
    """As begin; the next sweep has a process carry it out."""
    made = begin(actor, project)
    ring("sweep")
    return made


def last(project: Project) -> Agreement | None:
    """What was asked for last, whatever came of it."""
    return Agreement.objects.filter(project=project).order_by("-pk").first()


def start_waiting() -> int:
    """Start a process for a measurement that waits for one. Returns how many."""
    _give_up_silent()
    _children[:] = [child for child in _children if child.poll() is None]  # and the ended ones are no zombies
    waiting = Agreement.objects.filter(ended=None, started=None).values_list("pk", flat=True).first()
    if waiting is None or not take(waiting):
        return 0
    command = [sys.executable, str(settings.BASE / "manage.py"), "measure_agreement", "--job", str(waiting)]
    _children.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))
    return 1


def take(identifier: int) -> bool:
    """Whether it is this process that carries a measurement out."""
    waiting = Agreement.objects.filter(pk=identifier, started=None, ended=None)
    return bool(waiting.update(started=Now(), beat=Now()))


def carry_out(identifier: int) -> Agreement:
    """Ask the judge, and keep what it comes to. The row says what kept it from being measured, if anything did."""
    row = Agreement.objects.select_related("project").get(pk=identifier)
    try:
        _carry_out(row)
    except UserError as problem:
        Agreement.objects.filter(pk=row.pk, ended=None).update(ended=Now(), why=str(problem)[:1000])
    row.refresh_from_db()
    return row


def _carry_out(row: Agreement) -> None:
    project = row.project
    rubric, player, judge = _check(project)
    labels = list(project.labels)
    shared = Path(settings.EVOWEB_HOME) / PACES
    with Callers(AT_ONCE, settings.EVOWEB_LLM_PRIVATE_URLS, shared=shared) as callers:
        panel = Panel(project, rubric, player, callers, lambda done, total: _beat(row, done, total))
        rows = panel.levels(labels)
    found = agreement.figures(len(rubric.levels), rows)
    values = {"judge": judge, "model": player.model, "labels": digest(encode(labels)), "levels": encode(rows)}
    with transaction.atomic():
        mine = Agreement.objects.filter(pk=row.pk, ended=None)
        if not mine.update(ended=Now(), beat=Now(), figures=agreement.kept(found), **values):
            return  # it was silent for long, and somebody asked for another
        append(project.pk, [_entry(row, found, judge, rows)])


def _entry(row: Agreement, found: Figures, judge: bytes, rows: list[agreement.Levels]) -> Entry:
    told = {"labels": found.labels, "judged": found.judged, "kappa": found.kappa}
    body = {"agreement": row.pk, **told, "judge": judge.hex(), "levels": digest(encode(rows)).hex()}
    return Entry("agreement.measured", row.asked_by, f"project:{row.project_id}", body)


def _check(project: Project) -> tuple[Rubric, Player, bytes]:
    """The rubric, who judges by it, and the two as one digest. Raises UserError where nothing can be measured."""
    if not project.rubric:
        raise UserError(f"{project} is scored by its evaluator, not by a model: there is no judge to try.")
    if not project.labels:
        raise UserError(
            f"{project} has no labels, so how far its judge agrees with people cannot be measured. Name a file of "
            "outputs with the levels that people gave them as labels under [rubric], and import the folder again."
        )
    judge = agreement.of_now(project)
    told = project.rubric
    (voice,) = ensembles(project)[told["role"]]
    return rubric_of(told), Player(voice.model, told["role"], told["max_tokens"], told["effort"]), judge


def _beat(row: Agreement, done: int, total: int) -> None:
    """A sign of life. Raises UserError where nobody waits for it any more."""
    if not Agreement.objects.filter(pk=row.pk, ended=None).update(beat=Now(), done=done, total=total):
        raise UserError("It was given up.")


@dataclass
class Panel:
    """One judge on its way through labels. told hears how many calls have ended, and of how many."""

    project: Project
    rubric: Rubric
    player: Player
    callers: Callers
    told: Callable[[int, int], None]
    _wanted: dict[Item, Wanted] = field(default_factory=dict)
    _waiting: deque[Item] = field(default_factory=deque)
    _open: dict[str, Item] = field(default_factory=dict)
    _failures: dict[Item, int] = field(default_factory=dict)
    _places: dict[Item, int | None] = field(default_factory=dict)

    def levels(self, labels: list[dict[str, str]]) -> list[agreement.Levels]:
        """Per label the level that a person gave it, and those of the judge. Raises UserError where it cannot be asked.

        None is a level that the judge did not name, however often it was asked.
        """
        self._wanted = self._prompts(labels)
        self._waiting = deque(self._wanted)
        try:
            while self._waiting or self._open:
                self._ask()
                self._hear()
                self.told(len(self._places), len(self._wanted))
        finally:
            self._leave()
        places = {level.name: at for at, level in enumerate(self.rubric.levels)}
        return [
            (places[label["level"]], self._places[number, 0], self._places[number, 1])
            for number, label in enumerate(labels)
        ]

    def _prompts(self, labels: list[dict[str, str]]) -> dict[Item, Wanted]:
        tasks = {task.key: task for task in self.project.tasks.all()}
        found = {}
        for number, label in enumerate(labels):
            task = tasks[label["task"]]
            output = decode(label["output"].encode())
            answered = Answered(decode(bytes(task.input)), decode(bytes(task.expected)), output)
            prompt = judge_prompt(self.rubric, answered)
            for repeat in range(REPEATS):
                found[number, repeat] = Wanted(
                    self.player.model,
                    self.player.role,
                    prompt,
                    schema=schema(self.rubric),
                    max_tokens=self.player.max_tokens,
                    effort=self.player.effort,
                    task=task.pk,
                    repeat=repeat,
                )
        return found

    def _ask(self) -> None:
        """Open as many calls as may be made."""
        items = [self._waiting.popleft() for _ in range(min(len(self._waiting), self.callers.free))]
        if not items:
            return
        with transaction.atomic():
            opening = open_calls(None, [self._wanted[item] for item in items], project=self.project.pk)
            if opening.entries:
                append(self.project.pk, opening.entries)
        made = list(zip(items, opening.calls, strict=True))
        for item, call in made:
            if not isinstance(call, Denied):
                self._open[call.job.id] = item
                self.callers.submit(call.job)
        for item, call in made:
            if isinstance(call, Denied):
                self._denied(item, call)

    def _denied(self, item: Item, denied: Denied) -> None:
        if denied.why == "context":
            self._places[item] = None
        elif denied.why == "busy":
            self._waiting.append(item)
            if not self._open:  # else their end is waited for
                time.sleep(BUSY_SECONDS)
        else:
            raise UserError(f"{denied.reason} {denied.hint}".strip())

    def _hear(self) -> None:
        """Take in calls that have ended."""
        outcomes = self.callers.collect(WAIT_SECONDS)
        if not outcomes:
            return
        with transaction.atomic():
            settlement = settle(outcomes)
            if settlement.entries:
                append(self.project.pk, settlement.entries)
        for outcome in outcomes:
            self._take(self._open.pop(outcome.job.id), outcome)

    def _take(self, item: Item, outcome: CallOutcome) -> None:
        failure = outcome.failure
        if failure is not None and failure.blame == "model":
            raise UserError(f"{self.player.model} is stopped: {kind(failure.status, failure.blame)}. {STOPPED}")
        grade = read_grade(self.rubric, outcome.text) if failure is None else None
        if grade is not None:
            self._places[item] = grade.place
            return
        self._failures[item] = self._failures.get(item, 0) + 1
        if self._failures[item] >= USELESS and failure is not None and self._away():
            told = kind(failure.status, failure.blame)
            raise UserError(f"{self.player.model} does not answer ({told}). Measure again when it does.")
        if self._failures[item] >= USELESS or (failure is not None and failure.blame == "call"):
            self._places[item] = None
        else:
            self._waiting.append(item)

    def _away(self) -> bool:
        """Whether the judge answers nobody: that says nothing of what it was asked."""
        return Absence.objects.filter(model__name=self.player.model).exists()

    def _leave(self) -> None:
        """Nobody waits for what is still on its way."""
        if not self._open:
            return
        for job in self._open:
            self.callers.stop(job)
        with transaction.atomic():
            lose(Call.objects.filter(key__in=list(self._open)))
