"""Reading a project's parts, and who may do what with it."""

from collections.abc import Iterator
from copy import copy
from hashlib import sha256
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.engine.axes import Axes, axes_from
from apps.engine.canonical import decode
from apps.projects.access import may
from apps.projects.evaluator_files import as_bytes
from apps.projects.models import AxesVersion, Invitation, Labels, Membership, Project, Task

FORGEABLE = "evaluator and candidate run in one sandbox, so a candidate could write its own score (forgeable)"

# Columns of Project that a package with another evaluator brings; they decide scores, or say how scores vary.
OF_EVALUATOR = (
    *("evaluator_entry", "evaluator_limits", "limits", "packages", "preload", "variables", "worker", "rubric"),
    *("repeatable", "noise"),
)


def program_files(project: Project) -> dict[str, bytes]:
    """The seed: content of every component by path."""
    return {path: bytes(content) for path, content in project.components.values_list("path", "content")}


def edits(project: Project) -> dict[str, str]:
    """What may be edited of each component by path: whole, regions or protected."""
    return dict(project.components.values_list("path", "edit"))


def scorer_files(project: Project) -> dict[str, bytes]:
    """The evaluator's files by path."""
    return as_bytes(decode(bytes(project.evaluator)))


def beside(project: Project) -> dict[str, bytes]:
    """What runs in one sandbox with a candidate, by path: the evaluator of a forgeable project, else nothing."""
    return scorer_files(project) if project.forgeable else {}


def standing(project: Project) -> list[str]:
    """What whoever looks at scores of the project should know: that they are forgeable, and the notes of its import."""
    if not project.forgeable:
        return list(project.notes)
    return [f"written for {project.get_style_display()}: {FORGEABLE}", *project.notes]


def tasks(project: Project, *splits: str) -> QuerySet[Task]:
    """Tasks of the splits, in the order of the folder."""
    return project.tasks.filter(split__in=splits)


def limits(project: Project) -> dict[str, Any]:
    """What a candidate may use per task: the fields of sandbox.contract.Limits."""
    return dict(project.limits)


def labels(project: Project) -> list[dict[str, str]]:
    """People's labels for the judge: {"task", "output": canonical JSON text, "level", "by"}, in the folder's order."""
    rows = Labels.objects.filter(project=project).values_list("rows", flat=True).first()
    return decode(bytes(rows)) if rows else []


def label_count(project: Project) -> int:
    """How many labels there are, without reading them."""
    return Labels.objects.filter(project=project).values_list("count", flat=True).first() or 0


def tasks_by_split(project: Project) -> dict[str, int]:
    """How many tasks are in which split."""
    return dict(project.tasks.order_by().values_list("split").annotate(Count("pk")))


def as_it_was(project: Project) -> Iterator[Project]:
    """The project with its evaluator of now, and with each former one, the latest first. To read, not to save."""
    yield project
    for former in project.former_evaluators.order_by("-version"):
        told = decode(bytes(former.columns))
        was = copy(project)
        for name in OF_EVALUATOR:
            setattr(was, name, told.get(name, {}))  # worker and rubric are younger than some of them
        was.evaluator = told["evaluator"].encode()
        yield was


def axes(project: Project) -> Axes:
    """Along what the project's candidates are looked at now; what a run's method sees is in Run.axes."""
    found = axes_version(project)
    return axes_from(decode(bytes(found.axes))) if found else Axes()


def axes_version(project: Project) -> AxesVersion | None:
    """The axes in force, with who set them and when; None where there never were any."""
    return project.axes_versions.order_by("-version").first()


def members(project: Project) -> QuerySet[Membership]:
    """Who has a role in the project."""
    return project.memberships.select_related("user")


def open_invitations(project: Project | None) -> QuerySet[Invitation]:
    """Links that may still be used, newest first; without a project those into the installation alone."""
    still = Invitation.objects.filter(project=project, used=None, revoked=None, expires__gt=timezone.now())
    return still.select_related("made_by").order_by("-pk")


def invitation_behind(token: str) -> Invitation | None:
    """The invitation that a link stands for."""
    found = Invitation.objects.filter(token=token_digest(token))
    return found.select_related("project", "made_by").first()


def state_of(invitation: Invitation) -> str:
    """open, used, revoked, expired, or orphaned: whoever made it may not invite any more."""
    if invitation.used:
        return "used"
    if invitation.revoked:
        return "revoked"
    if invitation.expires <= timezone.now():
        return "expired"
    return "open" if may(Actor.person(invitation.made_by), "manage", invitation.project) else "orphaned"


def token_digest(token: str) -> bytes:
    """What is kept of a link."""
    return sha256(token.encode()).digest()


def people(asked: str = "") -> QuerySet[User]:
    """Every account, or those whose name or address has this in it, with how many projects each is a member of."""
    found = User.objects.annotate(projects=Count("memberships"))
    if not asked:
        return found
    return found.filter(Q(username__icontains=asked) | Q(display_name__icontains=asked) | Q(email__icontains=asked))


def member_count() -> Subquery:
    """To annotate projects with: how many members each has."""
    members = Membership.objects.filter(project=OuterRef("pk")).order_by().values("project")
    return Subquery(members.annotate(count=Count("pk")).values("count"))
