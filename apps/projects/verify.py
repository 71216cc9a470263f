"""Are the members of a project, the links into it and its axes those that its log vouches for?"""

from collections.abc import Iterator
from typing import Any

from apps.engine.canonical import decode
from apps.log.models import Event
from apps.projects.models import AxesVersion, Invitation, Membership, Project
from apps.projects.services.axes import said

_MEMBERS = ("member.added", "member.changed", "member.removed")
_INVITATIONS = ("invitation.made", "invitation.used", "invitation.revoked")


def problems(project: Project) -> Iterator[str]:
    """What is wrong with who may do what in the project, and with its axes, in words."""
    yield from _members(project)
    yield from _invitations(project)
    yield from _axes(project)


def _members(project: Project) -> Iterator[str]:
    known: dict[int, str] = {}
    for kind, body in _bodies(project, _MEMBERS):
        known[body["person"]] = body["role"]
        if kind == "member.removed":
            del known[body["person"]]
    for person, role in Membership.objects.filter(project=project).order_by("pk").values_list("user_id", "role"):
        if known.pop(person, None) != role:
            yield f"person {person} is {role} without the log"
    yield from (f"person {person} is {role} by the log, but is no member" for person, role in known.items())


def _invitations(project: Project) -> Iterator[str]:
    known = {body["invitation"]: (body["role"], body["token"], kind) for kind, body in _bodies(project, _INVITATIONS)}
    for invitation in Invitation.objects.filter(project=project).order_by("pk"):
        kind = "used" if invitation.used else "revoked" if invitation.revoked else "made"
        is_now = (invitation.role, bytes(invitation.token).hex(), f"invitation.{kind}")
        if known.pop(invitation.pk, None) != is_now:
            yield f"invitation {invitation.pk} was changed or added"
    yield from (f"invitation {key} is gone" for key in known)


def _axes(project: Project) -> Iterator[str]:
    told = {body["version"]: body for _, body in _bodies(project, ("axes.changed",))}
    for made in AxesVersion.objects.filter(project=project).order_by("version"):
        if told.pop(made.version, None) != said(made):
            yield f"version {made.version} of the axes was changed or added"
    yield from (f"version {version} of the axes is gone" for version in told)


def _bodies(project: Project, kinds: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    events = Event.objects.filter(project=project.pk, kind__in=kinds).order_by("sequence")
    for kind, body in events.values_list("kind", "body").iterator(chunk_size=1000):
        yield kind, decode(bytes(body))
