"""Signing in, settings, and passwords."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import services, throttle
from apps.accounts.forms import ChangePasswordForm, ForgottenForm, NewPasswordForm, SettingsForm, SignInForm
from apps.accounts.models import Session, User
from apps.accounts.sessions import address_of, note

_MOST_UNSENT = 20


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The one door. What was typed before a session ended comes along, and is shown after signing in."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request, data=request.POST or None)
    unsent = request.POST.getlist("unsent")[:_MOST_UNSENT]
    try:
        if form.is_valid():
            return _signed_in(request, form.get_user(), unsent)
    except throttle.Closed as closed:
        return _closed(request, closed, request.POST.get("username", ""), unsent)
    context = {"form": form, "next": _next(request), "unsent": unsent, "late": bool(unsent)}
    return render(request, "accounts/sign_in.html", context)


@require_http_methods(["GET", "POST"])
def own_settings(request: HttpRequest) -> HttpResponse:
    """How the person is named and shown pages, and where the person is signed in."""
    person = _person(request)
    form = SettingsForm(request.POST or None, instance=person, address=address_of(request) or "")
    try:
        if form.is_valid():
            form.save()
            messages.success(request, "Saved.")
            return redirect("settings")
    except throttle.Closed as closed:
        return _closed(request, closed, person.get_username())
    if form.errors:
        person.refresh_from_db()  # the form wrote into it what was refused, and the frame of the page shows it
    sessions = person.sessions.filter(expire_date__gt=timezone.now()).order_by("-seen")
    context = {"form": form, "sessions": sessions, "this": request.session.session_key}
    return render(request, "accounts/settings.html", context, status=422 if form.errors else 200)


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out another browser of the same person, or all others."""
    if handle := request.POST.get("session", ""):
        ended = services.end_session(_person(request), handle)
        messages.success(request, "Signed out there." if ended else "That session had ended before.")
    else:
        count = services.end_other_sessions(_person(request), request.session.session_key)
        messages.success(request, f"Signed out in {count} other place{'' if count == 1 else 's'}.")
    return redirect("settings")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Choose another password; every other session ends."""
    person = _person(request)
    form = ChangePasswordForm(person, request.POST or None)
    address = address_of(request) or ""
    try:
        if request.method == "POST":
            throttle.count(person.get_username(), address)  # whoever finds an open session may not guess on
        if form.is_valid():
            form.save()
            update_session_auth_hash(request, person)
            services.end_other_sessions(person, request.session.session_key)
            messages.success(request, "Your password is changed. You are signed out everywhere else.")
            return redirect("settings")
    except throttle.Closed as closed:
        return _closed(request, closed, person.get_username())
    return render(request, "accounts/password_change.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Send a link for a new password; without mail, say who can make one."""
    form = ForgottenForm(request.POST or None)
    try:
        if settings.EVOWEB_MAIL and form.is_valid():
            throttle.count(f"mail to {form.cleaned_data['email'].lower()}", address_of(request) or "")
            form.save(
                request=request,
                use_https=request.is_secure(),
                subject_template_name="accounts/mail/forgotten_subject.txt",
                email_template_name="accounts/mail/forgotten.txt",
            )
            return render(request, "accounts/password_sent.html", {"days": _days()})
    except throttle.Closed as closed:
        return _closed(request, closed, "")
    return render(request, "accounts/password_forgotten.html", {"form": form, "mail": settings.EVOWEB_MAIL})


class NewPassword(PasswordResetConfirmView):
    """Behind a link that was mailed, or handed over by an admin: choose a new password, once."""

    template_name = "accounts/password_new.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign-in")

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:  # type: ignore[type-arg]
        response = super().form_valid(form)
        services.end_other_sessions(form.user, self.request.session.session_key)
        messages.success(self.request, "Your new password is set. Sign in with it.")
        return response


def _signed_in(request: HttpRequest, person: User, unsent: list[str]) -> HttpResponse:
    login(request, person)
    note(request)
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    if person.password_is_temporary:
        words = 'You signed in with the password that was printed at the first start. <a href="{}">Choose your own</a>.'
        messages.warning(request, format_html(words, reverse("password-change")))
    if unsent:
        return render(request, "accounts/unsent.html", {"unsent": unsent, "next": _next(request)})
    return redirect(_next(request))


def _closed(request: HttpRequest, closed: throttle.Closed, name: str, unsent: Sequence[str] = ()) -> HttpResponse:
    known = {"closed": closed, "name": name[:150], "address": address_of(request), "unsent": unsent}
    response = render(request, "accounts/closed.html", known | {"mail": settings.EVOWEB_MAIL}, status=429)
    response["Retry-After"] = str(closed.minutes * 60)
    return response


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


def _days() -> int:
    return max(1, timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)
