"""A project's page, and the list of its tasks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.keyset import key, oldest
from apps.common.pages import region
from apps.engine.effects import SPLITS
from apps.projects.selectors import member_count
from apps.rounds.overview import Overview
from apps.rounds.views.found import project_of, watched_project

TASKS = 100
REGIONS = {"stale", "standing", "champion", "runs"}


@require_GET
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """What evolves, on what it is measured, and what came of it."""
    found, watched = watched_project(request, slug, members=member_count())
    overview = Overview(actor_of(request), found)
    context = {"project": found, "overview": overview, "watched": watched}
    if overview.latest:
        context["run"] = overview.latest.run
    return region(request, "rounds/project.html", context, REGIONS)


@require_GET
def tasks(request: HttpRequest, slug: str) -> HttpResponse:
    """The project's tasks, without what is asked and expected; ?split= shows one split."""
    found = project_of(request, slug)
    split = request.GET.get("split", "")
    rows = found.tasks.filter(split=split) if split in SPLITS else found.tasks.all()
    light = rows.defer("input", "expected")
    context = {
        "project": found,
        "page": oldest(light, TASKS, key(request, "after")),
        "split": split if split in SPLITS else "",
        "splits": SPLITS,
        "run": found.runs.order_by("-number").first(),
    }
    return render(request, "rounds/tasks.html", context)
