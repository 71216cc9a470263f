"""A run: its control room and its candidates."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.keyset import key
from apps.common.pages import region
from apps.oversight.cursor import positions
from apps.oversight.selectors import waiting
from apps.projects.access import visible_projects
from apps.rounds.control import ControlRoom
from apps.rounds.selectors import candidate_page, latest_candidates
from apps.rounds.views.found import project_of, run_of, watched_project

REGIONS = {"state", "candidates", "side", "controls"}
CANDIDATES = 100
LABELS = ("failure", "verdict")  # what candidates can be looked for by


@require_GET
def run(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The control room."""
    found, watched = watched_project(request, slug)
    room = ControlRoom(actor_of(request), run_of(found, number))
    context = {"project": found, "run": room.run, "room": room, "watched": watched}
    return region(request, "rounds/run.html", context, REGIONS)


@require_GET
def candidates(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Candidates of a run, newest first; ?failure= and ?verdict= look for those that have it."""
    found = project_of(request, slug)
    chosen, before = run_of(found, number), key(request, "before")
    having = {label: request.GET[label][:16] for label in LABELS if request.GET.get(label)}
    looked = candidate_page(chosen, before, CANDIDATES, **having) if having else None
    context = {
        "project": found,
        "run": chosen,
        "reading": ControlRoom(actor_of(request), chosen),
        "rows": latest_candidates(chosen, before, CANDIDATES) if looked is None else looked,
        "looked": looked,
        "having": having,
        "first": before is None,
    }
    return render(request, "rounds/candidates.html", context)


@require_GET
def sequences(request: HttpRequest) -> JsonResponse:
    """Last sequence of each visible project, by id, and how much waits: the slow way to notice a hint that was lost."""
    actor = actor_of(request)
    return JsonResponse({"sequences": positions(visible_projects(actor), installation=True), "waiting": waiting(actor)})
