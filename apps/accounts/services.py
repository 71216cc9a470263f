"""What changes an account."""

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.accounts import throttle
from apps.accounts.models import Session, User


def new_password(user: User, password: str) -> User:
    """Replace the password: every session of the person ends, and who was locked out may sign in again."""
    user.set_password(password)
    user.password_is_temporary = False
    user.save(update_fields=["password", "password_is_temporary"])
    throttle.reopen(user.get_username())
    return user


def end_session(user: User, handle: str) -> bool:
    """End the person's session with this handle; False where it had ended before."""
    found = next((session for session in user.sessions.all() if session.handle == handle), None)
    return found is not None and bool(Session.objects.filter(pk=found.pk).delete()[0])


def end_other_sessions(user: User, keep: str | None) -> int:
    """End all sessions of the person but the one with this key. How many there were."""
    return user.sessions.exclude(pk=keep).delete()[0]


def reset_path(user: User) -> str:
    """Path of a page that sets a new password, once: a new password, or signing in, makes it worthless."""
    identity = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("password-new", args=[identity, default_token_generator.make_token(user)])
