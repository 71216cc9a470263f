"""Stopping a project and going on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.accounts.requests import actor_of
from apps.oversight.forms import PauseForm
from apps.oversight.services import stops
from apps.projects.access import visible_projects
from apps.projects.models import Project


@require_POST
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop a project: nothing new starts."""
    project = get_object_or_404(visible_projects(actor_of(request)), slug=slug)
    form = PauseForm(request.POST)
    if form.is_valid():
        stops.pause(actor_of(request), project, form.cleaned_data["reason"])
        messages.success(request, "Pausing. What runs now is finished and stored; nothing new starts.")
    else:
        messages.error(request, "A pause needs a reason of at most 500 characters; the project was not paused.")
    return redirect(_back(request, project))


@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Release the project's latch."""
    project = get_object_or_404(visible_projects(actor_of(request)), slug=slug)
    released = stops.resume(actor_of(request), project)
    messages.success(request, "Resumed." if released else "The project was not paused.")
    return redirect(_back(request, project))


def _back(request: HttpRequest, project: Project) -> str:
    """The page that the form stood on."""
    came_from = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(came_from, allowed_hosts=None)
    return came_from if safe else reverse("project", args=[project.slug])
