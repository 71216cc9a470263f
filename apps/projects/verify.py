"""Are the members of a project, the links into it, its axes and evaluators those that its log vouches for?"""

from collections.abc import Iterator
from typing import Any

from apps.engine.canonical import decode, digest
from apps.log.models import Event
from apps.projects.models import AxesVersion, FormerEvaluator, Invitation, Labels, Membership, Project
from apps.projects.protocol import scorer_digest
from apps.projects.services.axes import said

_MEMBERS = ("member.added", "member.changed", "member.removed")
_INVITATIONS = ("invitation.made", "invitation.used", "invitation.revoked")


def problems(project: Project) -> Iterator[str]:
    """What is wrong with who may do what in the project, with its axes, evaluators and labels, in words."""
    yield from _members(project)
    yield from _invitations(project)
    yield from _axes(project)
    yield from _evaluators(project)
    yield from _labels(project)


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


def _evaluators(project: Project) -> Iterator[str]:
    told = [body for _, body in _bodies(project, ("evaluator.changed",))]
    known = list(FormerEvaluator.objects.filter(project=project).order_by("version"))
    if [body["version"] for body in told] != [kept.version + 1 for kept in known]:
        yield "the evaluators are not those that were replaced by the log"
        return
    for body, kept in zip(told, known, strict=True):
        if body["before"] != digest(bytes(kept.columns)).hex():
            yield f"evaluator {kept.version} was changed"
    found = scorer_digest(project)
    if project.scorer and (bytes(project.scorer) != found or (told and told[-1]["scorer"] != found.hex())):
        yield "the evaluator or the limits were changed"


def _labels(project: Project) -> Iterator[str]:
    """Those in force are of that digest. For those that a judge was tried by the log vouches."""
    rows = Labels.objects.filter(project=project).values_list("rows", flat=True).first()
    found = b"" if rows is None else digest(bytes(rows))
    if found != bytes(project.labels_digest):
        yield "people's labels are not those that the project's row names"


def _bodies(project: Project, kinds: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    events = Event.objects.filter(project=project.pk, kind__in=kinds).order_by("sequence")
    for kind, body in events.values_list("kind", "body").iterator(chunk_size=1000):
        yield kind, decode(bytes(body))
