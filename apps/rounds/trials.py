"""Asking for a trial and stopping it; the worker's part is in trier.py."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import Conflict, UserError
from apps.log.chain import Entry
from apps.log.services import append
from apps.oversight.selectors import global_latch
from apps.projects.access import may, require
from apps.projects.models import Project, Task
from apps.records.models import CandidateEdit
from apps.rounds.models import Trial, TrialState

SEEN_SPLITS = ("train", "validation")  # whoever looks at others selects on them
MOST_OPEN = 8
LEASE = timedelta(seconds=10)


def may_try(actor: Actor, project: Project) -> bool:
    """Whoever answers gates or runs things may look closer; it costs computing, so viewers may not."""
    return may(actor, "review", project) or may(actor, "operate", project)


def ask(actor: Actor, candidate: CandidateEdit, task: Task, seed: int) -> Trial:
    """Have the candidate run once on the task. Asking twice gives the same trial.

    Raises UserError for a task that nobody may see, Conflict while the person has another trial or too many wait.
    """
    project = candidate.run.project
    if not may_try(actor, project):
        require(actor, "operate", project)
    if task.project_id != project.pk or task.split not in SEEN_SPLITS:
        raise UserError("This task is withheld: nobody tries a candidate on gate, sealed or canary tasks.")
    try:
        with transaction.atomic():
            return _ask(actor, candidate, task, seed)
    except IntegrityError:
        return _again(actor, candidate, task)


def _ask(actor: Actor, candidate: CandidateEdit, task: Task, seed: int) -> Trial:
    if global_latch():
        raise Conflict("Everything is stopped here at the moment. Nothing was started.")
    if Trial.open.filter(person=actor.user).exists():
        return _again(actor, candidate, task)
    if Trial.open.count() >= MOST_OPEN:
        raise Conflict(f"{MOST_OPEN} trials of other people wait already. Try again in a moment; nothing was started.")
    trial = Trial.objects.create(candidate=candidate, task=task, seed=seed, person=actor.user)
    body = {"trial": trial.pk, "task": task.pk}
    append(candidate.run.project_id, [Entry("trial.asked", str(actor), f"candidate:{candidate.pk}", body)])
    transaction.on_commit(lambda: ring("trials"))
    return trial


def _again(actor: Actor, candidate: CandidateEdit, task: Task) -> Trial:
    """The trial that the person has already, if it is this one."""
    found = Trial.open.filter(person=actor.user).select_related("candidate__run").first()
    if found is None:
        raise Conflict("Your last trial ended this moment. Try again; nothing was started.")
    if (found.candidate_id, found.task_id) != (candidate.pk, task.pk):
        raise Conflict(
            f"Your trial of {found.candidate} in run {found.candidate.run.number} is not over. "
            "Wait for it or stop it first; nothing was started."
        )
    return found


def stop(actor: Actor, trial: Trial) -> bool:
    """End a trial. Who asked may, and who operates the project. False when it had ended already."""
    project = trial.candidate.run.project
    if str(trial.person_id) != actor.id or not may_try(actor, project):
        require(actor, "operate", project)
    with transaction.atomic():
        waiting = Trial.open.filter(pk=trial.pk, state=TrialState.WAITING)
        if waiting.update(state=TrialState.STOPPED, ended=Now()):
            _log_end(trial, TrialState.STOPPED, str(actor))
            return True
        return bool(Trial.open.filter(pk=trial.pk).update(stopping=str(actor)))


def close(trial: Trial, state: TrialState, values: Mapping[str, object], actor: str = "system") -> bool:
    """End a running trial that is still held under this token. False when it was taken away or ended meanwhile."""
    held = Trial.open.filter(pk=trial.pk, token=trial.token, state=TrialState.RUNNING)
    with transaction.atomic():
        if not held.update(state=state, ended=Now(), until=None, **values):
            return False
        _log_end(trial, state, actor)
    return True


def interrupt(running: QuerySet[Trial]) -> int:
    """Running trials whose worker is gone end as interrupted; none is run again unasked."""
    found = list(running.filter(state=TrialState.RUNNING).select_related("candidate__run"))
    return sum(close(trial, TrialState.INTERRUPTED, {}) for trial in found)


def sweep() -> None:
    """Every second: end what lost its worker, ring for what is open."""
    interrupt(Trial.open.filter(until__lt=Now()))
    if Trial.open.exists():
        ring("trials")


def _log_end(trial: Trial, state: TrialState, actor: str) -> None:
    body = {"trial": trial.pk, "task": trial.task_id, "state": str(state)}
    append(trial.candidate.run.project_id, [Entry("trial.ended", actor, f"candidate:{trial.candidate_id}", body)])
