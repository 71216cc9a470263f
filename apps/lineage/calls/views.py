"""Calls of models: the ledger of a run, and each call with its exact prompt and reply."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.ids import NUMBERS
from apps.common.keyset import key
from apps.common.pages import region
from apps.lineage.calls import reading
from apps.lineage.calls.reading import CallReading
from apps.llm import figures
from apps.llm.models import Call
from apps.projects.access import may
from apps.records import content
from apps.records.models import Run
from apps.rounds.views.found import attachment, project_of, run_of, watched_project


@require_GET
def calls(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The ledger, newest first; ?role=, ?model=, ?state= and ?candidate= look for those that have it."""
    project, watched = watched_project(request, slug)
    run = run_of(project, number)
    roles, models = reading.choices(run)
    asked = {name: request.GET.get(name, "")[:64] for name in ("role", "model", "state")}
    candidate, before = key(request, "candidate"), key(request, "before")
    context = {
        "project": project,
        "run": run,
        "watched": watched,
        "asked": asked,
        "candidate": candidate,
        "having": bool(any(asked.values()) or candidate is not None),
        "choices": (("role", roles), ("model", models), ("state", reading.STATES)),
        "page": SimpleLazyObject(lambda: reading.page(run, before, **_having(run, asked, candidate))),
        "first": before is None,
        "cost": SimpleLazyObject(lambda: figures.cost(actor_of(request), run)),
    }
    return region(request, "lineage/calls.html", context, {"shares", "list"})


@require_GET
def call(request: HttpRequest, slug: str, number: int, identifier: int) -> HttpResponse:
    """One call; ?show=all shows long texts to their end."""
    run, found = _call(request, slug, number, identifier)
    told = CallReading(found, full=request.GET.get("show") == "all")
    # What a server says of itself, and where it stands, is for those who may release it; of this call, for all.
    own = found.blame == "call" or may(actor_of(request), "operate", run.project)
    context = {"project": run.project, "run": run, "told": told, "call": found}
    return render(request, "lineage/call.html", context | {"detailed": own and not told.withheld})


@require_GET
def download(request: HttpRequest, slug: str, number: int, identifier: int, part: str) -> HttpResponse:
    """The prompt as it is stored, or the reply, as a download."""
    _, found = _call(request, slug, number, identifier)
    wanted = {"prompt": found.prompt, "reply": found.reply}.get(part)
    if not wanted or CallReading(found).withheld:
        raise Http404("there is no such text")
    return attachment(content.load([bytes(wanted)])[bytes(wanted)], f"call-{found.pk}-{part}.txt")


def _having(run: Run, asked: dict[str, str], candidate: int | None) -> dict[str, Any]:
    columns = {"role": "role", "model": "catalogue__name", "state": "state"}
    having: dict[str, Any] = {columns[name]: value for name, value in asked.items() if value}
    if candidate is not None:
        having["candidate"] = reading.candidate_id(run, min(candidate, NUMBERS - 1))
    return having


def _call(request: HttpRequest, slug: str, number: int, identifier: int) -> tuple[Run, Call]:
    run = run_of(project_of(request, slug), number)
    return run, get_object_or_404(Call.objects.select_related("catalogue"), run=run, pk=identifier)
