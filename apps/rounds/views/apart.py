"""Asking for a candidate without each part of its edit: what it takes is said before."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.requests import actor_of
from apps.common.errors import UserError
from apps.projects.access import known, require
from apps.rounds.apart import Apart, ask, may_ask
from apps.rounds.views.found import whole_candidate
from apps.sandbox.isolation import NoIsolation
from apps.sandbox.probe import require as isolation


@require_http_methods(["GET", "POST"])
def parts(request: HttpRequest, slug: str, number: int, candidate: int) -> HttpResponse:
    """Its parts, and what measuring it without each takes; sent, a run is asked to do it."""
    actor = actor_of(request)
    found = whole_candidate(actor, slug, number, candidate)
    project, apart = known(actor, found.run.project, vars(found)["role"]), Apart(found)
    if not may_ask(actor, apart):
        require(actor, "operate", project)
    told = ""
    if request.method == "POST":
        try:
            kind = isolation(Path(settings.EVOWEB_HOME), settings.EVOWEB_SANDBOX).kind
            run = ask(actor, found, kind)
        except (UserError, NoIsolation) as error:
            told = str(error)
        else:
            where = "" if run.pk == found.run_id else f" Run {run.number} is started for it."
            messages.success(request, f"Candidate {candidate} is measured without each of its parts.{where}")
            return redirect("run" if where else "candidate", slug, run.number, *(() if where else (candidate,)))
    context = {"apart": apart, "candidate": found, "run": found.run, "project": project, "told": told}
    return render(request, "rounds/apart.html", context, status=422 if told else 200)
