"""The list of experiments, one of them, its runs, and what can be taken away."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.keyset import key, newest
from apps.common.pages import region
from apps.common.streams import in_a_thread
from apps.experiments import export, figure, selectors
from apps.experiments.desk import Desk
from apps.experiments.models import Cell, CellState, Experiment
from apps.experiments.views.found import experiment_of, watched
from apps.projects.access import projects_for

LISTED = 50
CELLS = 100
REGIONS = {"state", "board", "controls"}


@require_GET
def experiments(request: HttpRequest) -> HttpResponse:
    """Those that the person may see, the newest first."""
    actor, before = actor_of(request), key(request, "before")
    found = selectors.visible(actor).defer(*selectors.HEAVY).prefetch_related("projects")
    context = {
        "page": newest(found, LISTED, before),
        "first": before is None,
        "may_make": projects_for(actor, "operate").exists(),
    }
    return render(request, "experiments/experiments.html", context)


@require_GET
def experiment(request: HttpRequest, number: int) -> HttpResponse:
    """Where it stands, curves and the ranked table; ?project= chooses one of its projects."""
    found = experiment_of(request, number)
    desk = Desk(actor_of(request), found, request.GET.get("project", ""))
    context = {"experiment": found, "desk": desk, "watched": watched(found)}
    return region(request, "experiments/experiment.html", context, REGIONS)


@require_GET
def runs(request: HttpRequest, number: int) -> HttpResponse:
    """Its runs in the order in which they are started; ?label= and ?state= look for those that have it."""
    found = experiment_of(request, number)
    desk, after = Desk(actor_of(request), found), key(request, "after")
    having = {name: request.GET[name][:64] for name in ("label", "state") if request.GET.get(name)}
    cells = Cell.objects.filter(experiment=found, **having).select_related("run", "project")
    cells = cells.defer("project__evaluator", "run__parameters", "run__result", "outcome")
    rows = list(cells.filter(position__gte=after or 0).order_by("position")[: CELLS + 1])
    context = {
        "experiment": found,
        "desk": desk,
        "rows": rows[:CELLS],
        "more": rows[CELLS].position if len(rows) > CELLS else None,
        "having": having,
        "states": CellState.values,
    }
    return render(request, "experiments/runs.html", context)


@require_GET
def as_csv(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """One line per run and checkpoint."""
    found = experiment_of(request, number)
    headers = {"Content-Disposition": _named(found, "csv")}
    return StreamingHttpResponse(
        in_a_thread(export.as_csv(found)), content_type="text/csv; charset=utf-8", headers=headers
    )


@require_GET
def as_json(request: HttpRequest, number: int) -> HttpResponse:
    """Everything, with protocols, parameters, seeds and digests of the code."""
    found = experiment_of(request, number)
    headers = {"Content-Disposition": _named(found, "json")}
    return HttpResponse(export.as_json(found), content_type="application/json", headers=headers)


@require_GET
def as_figure(request: HttpRequest, number: int) -> HttpResponse:
    """The curves of ?project= (or over all projects) as one SVG file that needs nothing else."""
    found = experiment_of(request, number)
    desk = Desk(actor_of(request), found, request.GET.get("project", ""))
    drawn = render_to_string("experiments/figure.svg", {"figure": figure.Figure(desk)})
    headers = {"Content-Disposition": _named(found, "svg")}
    return HttpResponse(drawn, content_type="image/svg+xml", headers=headers)


def _named(found: Experiment, ending: str) -> str:
    name = slugify(found.name) or "experiment"
    return content_disposition_header(True, f"{name}-{found.pk}.{ending}") or "attachment"
