"""Roles of people in a project: given, changed, taken away."""

from django.db import transaction

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.common.errors import Conflict, UserError
from apps.log.chain import Entry
from apps.log.services import append
from apps.projects.access import may, require
from apps.projects.models import Membership, Project
from apps.projects.vocabulary import ROLES


def added(actor: Actor, member: Membership) -> Entry:
    """The log's word of a new member."""
    return _entry("member.added", actor, member, member.role)


@transaction.atomic
def change(actor: Actor, member: Membership, role: str, seen: str) -> Membership:
    """Give a member another role than the one that was seen.

    Raises PermissionDenied; Conflict where the role is another one by now; UserError for an unknown one and for the
    last admin.
    """
    require(actor, "manage", member.project)
    if role not in ROLES:
        raise UserError(f"“{role}” is no role. Roles: {', '.join(ROLES)}. Nothing was changed.")
    held = _held(actor, member, seen)
    if held.role != role:
        Membership.objects.filter(pk=held.pk).update(role=role)
        append(held.project_id, [_entry("member.changed", actor, held, role)])
    held.role = role
    return held


@transaction.atomic
def remove(actor: Actor, member: Membership, seen: str) -> None:
    """Take a member's role away. Raises as change() does."""
    require(actor, "manage", member.project)
    held = _held(actor, member, seen)
    entry = _entry("member.removed", actor, held, held.role)
    Membership.objects.filter(pk=held.pk).delete()
    append(member.project_id, [entry])


def admit(user: User, project: Project, role: str) -> Entry:
    """Make a person a member by invitation, and the log's word of it, for the caller to append."""
    member, new = Membership.objects.get_or_create(project=project, user=user, defaults={"role": role})
    if not new:
        raise UserError(f"You are a member of {project} already, as {member.role}. An admin can change that.")
    return added(Actor.person(user), member)


def _held(actor: Actor, member: Membership, seen: str) -> Membership:
    """The membership as it is now, while nobody else can touch the admins of the project."""
    admins = set(
        Membership.objects.select_for_update()
        .filter(project=member.project_id, role="admin")
        .values_list("pk", flat=True)
    )
    now = Membership.objects.select_for_update(of=("self",)).select_related("user").filter(pk=member.pk).first()
    if now is None:
        raise Conflict("This person is no member any more; somebody was faster. Nothing was changed.")
    if now.role != seen:
        raise Conflict(f"{now.user} has become {now.role} since you opened the page. Nothing was changed; look again.")
    if admins == {now.pk} and not may(actor, "manage", None):
        raise UserError(
            f"{now.user} is the last admin of this project. Make somebody else admin first, or ask an admin of this "
            "installation. Nothing was changed."
        )
    return now


def _entry(kind: str, actor: Actor, member: Membership, role: str) -> Entry:
    body = {"member": member.pk, "person": member.user_id, "role": role}
    return Entry(kind, str(actor), f"person:{member.user_id}", body)
