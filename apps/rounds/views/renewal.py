"""Measuring again, after the evaluator of a project was replaced."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.requests import actor_of
from apps.common.doorbell import signs
from apps.common.errors import UserError
from apps.projects.access import require
from apps.rounds import renewal as service
from apps.rounds.forms import RenewalForm
from apps.rounds.views.found import project_of
from apps.sandbox.isolation import NoIsolation
from apps.sandbox.probe import require as isolation


@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest, slug: str) -> HttpResponse:
    """What would be measured again; sent, a run that begins with it."""
    project = project_of(request, slug)
    require(actor_of(request), "operate", project)
    form = RenewalForm(project, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kind = isolation(Path(settings.EVOWEB_HOME), settings.EVOWEB_SANDBOX).kind
            run = service.measure_again(actor_of(request), project, form.order, form.cleaned_data["best"], kind)
        except (UserError, NoIsolation) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Run {run.number} is started. The seed is measured first, then the champion.")
            return redirect("run", project.slug, run.number)
    context = {
        "project": project,
        "form": form,
        "stale": service.stale(project).count(),
        "champion": service.stale_champion(project),
        "before": service.series_before(project),
        "replaced": project.former_evaluators.order_by("-version").first(),
        "idle": (signs(["worker"]) or {"worker": False})["worker"] is False,
    }
    return render(request, "rounds/renewal.html", context, status=422 if form.errors else 200)
