"""Starting a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from apps import engine
from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import UserError
from apps.engine import registry
from apps.engine.axes import Axes, axes_payload
from apps.engine.canonical import digest, encode
from apps.engine.setup import FALLBACK, Ensembles, Setup, ensembles_payload, unplayed
from apps.llm.selectors import ensembles, unpriced
from apps.oversight import rules, selectors
from apps.oversight.services.policies import put_in_force
from apps.projects.access import require
from apps.projects.models import Project
from apps.projects.protocol import protocol
from apps.projects.selectors import axes as axes_of
from apps.projects.selectors import edits
from apps.projects.settings import Settings
from apps.projects.vocabulary import CANDIDATES, PARALLEL
from apps.records import transitions
from apps.records.models import CandidateEdit, Protocol, Run
from apps.rounds import measured
from apps.rounds.brief import planted_texts


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is to do."""

    method: str
    candidates: int
    seed: int
    mode: str
    parallel: int = 1
    seconds: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    baseline_of: Run | None = None
    origin: int | None = None  # id of the candidate that round 0 plants, of another run of the project
    options: Mapping[str, Any] = field(default_factory=dict)  # of the command, for `resume`
    models: Ensembles | None = None  # who plays which role; None: whoever does in the project


def order_of(project: Project | Settings, **told: Any) -> Order:
    """What somebody told, and the project where they told nothing. None counts as nothing."""
    said = {name: value for name, value in told.items() if value is not None}
    own: dict[str, Any] = {
        "method": project.method,
        "candidates": int(project.budget["candidates"]),
        "seconds": project.budget.get("seconds"),
        "seed": project.seed,
        "mode": project.mode,
        "parallel": project.parallel,
        "parameters": project.parameters if said.get("method", project.method) == project.method else {},
    }
    return Order(**(own | said))


def start(actor: Actor, project: Project, order: Order, sandbox: str, driver: str = "") -> Run:
    """Write a run, its policy and its first log entries, all or nothing. Raises UserError for a senseless order.

    sandbox is the kind of isolation its scores will be measured under. driver is the slot that drives it from the
    start; without it any worker takes it.
    """
    require(actor, "operate", project)
    check(order)
    check_origin(project, order)
    axes, models = axes_of(project), models_of(project, order)
    check_fit(project, order, axes)
    if (stop := selectors.global_latch()) is not None:
        raise UserError(f"Everything here is stopped ({stop.reason}). Release the stop on the status page, then start.")
    identity, description = protocol(project, sandbox, measured.models(project, models))
    described = {"description": description, "scorer": bytes(project.scorer)}
    with transaction.atomic():
        now = Project.objects.select_for_update().get(pk=project.pk)
        if bytes(now.scorer) != bytes(project.scorer):
            raise UserError(f"The evaluator of {project} was replaced at this moment. Start the run again.")
        number = (Run.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0) + 1
        kept, _ = Protocol.objects.get_or_create(digest=bytes.fromhex(identity), defaults=described)
        run = Run(
            project=project,
            number=number,
            method=order.method,
            parameters=encode(dict(order.parameters)),
            axes=encode(axes_payload(axes)),
            ensembles=encode(ensembles_payload(models)),
            wording=encode(wording(project)),
            seed=order.seed,
            protocol=kept,
            code=code_digest(),
            candidates=order.candidates,
            seconds=order.seconds,
            parallel=order.parallel,
            baseline_of=order.baseline_of,
            origin=order.origin,
            contracts=encode(project.contracts),
            options=encode(dict(order.options)),
        )
        if driver:
            run.driver, run.driver_token, run.driver_until = driver, 1, transitions.lease_from_now()
        transitions.start(run, str(actor))
        put_in_force(actor, run, order.mode)
        if not driver:
            transaction.on_commit(lambda: ring("rounds"))
    return Run.objects.select_related("project", "protocol").get(pk=run.pk)


