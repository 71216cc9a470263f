"""Projects, their runs, and the state of this installation."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.keyset import key
from apps.common.pages import region
from apps.oversight.cursor import position, positions
from apps.projects.access import visible_projects
from apps.projects.models import Project
from apps.records.models import Run
from apps.rounds.selectors import RunReading, latest_candidates, project_rows
from apps.rounds.workers import open_runs
from apps.sandbox.isolation import ADVICE
from apps.sandbox.probe import probe

REGIONS = {"state", "candidates", "side", "controls"}
CANDIDATES = 100


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The projects that the person may see, each with where it stands."""
    actor, before = actor_of(request), key(request, "before")
    watched = positions(visible_projects(actor))
    context = {"watched": watched, "projects": project_rows(actor, before), "first": before is None}
    return region(request, "rounds/home.html", context, {"list"})


@require_GET
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """A project with its latest run."""
    found = _project(request, slug)
    watched = position(found)
    latest = found.runs.filter(baseline_of=None).select_related("project").order_by("-number").first()
    return _run_page(request, found, latest, watched)


@require_GET
def run(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The same for a given run."""
    found = _project(request, slug)
    watched = position(found)
    return _run_page(request, found, _run(found, number), watched)


@require_GET
def candidates(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """All candidates of a run, newest first."""
    found = _project(request, slug)
    chosen, before = _run(found, number), key(request, "before")
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
    """Last sequence of each visible project, by id: the slow way to notice a hint that was lost."""
    return JsonResponse({str(key): value for key, value in positions(visible_projects(actor_of(request))).items()})


@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """What candidates are kept apart with, and who drives the open runs."""
    found = probe(Path(settings.EVOWEB_HOME))  # cached there: the first look in each process takes a while
    context = {"isolation": found, "advice": ADVICE, "runs": open_runs(actor_of(request))}
    return render(request, "rounds/status.html", context)


def _project(request: HttpRequest, slug: str) -> Project:
    return get_object_or_404(visible_projects(actor_of(request)).defer("evaluator"), slug=slug)


def _run(project: Project, number: int) -> Run:
    return get_object_or_404(project.runs.select_related("baseline_of"), number=number)


def _run_page(request: HttpRequest, project: Project, run: Run | None, watched: dict[int, int]) -> HttpResponse:
    if run is not None:
        run.project = project
    reading = RunReading(actor_of(request), run) if run else None
    context = {"project": project, "reading": reading, "watched": watched}
    return region(request, "rounds/run.html", context, REGIONS if run else ())
