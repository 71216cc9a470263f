"""A run: its control room and its candidates."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.keyset import key
from apps.common.pages import region
from apps.oversight.cursor import position, positions
from apps.oversight.selectors import waiting
from apps.projects.access import visible_projects
from apps.projects.models import Project
from apps.records.models import Run
from apps.rounds.selectors import RunReading, latest_candidates
from apps.rounds.views.found import project_of, run_of

REGIONS = {"state", "candidates", "side", "controls"}
CANDIDATES = 100


@require_GET
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """A project with its latest run."""
    found = project_of(request, slug)
    watched = position(found)
    latest = found.runs.filter(baseline_of=None).select_related("project").order_by("-number").first()
    return _run_page(request, found, latest, watched)


@require_GET
def run(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The same for a given run."""
    found = project_of(request, slug)
    watched = position(found)
    return _run_page(request, found, run_of(found, number), watched)


@require_GET
def candidates(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """All candidates of a run, newest first."""
    found = project_of(request, slug)
    chosen, before = run_of(found, number), key(request, "before")
    rows = latest_candidates(chosen, before, CANDIDATES)
    context = {
        "project": found,
        "reading": RunReading(actor_of(request), chosen),
        "rows": rows,
        "first": before is None,
    }
    return render(request, "rounds/candidates.html", context)


@require_GET
def sequences(request: HttpRequest) -> JsonResponse:
    """Last sequence of each visible project, by id, and how much waits: the slow way to notice a hint that was lost."""
    actor = actor_of(request)
    return JsonResponse({"sequences": positions(visible_projects(actor)), "waiting": waiting(actor)})


def _run_page(request: HttpRequest, project: Project, run: Run | None, watched: dict[int, int]) -> HttpResponse:
    reading = RunReading(actor_of(request), run) if run else None
    context = {"project": project, "reading": reading, "watched": watched}
    return region(request, "rounds/run.html", context, REGIONS if run else ())
