"""What every page says of the queue."""

from typing import Any, cast

from django import template

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.oversight import selectors

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_gates(context: dict[str, Any]) -> str:
    """How many gates wait in the projects that the person may see, "99+" above that; empty for none."""
    return selectors.waiting(Actor.person(cast(User, context["user"])))
