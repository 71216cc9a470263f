"""Stopping and going on: latches of a run, a project or everything; ending a run early; aborting it."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import Conflict, UserError
from apps.log.chain import Entry
from apps.log.services import append
from apps.oversight import selectors
from apps.oversight.models import Latch
from apps.projects.access import may, require
from apps.projects.models import Project
from apps.records import transitions
from apps.records.models import Run, RunState


def pause(actor: Actor, project: Project, reason: str) -> Latch:
    """Stop a project: nothing new starts from now on; what is being measured is finished and stored."""
    require(actor, "operate", project)
    with transaction.atomic():
        transitions.touch(Run.objects.filter(project=project))  # locks: run before project, as everywhere
        Project.objects.select_for_update().get(pk=project.pk)
        return selectors.project_latch(project) or _set(actor, project, None, reason)


def resume(actor: Actor, project: Project) -> bool:
    """Release the project's latch. False when it was not set."""
    require(actor, "operate", project)
    with transaction.atomic():
        transitions.touch(Run.objects.filter(project=project))
        Project.objects.select_for_update().get(pk=project.pk)
        return _released(actor, selectors.project_latch(project))


def pause_run(actor: Actor, run: Run, reason: str) -> Latch:
    """Stop one run; the others of its project go on."""
    require(actor, "operate", run.project)
    with transaction.atomic():
        _still_open(run)
        transitions.touch(Run.objects.filter(pk=run.pk))
        return selectors.run_latch(run) or _set(actor, run.project, run, reason)


def resume_run(actor: Actor, run: Run) -> bool:
    """Release the run's own latch. False when it was not set; a project's latch stays."""
    require(actor, "operate", run.project)
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        transitions.touch(Run.objects.filter(pk=run.pk))
        return _released(actor, selectors.run_latch(run))


def finish(actor: Actor, run: Run) -> bool:
    """End a run early and in order: no new rounds, what is open ends, then it concludes. False when asked before."""
    require(actor, "operate", run.project)
    with transaction.atomic():
        if not transitions.finish(run):
            return False
        append(run.project_id, [Entry("run.finishing", str(actor), f"run:{run.pk}", {"run": run.pk})])
        transaction.on_commit(lambda: ring("rounds"))
    return True


def abort(actor: Actor, run: Run, reason: str) -> None:
    """End a run at once: what runs is killed, open rounds and gates are cancelled, what is recorded stays."""
    require(actor, "operate", run.project)
    if not reason.strip():
        raise UserError("Say why the run is aborted; it is shown on its page.")
    with transaction.atomic():
        now = _still_open(run)
        transitions.end(now, RunState.ABORTED, reason.strip(), by=str(actor))
        transaction.on_commit(lambda: ring("rounds"))


def stop_all(actor: Actor, reason: str) -> Latch:
    """One stop of everything here: no run goes on and none starts. For the admins of the installation."""
    _admins_only(actor)
    with transaction.atomic():
        transitions.touch(Run.objects.all())
        if (latch := selectors.global_latch()) is not None:
            return latch
        try:
            with transaction.atomic():
                return _set(actor, None, None, reason)
        except IntegrityError:  # another admin did the same at the same moment: unlike runs, nothing is there to lock
            return Latch.objects.get(project=None, released_at=None)


def release_all(actor: Actor) -> bool:
    """Release the stop of everything; those of projects and runs stay. False when it was not set."""
    _admins_only(actor)
    with transaction.atomic():
        transitions.touch(Run.objects.all())
        return _released(actor, selectors.global_latch())


def _set(actor: Actor, project: Project | None, run: Run | None, reason: str) -> Latch:
    latch = Latch.objects.create(project=project, run=run, reason=reason.strip()[:500], set_by=str(actor))
    _log(actor, "latch.set", latch)
    return latch


def _released(actor: Actor, latch: Latch | None) -> bool:
    if latch is None:
        return False
    values = {"released_by": str(actor), "released_at": timezone.now()}
    if not Latch.objects.filter(pk=latch.pk, released_at=None).update(**values):
        return False
    _log(actor, "latch.released", latch)
    transaction.on_commit(lambda: ring("rounds"))
    return True


def _log(actor: Actor, kind: str, latch: Latch) -> None:
    """In the log of every project that the latch concerns; in order, so that two stops never wait for each other."""
    if latch.project_id is not None:
        projects = [latch.project_id]
    else:
        projects = list(Project.objects.order_by("pk").values_list("pk", flat=True))
    for project in projects:
        append(project, [Entry(kind, str(actor), f"latch:{latch.pk}", {"latch": latch.pk, "run": latch.run_id})])


def _still_open(run: Run) -> Run:
    now = Run.objects.select_for_update().get(pk=run.pk)
    if now.state != RunState.OPEN:
        raise Conflict(f"Run {now.number} is {now.state} already; nothing was changed.")
    return now


def _admins_only(actor: Actor) -> None:
    if not may(actor, "maintain", None):
        raise PermissionDenied("Only an admin of this installation may stop everything or release that stop.")
