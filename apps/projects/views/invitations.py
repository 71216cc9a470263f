"""The page behind an invitation's link."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.accounts.forms import AccountForm
from apps.common.errors import UserError
from apps.projects.models import Invitation
from apps.projects.selectors import invitation_behind
from apps.projects.services import invitations
from apps.projects.vocabulary import ROLE_WORDS

_UNKNOWN = "No link is like this. Perhaps a part of it was lost on the way; open all of it, or ask for a new one."


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who is signed in joins; anybody else signs in first, or makes an account. Looking uses nothing up."""
    found = invitation_behind(token)
    if found is None:
        return render(request, "projects/invitation_dead.html", {"why": _UNKNOWN}, status=404)
    if found.used_by_id is not None and found.used_by_id == request.user.pk:
        return _welcome(request, found)  # a second click, or the link opened again
    form = AccountForm(request.POST if request.method == "POST" and not request.user.is_authenticated else None)
    try:
        invitations.check(found)
        if request.method == "POST" and request.user.is_authenticated and found.project:
            invitations.accept(request.user, found)
            return _welcome(request, found)
        if form.is_valid():
            login(request, invitations.join(form.save(commit=False), found))
            return _welcome(request, found)
    except UserError as error:
        return render(request, "projects/invitation_dead.html", {"why": error, "invitation": found}, status=410)
    context = {"invitation": found, "form": form, "allows": ROLE_WORDS.get(found.role, "")}
    return render(request, "projects/invitation.html", context, status=422 if form.errors else 200)


def _welcome(request: HttpRequest, used: Invitation) -> HttpResponse:
    if used.project is None:
        messages.success(request, "Welcome. You see a project as soon as one of its admins lets you in.")
        return redirect("home")
    messages.success(request, f"Welcome to {used.project}. You are {used.role}: {ROLE_WORDS[used.role]}.")
    return redirect("project", used.project.slug)
