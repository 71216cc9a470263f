"""Making an experiment, and what a person does to one: pause, go on, stop."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import Conflict, UserError
from apps.experiments import plan as plans
from apps.experiments.models import Cell, CellState, Experiment, ExperimentState
from apps.experiments.plan import Plan
from apps.log.chain import Entry
from apps.log.services import append
from apps.oversight.services import stops
from apps.projects.access import require
from apps.projects.models import Project
from apps.projects.selectors import axes
from apps.records.models import Run, RunState
from apps.rounds.start import Order, check, check_fit

MODE = "full-auto"  # an experiment measures methods, not people


def make(actor: Actor, plan: Plan, at_once: int, *, served: bool, anew: bool = False) -> Experiment:
    """The experiment of this plan: the one that was made before, unless anew is asked for; else written now.

    Whoever makes it may operate all of its projects. Raises PermissionDenied, UserError; then nothing was written.
    """
    projects = list(Project.objects.filter(pk__in=[ground.project for ground in plan.grounds]).order_by("pk"))
    _require(actor, projects)
    _check(plan, projects)
    with transaction.atomic():
        _lock(projects)
        same = Experiment.objects.filter(identity=plan.identity)
        if not anew and (known := same.order_by("-edition").first()):
            return known
        made = Experiment.objects.create(
            name=plan.name,
            plan=plans.to_bytes(plan),
            identity=plan.identity,
            edition=(same.aggregate(last=Max("edition"))["last"] or 0) + 1,
            at_once=at_once,
            served=served,
            started_by=str(actor),
            cells_all=plan.size,
        )
        made.projects.set(projects)
        Cell.objects.bulk_create(
            (
                Cell(experiment=made, position=position, project_id=project, label=label, seed=seed)
                for position, (project, label, seed) in enumerate(plan.cells())
            ),
            batch_size=500,
        )
        _log(actor, made, "experiment.made", projects, plan=plan.identity.hex(), runs=plan.size)
    return made


def order_of(plan: Plan, label: str, seed: int) -> Order:
    """What the run of a cell is to do. One round at a time: so that its seed gives the same run again."""
    contender = plan.contender(label)
    return Order(
        method=contender.method,
        candidates=plan.candidates,
        seed=seed,
        mode=MODE,
        seconds=plan.seconds,
        parameters=contender.parameters,
    )


def _check(plan: Plan, projects: Iterable[Project]) -> None:
    """Every method must make sense, and fit every project. Raises UserError with all that do not."""
    complaints = []
    for contender in plan.contenders:
        order = order_of(plan, contender.label, plan.seeds[0])
        check(order)
        for project in projects:
            try:
                check_fit(project, order, axes(project))
            except UserError as error:
                complaints.append(str(error))
    if complaints:
        raise UserError("\n".join(complaints))


def pause(actor: Actor, experiment: Experiment) -> None:
    """Start no further runs; those under way go on to their end. Raises Conflict."""
    with transaction.atomic():
        now = _required(actor, experiment)
        if now.state != ExperimentState.RUNNING:
            raise Conflict(f"The experiment is {now.state} already; nothing was changed.")
        _become(actor, now, ExperimentState.PAUSED, "experiment.paused")


def go_on(actor: Actor, experiment: Experiment, *, served: bool) -> Experiment:
    """Start further runs again; after a stop also in the place of those that were cut short, or are being so.

    Raises Conflict.
    """
    with transaction.atomic():
        now = _required(actor, experiment)
        if now.state == ExperimentState.DONE:
            raise Conflict("The experiment is done; nothing was changed.")
        cut = Q(run__finishing=True) | Q(run__state=RunState.ABORTED)
        again = Cell.objects.filter(Q(state=CellState.SHORT) | Q(cut, state=CellState.RUNNING), experiment=now)
        again.update(state=CellState.WAITING, run=None, why="", outcome=None)
        now.served = served
        now.cells_over, now.summed = over(now), 0  # figures hold those that are made again: they are made anew
        _become(actor, now, ExperimentState.RUNNING, "experiment.resumed")
        transaction.on_commit(lambda: ring("experiments"))
    return now


def stop(actor: Actor, experiment: Experiment) -> int:
    """Start no further runs, and finish those under way in order: they count as cut short. Returns how many."""
    with transaction.atomic():
        now = _required(actor, experiment)
        if now.state in (ExperimentState.STOPPED, ExperimentState.DONE):
            raise Conflict(f"The experiment is {now.state} already; nothing was changed.")
        going = _locked_runs(now)
        _become(actor, now, ExperimentState.STOPPED, "experiment.stopped")
        return sum(stops.finish(actor, run) for run in going)


def over(experiment: Experiment) -> int:
    """How many cells have ended."""
    return Cell.objects.filter(experiment=experiment).exclude(state__in=(CellState.WAITING, CellState.RUNNING)).count()


def settled(experiment: Experiment) -> None:
    """Nothing of it runs or will: it is done, unless a person stopped it. The experiment's row is locked."""
    if experiment.state != ExperimentState.STOPPED:
        _become(Actor.system(), experiment, ExperimentState.DONE, "experiment.ended")
        return
    experiment.ended = timezone.now()
    experiment.save(update_fields=["ended"])


def held_up(experiment: Experiment, why: str) -> None:
    """It cannot go on without a person: it is paused, and says why. The experiment's row is locked."""
    experiment.why = why[:500]
    _become(Actor.system(), experiment, ExperimentState.PAUSED, "experiment.paused")


def lock(experiment: Experiment) -> Experiment:
    """The experiment as it is now, locked until the end of the caller's transaction."""
    return Experiment.objects.select_for_update().get(pk=experiment.pk)


def _required(actor: Actor, experiment: Experiment) -> Experiment:
    projects = list(experiment.projects.order_by("pk"))
    _require(actor, projects)
    return lock(experiment)


def _require(actor: Actor, projects: Iterable[Project]) -> None:
    listed = list(projects)
    if not listed:
        raise PermissionDenied("An experiment needs a project.")
    for project in listed:
        require(actor, "operate", project)


def _lock(projects: Iterable[Project]) -> None:
    """So that the same plan, sent twice, makes one experiment."""
    list(Project.objects.select_for_update().filter(pk__in=[project.pk for project in projects]).order_by("pk"))


def _locked_runs(experiment: Experiment) -> list[Run]:
    """Its open runs, locked before any log: in one order, as everywhere."""
    keys = Cell.objects.filter(experiment=experiment, run__state=RunState.OPEN).values_list("run", flat=True)
    return list(
        Run.objects.select_for_update(of=("self",)).filter(pk__in=list(keys)).select_related("project").order_by("pk")
    )


def _become(actor: Actor, experiment: Experiment, state: ExperimentState, kind: str) -> None:
    experiment.state = state
    experiment.ended = timezone.now() if state == ExperimentState.DONE else None
    if state != ExperimentState.PAUSED:
        experiment.why = ""
    experiment.save(update_fields=["state", "ended", "why", "served", "cells_over", "summed"])
    _log(actor, experiment, kind, experiment.projects.order_by("pk"))


def _log(actor: Actor, experiment: Experiment, kind: str, projects: Iterable[Project], **body: object) -> None:
    """In the log of every project that it is about; in order, so that two never wait for each other."""
    said = {"experiment": experiment.pk, **body}
    for project in projects:
        append(project.pk, [Entry(kind, str(actor), f"experiment:{experiment.pk}", said)])
