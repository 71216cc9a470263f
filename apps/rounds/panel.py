"""Asking a judge about outputs that people gave a level: real calls of the project, within its budgets.

Asked for by a command or in the browser, carried out by a process of its own: `manage.py measure_agreement`.
"""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import UserError
from apps.engine.canonical import digest, encode
from apps.llm.models import Call
from apps.llm.pool import PACES, Callers
from apps.llm.selectors import ensembles
from apps.llm.settling import lose
from apps.log.chain import Entry
from apps.log.services import append
from apps.projects import selectors
from apps.projects.access import require
from apps.projects.models import Project
from apps.projects.rubric import rubric_of
from apps.records import content
from apps.rounds import agreement
from apps.rounds.labelled import Panel
from apps.rounds.models import Agreement
from apps.rounds.working import Judge, Player

AT_ONCE = 16
SILENCE = timedelta(seconds=30)  # without a sign of life its process counts as dead

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
    project, labels = _as_they_are(row.project_id)
    judge, described = _check(project), agreement.described(project)
    shared = Path(settings.EVOWEB_HOME) / PACES
    with Callers(AT_ONCE, settings.EVOWEB_LLM_PRIVATE_URLS, shared=shared) as callers:
        panel = Panel(project, judge, callers, lambda done, total: _beat(row, done, total))
        asked = panel.ask(labels)
    if agreement.described(Project.objects.get(pk=project.pk)) != described:
        raise UserError("Its model or rubric was changed meanwhile. Measure it again.")
    rows = agreement.levels(judge.rubric, labels, [each.places for each in asked])
    row.model, row.salt = judge.player.model, os.urandom(16)
    row.levels, row.calls = encode(rows), encode([each.calls for each in asked])
    row.figures = agreement.kept(agreement.figures(len(judge.rubric.levels), rows))
    _keep(row, described, encode(labels))


def _as_they_are(key: int) -> tuple[Project, list[dict[str, str]]]:
    """A project and its labels, both of one folder: whoever brings another waits for the project's row."""
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=key)
        return project, selectors.labels(project)


def _keep(row: Agreement, judge: bytes, labels: bytes) -> None:
    """Write the figures, and all that somebody needs who works them out again."""
    row.judge, row.labels = digest(judge), digest(labels)
    contents = {row.judge: judge, row.labels: labels}
    kept = ("judge", "labels", "model", "salt", "levels", "calls", "figures")
    content.store_files(contents)
    with transaction.atomic():
        mine = Agreement.objects.filter(pk=row.pk, ended=None)
        if not mine.update(ended=Now(), beat=Now(), **{name: getattr(row, name) for name in kept}):
            return  # it was silent for long, and somebody asked for another
        content.store(contents)
        key = row.project_id
        append(key, [Entry("agreement.measured", row.asked_by, f"project:{key}", agreement.said(row))])


def _check(project: Project) -> Judge:
    """Who judges, and by what. Raises UserError where nothing can be measured."""
    if not project.rubric:
        raise UserError(f"{project} is scored by its evaluator, not by a model: there is no judge to try.")
    if not project.labels_digest:
        raise UserError(
            f"{project} has no labels, so how far its judge agrees with people cannot be measured. Name a file of "
            "outputs with the levels that people gave them as labels under [rubric], and import the folder again."
        )
    agreement.of_now(project)
    told = project.rubric
    (voice,) = ensembles(project)[told["role"]]
    return Judge(Player(voice.model, told["role"], told["max_tokens"], told["effort"]), rubric_of(told))


def _beat(row: Agreement, done: int, total: int) -> None:
    """A sign of life. Raises UserError where nobody waits for it any more."""
    if not Agreement.objects.filter(pk=row.pk, ended=None).update(beat=Now(), done=done, total=total):
        raise UserError("It was given up.")
