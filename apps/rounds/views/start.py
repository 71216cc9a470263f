"""Starting a run from its project's page."""

from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.actors import Actor
from apps.accounts.requests import actor_of
from apps.common.doorbell import signs
from apps.common.errors import UserError
from apps.common.keyset import key
from apps.common.pages import region
from apps.engine.setup import Ensembles
from apps.llm.selectors import ensembles
from apps.llm.services import budgets
from apps.projects.access import require
from apps.projects.facts import promotable_gain, smallest_effect
from apps.projects.models import Project
from apps.projects.toml_text import written
from apps.projects.vocabulary import CANDIDATES, PARALLEL, Bound
from apps.records.models import Run
from apps.rounds import again
from apps.rounds.foreseen import Foreseen
from apps.rounds.forms import StartForm
from apps.rounds.picking import known_method
from apps.rounds.start import start
from apps.rounds.views.found import project_of
from apps.sandbox.isolation import NoIsolation
from apps.sandbox.probe import require as isolation


@require_http_methods(["GET", "POST"])
def start_run(request: HttpRequest, slug: str) -> HttpResponse:
    """The form with the project's defaults; sent, a run that the workers take at once."""
    project = project_of(request, slug)
    require(actor_of(request), "operate", project)
    if request.GET.get("region") == "estimate":
        shown = {"project": project, "foreseen": _foreseen(project, request.GET.dict())}
        return region(request, "rounds/start.html", shown, {"estimate"})
    form = StartForm(project, request.POST or None, initial=_initial(request, project))
    if request.method == "POST" and form.is_valid() and "estimate" not in request.POST:
        try:
            kind = isolation(Path(settings.EVOWEB_HOME), settings.EVOWEB_SANDBOX).kind
            run = _start(actor_of(request), project, form, kind)
        except (UserError, NoIsolation) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Run {run.number} is started. The seed is measured first.")
            return redirect("run", project.slug, run.number)
    told = {**form.initial, **request.POST.dict()}
    context = _context(project, form) | {"foreseen": _foreseen(project, told, form.models)}
    return render(request, "rounds/start.html", context, status=422 if form.errors else 200)


def _start(actor: Actor, project: Project, form: StartForm, sandbox: str) -> Run:
    """The run with its budget for models, before any driver sees it. Raises UserError."""
    with transaction.atomic():
        run = start(actor, project, form.order, sandbox)
        if form.limits is not None:
            budgets.of_run(actor, run, form.limits)
    return run


def _foreseen(project: Project, told: Mapping[str, Any], cast: Ensembles | None = None) -> Foreseen:
    """What the run would take as the form stands, whether or not all of it can be understood."""
    most = {"candidates": CANDIDATES, "parallel": PARALLEL}
    numbers = {name: _number(told.get(name), bound) for name, bound in most.items()}
    method = known_method(told.get("method"), project.method)
    return Foreseen(project, method, ensembles(project) if cast is None else cast, **numbers)


def _number(said: Any, bound: Bound) -> int:
    text = str(said)
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else int(bound.default)
    return int(min(max(value, bound.least), bound.most))


def _initial(request: HttpRequest, project: Project) -> dict[str, Any]:
    """?like= is a run to do again; ?further= one to go on from; ?from= a candidate to begin with, as run and number."""
    like, more, origin = key(request, "like"), key(request, "further"), request.GET.get("from", "")[:30]
    number = more if more is not None else like if like is not None else _run_number(origin)
    run = project.runs.filter(number=number).first() if number is not None else None
    if run is None:
        return {}
    said = again.further(run) if more is not None else again.like(run)
    said["parameters"] = written(said["parameters"])
    said["origin"] = origin or again.name_of(said["origin"])
    return said


def _run_number(origin: str) -> int | None:
    """The run's number in a candidate's name such as 3.12."""
    run = origin.partition(".")[0]
    return int(run) if run.isascii() and run.isdigit() and len(run) < 10 else None


def _context(project: Project, form: StartForm) -> dict[str, object]:
    split = Count("pk", filter=Q(split="validation")), Count("pk", filter=Q(split="gate"))
    tasks, gate = project.tasks.aggregate(validation=split[0], gate=split[1]).values()
    promotable = promotable_gain(project.noise, gate or tasks)
    return {
        "project": project,
        "run": project.runs.order_by("-number").first(),
        "form": form,
        "fitting": [one for one in form.picks if not one.lacks],
        "lacking": [one for one in form.picks if one.lacks and not one.missing],
        "unplayed": [one for one in form.picks if one.missing],
        "tasks": tasks,
        "gate": gate,
        "tested": gate or not project.repeatable,
        "promotable": None if promotable == inf else promotable,
        "smallest": smallest_effect(project.noise, tasks),
        "idle": (signs(["worker"]) or {"worker": False})["worker"] is False,
    }
