"""Are the members of a project, and the links into it, those that its log vouches for?"""

from collections.abc import Iterator
from typing import Any

from apps.engine.canonical import decode
from apps.log.models import Event
from apps.projects.models import Invitation, Membership, Project

_MEMBERS = ("member.added", "member.changed", "member.removed")
_INVITATIONS = ("invitation.made", "invitation.used", "invitation.revoked")


def problems(project: Project) -> Iterator[str]:
    """What is wrong with who may do what in the project, in words."""
    yield from _members(project)
    yield from _invitations(project)


def _members(project: Project) -> Iterator[str]:
    said: dict[int, str] = {}
    for kind, body in _bodies(project, _MEMBERS):
        said[body["person"]] = body["role"]
        if kind == "member.removed":
            del said[body["person"]]
    for person, role in Membership.objects.filter(project=project).order_by("pk").values_list("user_id", "role"):
        if said.pop(person, None) != role:
            yield f"person {person} is {role} without the log"
    yield from (f"person {person} is {role} by the log, but is no member" for person, role in said.items())


def _invitations(project: Project) -> Iterator[str]:
    said = {body["invitation"]: (body["role"], body["token"], kind) for kind, body in _bodies(project, _INVITATIONS)}
    for invitation in Invitation.objects.filter(project=project).order_by("pk"):
        kind = "used" if invitation.used else "revoked" if invitation.revoked else "made"
        is_now = (invitation.role, bytes(invitation.token).hex(), f"invitation.{kind}")
        if said.pop(invitation.pk, None) != is_now:
            yield f"invitation {invitation.pk} was changed or added"
    yield from (f"invitation {key} is gone" for key in said)


def _bodies(project: Project, kinds: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    events = Event.objects.filter(project=project.pk, kind__in=kinds).order_by("sequence")
    for kind, body in events.values_list("kind", "body").iterator(chunk_size=1000):
        yield kind, decode(bytes(body))
