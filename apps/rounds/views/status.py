"""The state of this installation."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.rounds.workers import open_runs
from apps.sandbox.isolation import ADVICE
from apps.sandbox.probe import probe


@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """What candidates are kept apart with, and who drives the open runs."""
    found = probe(Path(settings.EVOWEB_HOME))  # cached there: the first look in each process takes a while
    context = {"isolation": found, "advice": ADVICE, "runs": open_runs(actor_of(request))}
    return render(request, "rounds/status.html", context)
