"""The state of this installation, and the one stop of everything."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import actor_of
from apps.common.pages import region
from apps.oversight.cursor import positions
from apps.oversight.forms import PauseForm
from apps.oversight.services import stops
from apps.projects.access import require, visible_projects
from apps.rounds.installation import Installation

CONFIRMATION = "stop everything"


@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """Who works, what waits, what is stopped, and what all of it stands on."""
    actor = actor_of(request)
    watched = positions(visible_projects(actor))
    context = {"watched": watched, "here": Installation(actor), "confirmation": CONFIRMATION}
    return region(request, "rounds/status.html", context, {"now"})


@require_POST
def stop_all(request: HttpRequest) -> HttpResponse:
    """No run goes on and none starts, after the words were typed."""
    form = PauseForm(request.POST)
    if request.POST.get("confirm", "").strip() != CONFIRMATION or not form.is_valid():
        require(actor_of(request), "maintain", None)
        messages.error(request, f"Give a reason and type “{CONFIRMATION}”. Nothing was done.")
        return redirect("status")
    stops.stop_all(actor_of(request), form.cleaned_data["reason"])
    messages.success(request, "Everything is stopped. What runs now is finished and stored.")
    return redirect("status")


@require_POST
def release_all(request: HttpRequest) -> HttpResponse:
    """Release that stop; those of projects and runs stay."""
    released = stops.release_all(actor_of(request))
    messages.success(request, "Released." if released else "Everything was not stopped.")
    return redirect("status")
