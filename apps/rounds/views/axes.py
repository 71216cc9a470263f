"""The axes of a project: along what its candidates are looked at, and those of runs to come searched."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.names import names
from apps.accounts.requests import actor_of
from apps.common.errors import Conflict
from apps.engine.axes import MOST_CELLS, SIZE
from apps.projects import selectors
from apps.projects.access import may, require
from apps.projects.forms import AxesForm, version_of
from apps.projects.models import Project
from apps.projects.services import axes as services
from apps.rounds.axes import told, untold
from apps.rounds.views.found import project_of

VERSIONS = 20


@require_http_methods(["GET", "POST"])
def axes(request: HttpRequest, slug: str) -> HttpResponse:
    """Descriptors and objectives, for those who may change them in a form."""
    project = project_of(request, slug)
    if request.method == "GET":
        return _page(request, project, AxesForm(selectors.axes(project), project.metric))
    actor = actor_of(request)
    require(actor, "maintain", project)
    form = AxesForm(selectors.axes(project), project.metric, request.POST)
    try:
        wanted = form.axes()
        changed = services.change(actor, project, wanted, version_of(request.POST))
    except Conflict as error:
        messages.error(request, str(error))
        return _page(request, project, form, status=409)
    except ValueError as error:
        messages.error(request, f"Nothing was changed: {error}")
        return _page(request, project, form, status=422)
    messages.success(request, "The axes are set. Open runs keep theirs." if changed else "Nothing was to be changed.")
    if warning := untold(wanted, told(project)):
        messages.warning(request, warning)
    return redirect("axes", slug)


def _page(request: HttpRequest, project: Project, form: AxesForm, status: int = 200) -> HttpResponse:
    versions = list(project.axes_versions.order_by("-version")[:VERSIONS])
    called = names(one.actor for one in versions)
    context = {
        "project": project,
        "run": project.runs.filter(baseline_of=None).order_by("-number").first(),
        "axes": selectors.axes(project),
        "form": form,
        "version": versions[0].version if versions else 0,
        "history": [(one, called[one.actor]) for one in versions],
        "told": told(project),
        "size": SIZE,
        "most_cells": MOST_CELLS,
        "may_maintain": may(actor_of(request), "maintain", project),
    }
    return render(request, "rounds/axes.html", context, status=status)
