"""From a request to who acts."""

from typing import cast

from django.http import HttpRequest

from apps.accounts.actors import Actor
from apps.accounts.models import User


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person; every view but signing in is closed to others."""
    return Actor.person(cast(User, request.user))