def check(order: Order) -> None:
    """Whether the order makes sense, apart from its project. Raises UserError."""
    try:
        registry.get(order.method).settings(order.parameters)
        rules.preset(order.mode)
    except (LookupError, ValueError) as error:
        raise UserError(str(error.args[0])) from None
    if not CANDIDATES.least <= order.candidates <= CANDIDATES.most:
        raise UserError(f"A run measures between 1 and {CANDIDATES.most:,} candidates, not {order.candidates}.")
    if not PARALLEL.least <= order.parallel <= PARALLEL.most:
        raise UserError(f"A run keeps between 1 and {PARALLEL.most} rounds open at a time, not {order.parallel}.")
    if not -(2**63) <= order.seed < 2**63:
        raise UserError(f"The seed {order.seed} does not fit into 64 bits.")


def check_origin(project: Project, order: Order) -> None:
    """Whether a run of the project may go on from the candidate that the order names. Raises UserError."""
    if order.origin is None:
        return
    found = CandidateEdit.objects.filter(pk=order.origin, run__project=project).only("verdict", "score").first()
    if found is None:
        raise UserError(f"There is no such candidate in {project}. A run goes on from a candidate of its own project.")
    if found.verdict == "revert":
        raise UserError(f"Candidate {found.number} was reverted; nothing goes on from it.")
    if found.score is None:
        raise UserError(f"Candidate {found.number} has no score; a run goes on from one that has.")


def check_fit(project: Project, order: Order, axes: Axes) -> None:
    """Whether the method can work on what the project evolves. Raises UserError saying why not."""
    recipe = registry.get(order.method)
    tasks = tuple(task.key for task in project.tasks.filter(split="validation").order_by("position"))
    parameters = recipe.settings(order.parameters)
    models = models_of(project, order)
    if missing := unplayed(models, recipe.roles):
        raise UserError(
            f"The method {order.method} needs a model that plays {' and '.join(missing)}, and none does. "
            "Connect one on the page Models, or with `manage.py models`; docs/models.md shows how in two minutes."
        )
    _check_prices(project, order, models)
    setup = Setup(planted_texts(project, order.origin), edits(project), tasks, axes, parameters, models)
    if complaint := recipe.fits(setup):
        raise UserError(f"The method {order.method} does not fit {project}: {complaint}")


def _check_prices(project: Project, order: Order, models: Ensembles) -> None:
    """Whether budgets of money let every model be asked that will be. Raises UserError naming one that has no price."""
    if order.options.get("calls") == "replay":
        return
    roles = (*registry.get(order.method).roles, *measured.roles(project))
    asked = {voice.model for role in roles for voice in models.get(role) or models.get(FALLBACK, ())}
    if missing := unpriced(project, asked):
        raise UserError(
            f"{project} has a budget of money, under which a model without a price is not asked, and {missing[0]} has "
            f"none. Give it one on its page or with `manage.py models price {missing[0]}` (--free for a model of your "
            "own), or bound tokens instead."
        )


def models_of(project: Project, order: Order) -> Ensembles:
    """Who plays which role in a run: by the order, else by the project's casting, else by the installation's.

    Nobody where the method asks no model, none is measured and none judges.
    """
    cast: Ensembles = ensembles(project) if order.models is None else order.models
    asked: Ensembles = cast if order.models is not None or registry.get(order.method).roles else {}
    return {**asked, **{role: cast[role] for role in measured.roles(project) if role in cast}}


def wording(project: Project) -> dict[str, Any]:
    """What the run's prompts say of the project, without what it leaves open."""
    told = {"about": project.about, "templates": project.templates}
    return {name: value for name, value in told.items() if value}


@cache
def code_digest() -> bytes:
    """Digest of the engine's source: what a run's replay depends on."""
    folder = Path(engine.__file__).parent
    sources = sorted(path for path in folder.rglob("*.py") if not {"testing", "miniatures"} & {*path.parts})
    return digest(b"\n".join(digest(path.read_bytes()) for path in sources))
