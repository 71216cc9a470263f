"""Every page is for people who signed in; what a person typed before the session ended is not lost."""

from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from apps.accounts import sessions
from apps.accounts.forms import SignInForm
from apps.accounts.unsent import page_of_the_form, typed

_SAFE = ("GET", "HEAD", "OPTIONS")


class SignedInMiddleware(LoginRequiredMiddleware):
    """As Django's, and remembers where each session was last seen.

    A form that arrives without a session is answered with the sign-in page, which carries on what was typed in hidden
    fields: it stays in that tab, so whoever signs in elsewhere never sees it.
    """

    def process_view(self, request: HttpRequest, view_func: Any, *arguments: Any) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated:
            sessions.note(request)
            return None
        if request.method in _SAFE:
            return self.handle_no_permission(request, view_func)
        return _late(request)


def _late(request: HttpRequest) -> HttpResponse:
    context = {"form": SignInForm(request), "next": page_of_the_form(request), "unsent": typed(request.POST)}
    return render(request, "accounts/sign_in.html", context | {"late": True}, status=403)
