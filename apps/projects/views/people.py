"""All accounts of the installation, for its admins."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.requests import actor_of
from apps.common.errors import UserError
from apps.common.keyset import key, oldest
from apps.projects.access import require
from apps.projects.models import Invitation
from apps.projects.selectors import open_invitations, people
from apps.projects.services import invitations
from apps.projects.services import people as services

ROWS = 100
_DEEDS: dict[str, tuple[Callable[[Actor, User], None], str]] = {
    "deactivate": (services.deactivate, "{} is signed out everywhere and cannot sign in any more."),
    "reactivate": (services.reactivate, "{} can sign in again."),
    "make-admin": (services.make_admin, "{} may do everything here now."),
    "unmake-admin": (services.unmake_admin, "{} has the roles in projects alone now."),
}


@require_GET
def everybody(request: HttpRequest) -> HttpResponse:
    """Every account, the oldest first."""
    require(actor_of(request), "manage", None)
    return _page(request)


@require_POST
def act(request: HttpRequest, person: int, deed: str) -> HttpResponse:
    """Deactivate or reactivate somebody, or make them an admin or none."""
    if deed not in _DEEDS:
        raise Http404
    require(actor_of(request), "manage", None)
    service, words = _DEEDS[deed]
    found = get_object_or_404(User, pk=person)
    try:
        service(actor_of(request), found)
    except UserError as error:
        messages.error(request, str(error))
        return _page(request, status=422)
    messages.success(request, words.format(found))
    return redirect("people")


@require_POST
def reset(request: HttpRequest, person: int) -> HttpResponse:
    """Make a link for a new password. It is in this answer and nowhere else."""
    require(actor_of(request), "manage", None)
    found = get_object_or_404(User, pk=person)
    try:
        path = services.make_reset_path(actor_of(request), found)
    except UserError as error:
        messages.error(request, str(error))
        return _page(request, status=422)
    return _page(request, link=path, reset_for=found)


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Make a link into the installation, without any project. It is in this answer and nowhere else."""
    require(actor_of(request), "manage", None)
    _, token = invitations.invite(actor_of(request), None)
    return _page(request, link=reverse("invitation", args=[token]))


@require_POST
def revoke(request: HttpRequest, invitation: int) -> HttpResponse:
    """Withdraw a link into the installation."""
    require(actor_of(request), "manage", None)
    found = get_object_or_404(Invitation.objects.filter(project=None), pk=invitation)
    done = invitations.revoke(actor_of(request), found)
    messages.success(request, "The link is withdrawn." if done else "That link was used or withdrawn before.")
    return redirect("people")


def _page(request: HttpRequest, status: int = 200, link: str = "", reset_for: User | None = None) -> HttpResponse:
    after, asked = key(request, "after"), request.GET.get("q", "")[:150]
    context = {
        "people": oldest(people(asked), ROWS, after),
        "asked": asked,
        "first": after is None,
        "invitations": open_invitations(None)[:ROWS],
        "link": request.build_absolute_uri(link) if link else "",
        "reset_for": reset_for,
    }
    response = render(request, "projects/people.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
