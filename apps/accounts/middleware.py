"""Every page is for people who signed in; what a person typed before the session ended is not lost."""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts import sessions
from apps.accounts.forms import SignInForm

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
    context = {"form": SignInForm(request), "next": _came_from(request), "unsent": typed(request.POST)}
    return render(request, "accounts/sign_in.html", context | {"late": True}, status=403)


def typed(fields: QueryDict) -> list[str]:
    """What a person wrote into a form: texts have spaces, while ids, keys, digests and choices have none."""
    return [
        text for name, texts in fields.lists() for text in texts if "password" not in name and len(text.split()) > 1
    ]


def _came_from(request: HttpRequest) -> str:
    """The page that the form stood on; its own address answers forms only."""
    page = request.headers.get("Referer", "")
    known = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if known else resolve_url(settings.LOGIN_REDIRECT_URL)
