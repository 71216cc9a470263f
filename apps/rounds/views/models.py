"""The language models of this installation: how they fare, what they cost, who plays which role."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.actors import Actor
from apps.accounts.names import names
from apps.accounts.requests import actor_of
from apps.common.errors import UserError
from apps.common.pages import region
from apps.engine.effects import ROLES
from apps.llm import probe, standing
from apps.llm.forms import ModelForm, NewModelForm, PriceForm, RoleForm
from apps.llm.models import Casting, LanguageModel
from apps.llm.services import catalogue
from apps.oversight.cursor import positions
from apps.projects.access import may, visible_projects
from apps.rounds.picking import needing

LATEST = 20
DUTIES = {
    "mutate": "proposes an edit",
    "crossover": "mixes two candidates",
    "reflect": "says what went wrong",
    "judge": "says how good something is",
    "summarise": "condenses what was learned",
    "novelty": "says whether an edit is new",
    "repair": "mends what failed",
    "worker": "is measured itself",
}

type Act = Callable[[Actor, LanguageModel, dict[str, Any]], tuple[bool, str]]


@require_GET
def models(request: HttpRequest) -> HttpResponse:
    """Every model, and who plays which role; without any, how to connect one."""
    return _list(request)


@require_POST
def cast(request: HttpRequest) -> HttpResponse:
    """Say who plays a role wherever a project says nothing else."""
    actor, form = actor_of(request), RoleForm(request.POST)
    catalogue.require_admin(actor)
    if not form.is_valid():
        messages.error(request, f"Nothing was changed. {_wrong(form)}")
        return _list(request, typed=request.POST, status=422)
    said = form.cleaned_data
    try:
        catalogue.cast(actor, None, said["role"], said["models"])
    except UserError as error:
        messages.error(request, f"Nothing was changed. {error}")
        return _list(request, typed=request.POST, status=422)
    who = ", ".join(said["models"]) or "nobody in particular"
    messages.success(request, f"{said['role']} is played by {who} now. Open runs keep their own.")
    return redirect("models")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a model."""
    actor = actor_of(request)
    catalogue.require_admin(actor)
    unplayed = not Casting.objects.filter(project=None, role="mutate", model__retired=False).exists()
    form = NewModelForm(request.POST or None, initial={"plays": unplayed})
    if request.method == "POST" and form.is_valid():
        try:
            row = _add(actor, form)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{row.name} is in the catalogue. Check next whether it answers.")
            return redirect("model", row.pk)
    context = {"form": form, "allowed": settings.EVOWEB_LLM_PRIVATE_URLS}
    return render(request, "rounds/model_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, identifier: int) -> HttpResponse:
    """Change how a model is reached. Its name stays."""
    actor = actor_of(request)
    catalogue.require_admin(actor)
    row = get_object_or_404(LanguageModel, pk=identifier)
    form = ModelForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            catalogue.put(actor, form.description)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{row.name} is changed. Calls from now on are made so.")
            return redirect("model", row.pk)
    context = {"form": form, "row": row, "allowed": settings.EVOWEB_LLM_PRIVATE_URLS}
    return render(request, "rounds/model_edit.html", context, status=422 if form.errors else 200)


@require_GET
def model(request: HttpRequest, identifier: int) -> HttpResponse:
    """One model."""
    return _page(request, get_object_or_404(LanguageModel, pk=identifier))


@require_POST
def act(request: HttpRequest, identifier: int, action: str) -> HttpResponse:
    """Check, stop, release or retire a model, and say what was done, or why nothing was."""
    row = get_object_or_404(LanguageModel, pk=identifier)
    try:
        done, told = _ACTIONS[action](actor_of(request), row, request.POST.dict())
    except UserError as error:
        done, told = False, str(error)
    (messages.success if done else messages.error)(request, told)
    return redirect("model", row.pk)


@require_POST
def price(request: HttpRequest, identifier: int) -> HttpResponse:
    """Say what a model costs from now on."""
    actor = actor_of(request)
    catalogue.require_admin(actor)
    row, form = get_object_or_404(LanguageModel, pk=identifier), PriceForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, status=422)
    try:
        catalogue.price(actor, row, form.rates)
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Calls of {row.name} cost that from now on; earlier ones keep their cost.")
    return redirect("model", row.pk)


def _check(actor: Actor, row: LanguageModel, _: dict[str, Any]) -> tuple[bool, str]:
    found = probe.check(actor, row)
    return found.works, found.told


def _stop(actor: Actor, row: LanguageModel, said: dict[str, Any]) -> tuple[bool, str]:
    if not said.get("reason", "").strip():
        raise UserError("A stop needs a reason: it is shown wherever somebody waits for the model. Nothing was done.")
    done = catalogue.stop(actor, row, said["reason"][:500])
    return done, f"{row.name} is asked nothing from now on." if done else f"{row.name} was stopped already."


def _release(actor: Actor, row: LanguageModel, _: dict[str, Any]) -> tuple[bool, str]:
    done = catalogue.release(actor, row)
    return True, f"{row.name} is asked again." if done else f"{row.name} was not stopped."


def _retire(actor: Actor, row: LanguageModel, _: dict[str, Any]) -> tuple[bool, str]:
    catalogue.retire(actor, row)
    return True, f"{row.name} is used no more. Its calls and prices stay; saving its settings brings it back."


_ACTIONS: dict[str, Act] = {"check": _check, "stop": _stop, "release": _release, "retire": _retire}


def _add(actor: Actor, form: NewModelForm) -> LanguageModel:
    """All that the form says, or nothing. Raises UserError."""
    if LanguageModel.objects.filter(name=form.cleaned_data["name"], retired=False).exists():
        raise UserError(f"There is a model {form.cleaned_data['name']!r} already. Change it on its page.")
    with transaction.atomic():
        row = catalogue.put(actor, form.description)
        if form.rates is not None:
            catalogue.price(actor, row, form.rates)
        if form.cleaned_data["plays"]:
            others = Casting.objects.filter(project=None, role="mutate", model__retired=False).select_related("model")
            catalogue.cast(actor, None, "mutate", {one.model.name: one.weight for one in others} | {row.name: 1.0})
    return row


def _list(request: HttpRequest, typed: Any = None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    watched = positions(visible_projects(actor), installation=True)
    played = standing.castings(actor)
    rows, cast = standing.rows(actor, played), standing.roles(played)
    needy, free = needing()
    context = {
        "watched": watched,
        "rows": rows,
        "usable": any(row.health.usable for row in rows),
        "roles": [(role, DUTIES[role], cast.get(role, ())) for role in ROLES],
        "typed": typed,
        "may_maintain": may(actor, "maintain", None),
        "needing_count": len(needy),
        "free": free,
    }
    response = region(request, "rounds/models.html", context, {"list"})
    response.status_code = status
    return response


def _page(request: HttpRequest, row: LanguageModel, form: PriceForm | None = None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    shown, admin = standing.row_of(actor, row), may(actor, "maintain", None)
    latch = shown.health.latch
    calls = standing.seen(actor).filter(catalogue=row).select_related("run__project").order_by("-pk")
    context = {
        "one": shown,
        "row": row,
        "by": names([latch.set_by])[latch.set_by] if latch else "",
        "prices": standing.prices(row),
        "calls": calls.defer("run__project__evaluator", "run__parameters", "run__result")[:LATEST],
        "form": form or PriceForm(),
        "may_maintain": admin,
        "may_steer": catalogue.may_steer(actor),
    }
    return render(request, "rounds/model.html", context, status=status)


def _wrong(form: Any) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
