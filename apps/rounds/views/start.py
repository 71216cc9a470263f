"""Starting a run from its project's page."""

from math import inf
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.requests import actor_of
from apps.common.doorbell import signs
from apps.engine import registry
from apps.projects.access import require
from apps.projects.facts import promotable_gain, smallest_effect
from apps.projects.models import Project
from apps.rounds.forms import StartForm
from apps.rounds.start import start
from apps.rounds.views.found import project_of
from apps.sandbox.isolation import NoIsolation
from apps.sandbox.probe import require as isolation


@require_http_methods(["GET", "POST"])
def start_run(request: HttpRequest, slug: str) -> HttpResponse:
    """The form with the project's defaults; sent, a run that the workers take at once."""
    project = project_of(request, slug)
    require(actor_of(request), "operate", project)
    form = StartForm(project, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kind = isolation(Path(settings.EVOWEB_HOME), settings.EVOWEB_SANDBOX).kind
        except NoIsolation as error:
            form.add_error(None, str(error))
        else:
            run = start(actor_of(request), project, form.order, kind)
            messages.success(request, f"Run {run.number} is started. The seed is measured first.")
            return redirect("run", project.slug, run.number)
    return render(request, "rounds/start.html", _context(project, form), status=422 if form.errors else 200)


def _context(project: Project, form: StartForm) -> dict[str, object]:
    split = Count("pk", filter=Q(split="validation")), Count("pk", filter=Q(split="gate"))
    tasks, gate = project.tasks.aggregate(validation=split[0], gate=split[1]).values()
    promotable = promotable_gain(project.noise, gate or tasks)
    return {
        "project": project,
        "run": project.runs.order_by("-number").first(),
        "form": form,
        "methods": [(name, registry.claim(name)) for name in registry.names()],
        "tasks": tasks,
        "gate": gate,
        "tested": gate or not project.repeatable,
        "promotable": None if promotable == inf else promotable,
        "smallest": smallest_effect(project.noise, tasks),
        "idle": (signs(["worker"]) or {"worker": False})["worker"] is False,
    }
