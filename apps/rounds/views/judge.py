"""The judge of a project's rubric: what it judges by, and how far it agrees with people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import actor_of
from apps.common.errors import UserError
from apps.common.pages import region
from apps.llm.selectors import ensembles
from apps.projects import selectors
from apps.projects.access import may
from apps.projects.models import Project
from apps.projects.rubric import rubric_of
from apps.rounds import agreement, panel
from apps.rounds.agreement import Standing
from apps.rounds.views.found import project_of, watched_project


@require_GET
def judge(request: HttpRequest, slug: str) -> HttpResponse:
    """Rubric, levels, who judges, and the figures of its agreement."""
    project, watched = watched_project(request, slug)
    here, lacking = _standing(project)
    labels, last = selectors.label_count(project), panel.last(project)
    may_operate = may(actor_of(request), "operate", project)
    context = {
        "project": project,
        "watched": watched,
        "run": project.runs.filter(baseline_of=None).order_by("-number").first(),
        "rubric": rubric_of(project.rubric) if project.rubric else None,
        "who": [voice.model for voice in ensembles(project).get(project.rubric.get("role", ""), ())],
        "lacking": lacking,
        "here": here,
        "last": last,
        "labels": labels,
        "calls": agreement.REPEATS * labels,
        "may_measure": bool(labels) and not lacking and not (last and last.ended is None) and may_operate,
    }
    return region(request, "rounds/judge.html", context, {"agreement"})


@require_POST
def measure(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the judge tried against people's labels, by a process of its own."""
    project = project_of(request, slug)
    try:
        panel.order(actor_of(request), project)
    except UserError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "The judge is being tried. This page shows what comes of it.")
    return redirect("judge", slug)


def _standing(project: Project) -> tuple[Standing | None, str]:
    """How the judge of now stands, and why there is none."""
    if not project.rubric:
        return None, ""
    try:
        return agreement.standing(project, agreement.of_now(project)), ""
    except UserError as problem:
        return Standing(project, None), str(problem)
