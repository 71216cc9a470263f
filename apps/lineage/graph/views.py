"""The lineage of a run: all its candidates as a graph, and the same as a tree that needs no script."""

import gzip
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.keyset import key
from apps.common.pages import region
from apps.lineage.graph.drawing import ONLY, THINNED, WHOLE, Drawing
from apps.lineage.graph.tree import Tree
from apps.records.models import Run
from apps.rounds.control import ControlRoom
from apps.rounds.views.found import run_of, watched_project

REGIONS = {"selected", "children", "path"}


@require_GET
def latest(request: HttpRequest, slug: str) -> HttpResponse:
    """To the lineage of the project's latest run; to the project where there is none yet."""
    project, _ = watched_project(request, slug)
    run = Run.objects.filter(project=project, baseline_of=None).order_by("-pk").only("number").first()
    return redirect("lineage", slug, run.number) if run else redirect("project", slug)


@require_GET
def lineage(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """?candidate= is the selected one, ?only= what is drawn; ?of=, ?after= and ?before= walk the tree."""
    project, watched = watched_project(request, slug)
    run = run_of(project, number)
    context = {
        "project": project,
        "run": run,
        "watched": watched,
        "room": ControlRoom(actor_of(request), run),
        "tree": Tree(run, key(request, "candidate"), key(request, "of"), key(request, "after"), key(request, "before")),
        "only": _only(request),
        "choices": ONLY,
        "thinned": THINNED if run.born > WHOLE else None,
    }
    return region(request, "lineage/lineage.html", context, REGIONS)


@require_GET
def data(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The drawing's arrays, as JSON; not sent again while nothing changed."""
    project, _ = watched_project(request, slug)
    drawing = Drawing(run_of(project, number), _only(request))
    headers = {"ETag": drawing.tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
    if request.headers.get("If-None-Match") == drawing.tag:
        return HttpResponseNotModified(headers=headers)
    return _packed(request, drawing.arrays(), headers)


def _packed(request: HttpRequest, arrays: dict[str, Any], headers: dict[str, str]) -> HttpResponse:
    body = json.dumps(arrays, separators=(",", ":")).encode()
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers = gzip.compress(body, 4), headers | {"Content-Encoding": "gzip"}
    return HttpResponse(body, content_type="application/json", headers=headers)


def _only(request: HttpRequest) -> str:
    only = request.GET.get("only", "all")
    if only not in ONLY:
        raise Http404("what is drawn is all, kept or failed")
    return only
