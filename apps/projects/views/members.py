"""Who may do what in a project."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import actor_of
from apps.common.errors import Conflict, UserError
from apps.common.keyset import key, oldest
from apps.common.pages import region
from apps.log.selectors import last_sequence
from apps.projects import selectors
from apps.projects.access import may, require, visible_projects
from apps.projects.models import Invitation, Membership, Project
from apps.projects.services import invitations
from apps.projects.services import members as services
from apps.projects.vocabulary import ROLE_WORDS

ROWS = 100


@require_GET
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody with a role in the project, and, for admins, the links that may still be used."""
    return _page(request, _project(request, slug))


@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link. It is in this answer and nowhere else."""
    project, actor = _project(request, slug), actor_of(request)
    require(actor, "manage", project)
    try:
        made, token = invitations.invite(actor, project, request.POST.get("role", ""))
    except UserError as error:
        messages.error(request, str(error))
        return _page(request, project, status=422)
    response = _page(request, project, made=made, token=token)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def change_role(request: HttpRequest, slug: str, member: int) -> HttpResponse:
    """Give a member another role."""

    def act(held: Membership) -> str:
        now = services.change(actor_of(request), held, request.POST.get("role", ""), request.POST.get("seen", ""))
        return f"{now.user} is {now.role} now."

    return _act(request, slug, member, act)


@require_POST
def remove(request: HttpRequest, slug: str, member: int) -> HttpResponse:
    """Take a member's role away; who removed themselves has nothing more to see here."""

    def act(held: Membership) -> str:
        services.remove(actor_of(request), held, request.POST.get("seen", ""))
        return f"{held.user} is no member any more. What they decided stays, and pages of theirs close in seconds."

    return _act(request, slug, member, act)


@require_POST
def revoke(request: HttpRequest, slug: str, invitation: int) -> HttpResponse:
    """Withdraw a link."""
    project, actor = _project(request, slug), actor_of(request)
    require(actor, "manage", project)
    done = invitations.revoke(actor, get_object_or_404(Invitation.objects.filter(project=project), pk=invitation))
    messages.success(request, "The link is withdrawn." if done else "That link was used or withdrawn before.")
    return redirect("members", slug)


def _act(request: HttpRequest, slug: str, member: int, act: Callable[[Membership], str]) -> HttpResponse:
    """Do it to the member and say so, or say why not. The project is looked up before anything else is told."""
    project = _project(request, slug)
    require(actor_of(request), "manage", project)
    held = project.memberships.select_related("user", "project").filter(pk=member).first()
    try:
        if held is None:
            raise Conflict("This person is no member any more; somebody was faster. Nothing was changed.")
        messages.success(request, act(held))
    except UserError as error:
        messages.error(request, str(error))
        return _page(request, project, status=409 if isinstance(error, Conflict) else 422)
    return redirect("members", slug) if may(actor_of(request), "view", project) else redirect("home")


def _project(request: HttpRequest, slug: str) -> Project:
    return get_object_or_404(visible_projects(actor_of(request)).defer("evaluator"), slug=slug)


def _page(
    request: HttpRequest, project: Project, status: int = 200, made: Invitation | None = None, token: str = ""
) -> HttpResponse:
    actor, after = actor_of(request), key(request, "after")
    watched = {project.pk: last_sequence(project.pk)}
    may_manage = may(actor, "manage", project)
    context = {
        "project": project,
        "run": project.runs.filter(baseline_of=None).order_by("-number").first(),  # for the links beside “Members”
        "watched": watched,
        "members": oldest(selectors.members(project), ROWS, after),
        "first": after is None,
        "roles": ROLE_WORDS.items(),
        "may_manage": may_manage,
        "invitations": selectors.open_invitations(project)[:ROWS] if may_manage else (),
        "made": made,
        "link": request.build_absolute_uri(reverse("invitation", args=[token])) if token else "",
    }
    response = region(request, "projects/members.html", context, {"list"})
    response.status_code = status
    return response
