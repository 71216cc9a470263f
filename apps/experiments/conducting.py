"""Taking an experiment on: note what ended, start what comes next, as many runs at a time as it may have.

Everything stands in the database, and a cell gets its run in the transaction that starts it: whoever conducts may die
at any moment, and two at once start nothing twice.
"""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.engine.axes import axes_payload
from apps.engine.canonical import decode, encode
from apps.experiments import making, outcome, plan
from apps.experiments.models import Cell, CellState, Experiment, ExperimentState
from apps.log.chain import Entry
from apps.log.services import append
from apps.oversight import selectors
from apps.oversight.models import Latch
from apps.projects.models import Project
from apps.projects.protocol import protocol
from apps.projects.selectors import axes
from apps.records.models import Run, RunState
from apps.rounds.start import start

FULL = (RunState.FINISHED, RunState.EXHAUSTED)


def conduct(experiment: Experiment, sandbox: str, driver: str = "") -> list[Run]:
    """Take the experiment on by what is due now. Returns the runs that were started.

    sandbox is the kind of isolation; driver is the slot that drives the runs from the start, if one does.
    """
    note_ended(experiment)
    started: list[Run] = []
    while (run := _start_next(experiment, sandbox, driver)) is not None:
        started.append(run)
    return started


def note_ended(experiment: Experiment) -> int:
    """Store what the runs came to that ended since. Returns how many."""
    over = Cell.objects.filter(experiment=experiment, state=CellState.RUNNING).exclude(run__state=RunState.OPEN)
    ended = list(over.select_related("run__project", "run__protocol"))
    for cell in ended:
        _note(experiment, cell)
    _conclude(experiment)
    return len(ended)


def _note(experiment: Experiment, cell: Cell) -> None:
    run, asked = cell.run, plan.from_bytes(experiment.plan)
    assert run is not None  # a running cell has one
    found = outcome.outcome_of(run, asked.candidates)
    state, why = _standing(run, asked, found)
    values = {"state": state, "why": why[:500], "outcome": outcome.to_bytes(found)}
    body = {"experiment": experiment.pk, "run": run.pk, "state": str(state)}
    with transaction.atomic():
        if Cell.objects.filter(pk=cell.pk, run=run, state=CellState.RUNNING).update(**values):
            Experiment.objects.filter(pk=experiment.pk).update(cells_over=F("cells_over") + 1)
            append(run.project_id, [Entry("experiment.counted", "system", f"run:{run.pk}", body)])


def _standing(run: Run, asked: plan.Plan, found: outcome.Outcome) -> tuple[CellState, str]:
    """Whether an ended run counts; and if it does not, why."""
    if run.state == RunState.ABORTED or run.finishing:
        return CellState.SHORT, run.why or "A person ended the run before its budget was spent."
    if run.candidates != asked.candidates or run.seconds != asked.seconds:
        return CellState.SHORT, "The run was given another budget than the others."
    if run.state not in FULL:
        return CellState.FAILED, run.why or f"the run {run.state}"
    if found.final is None:
        return CellState.FAILED, "the run ended without a score"
    return CellState.DONE, run.why


def _conclude(experiment: Experiment) -> None:
    """Settled once nothing runs and, unless a person stopped it, nothing waits."""
    with transaction.atomic():
        now = making.lock(experiment)
        left = [CellState.RUNNING] + [CellState.WAITING] * (now.state != ExperimentState.STOPPED)
        if now.ended is None and not Cell.objects.filter(experiment=now, state__in=left).exists():
            making.settled(now)


def _start_next(experiment: Experiment, sandbox: str, driver: str) -> Run | None:
    """Start the next run that may start; None where none may: paused, as many as allowed under way, or stopped."""
    with transaction.atomic():
        now = making.lock(experiment)
        if now.state != ExperimentState.RUNNING:
            return None
        if Cell.objects.filter(experiment=now, state=CellState.RUNNING).count() >= now.at_once:
            return None
        cell = _next_cell(now)
        return None if cell is None else _start(now, cell, sandbox, driver)


def _next_cell(experiment: Experiment) -> Cell | None:
    """The first that waits in a project that nobody stopped; none while everything here is stopped."""
    stopped = Latch.objects.filter(released_at__isnull=True, run=None).values_list("project", flat=True)
    closed = set(stopped)
    if None in closed:
        return None
    waiting = Cell.objects.filter(experiment=experiment, state=CellState.WAITING).exclude(project__in=closed)
    return waiting.select_related("project").order_by("position").first()


def _start(experiment: Experiment, cell: Cell, sandbox: str, driver: str) -> Run | None:
    order = making.order_of(plan.from_bytes(experiment.plan), cell.label, cell.seed)
    first = _first_run(experiment, cell.project)
    if first is not None and (why := _unlike(first)):
        _fail(experiment, cell, why)
        return None
    if first is not None and (why := _elsewhere(first, sandbox)):
        making.held_up(experiment, why)
        return None
    try:
        with transaction.atomic():
            run = start(actor_of(experiment), cell.project, order, sandbox, driver)
    except PermissionDenied as error:  # the same for every cell after it: a person must look
        making.held_up(experiment, str(error))
        return None
    except UserError as error:
        if selectors.global_latch() is None:
            _fail(experiment, cell, str(error))
        return None
    Cell.objects.filter(pk=cell.pk).update(run=run, state=CellState.RUNNING)
    return run


def _first_run(experiment: Experiment, project: Project) -> Run | None:
    """The first of the experiment's runs of the project; None where this will be it."""
    mine = Run.objects.filter(cell__experiment=experiment, project=project)
    return mine.select_related("project", "protocol").order_by("pk").first()


def _unlike(first: Run) -> str:
    """Why a run of its project would not be like the first one any more; empty where it would be."""
    if first.is_stale:
        return "The evaluator was replaced since the first run: scores of two evaluators are not compared."
    if bytes(first.axes) != encode(axes_payload(axes(first.project))):
        return "The axes were changed since the first run: methods that search along them would not be compared fairly."
    return ""


def _elsewhere(first: Run, sandbox: str) -> str:
    """Why a run would be measured in another way on this machine than the first one was; empty where it would not."""
    models = decode(bytes(first.protocol.description))["models"]
    if protocol(first.project, sandbox, models)[0] == bytes(first.protocol.digest).hex():
        return ""
    return (
        f"Here candidates are isolated by {sandbox}, and the runs so far were isolated in another way: scores are "
        "not compared then. Go on where they were made, or make a new edition here."
    )


def _fail(experiment: Experiment, cell: Cell, why: str) -> None:
    """The cell has no run and will have none."""
    Cell.objects.filter(pk=cell.pk).update(state=CellState.FAILED, why=why[:500])
    Experiment.objects.filter(pk=experiment.pk).update(cells_over=F("cells_over") + 1)
    body = {"experiment": experiment.pk, "state": str(CellState.FAILED)}
    append(cell.project_id, [Entry("experiment.counted", "system", f"experiment:{experiment.pk}", body)])


def actor_of(experiment: Experiment) -> Actor:
    """Who made it: in their name, and by what they still may, its runs are started."""
    kind, _, name = experiment.started_by.partition(":")
    return Actor("person", name) if kind == "person" else Actor.system()


def open_runs(experiment: Experiment) -> Sequence[Run]:
    """Its runs that have not ended."""
    mine = Q(cell__experiment=experiment, cell__state=CellState.RUNNING, state=RunState.OPEN)
    return list(Run.objects.filter(mine).select_related("project", "protocol"))
