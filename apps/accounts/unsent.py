"""What a person typed into a form that was not accepted for a reason that has nothing to do with the text."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def typed(fields: QueryDict) -> list[str]:
    """Texts that a person wrote: they have spaces, while ids, keys, digests and choices have none. No passwords."""
    return [
        text for name, texts in fields.lists() for text in texts if "password" not in name and len(text.split()) > 1
    ]


def page_of_the_form(request: HttpRequest) -> str:
    """The page that a form stood on, for its own address may answer forms only; empty where it was none of ours."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if ours else ""


def forged(request: HttpRequest, reason: str) -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: mostly a form of before the last sign-in. Its text is shown, a stranger's is not."""
    page = page_of_the_form(request)
    context = {"unsent": typed(request.POST) if page else [], "next": page or resolve_url(settings.LOGIN_REDIRECT_URL)}
    return render(request, "403_csrf.html", context, status=403)
