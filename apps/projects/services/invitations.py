"""Invitations: links that let one person in, once, for a while."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.common.errors import UserError
from apps.log.chain import INSTALLATION, Entry
from apps.log.services import append
from apps.projects.access import require
from apps.projects.models import Invitation, Project
from apps.projects.selectors import state_of, token_digest
from apps.projects.services.members import admit
from apps.projects.vocabulary import ROLES

VALID_FOR = timedelta(days=7)
_WHY_NOT = {
    "used": "This link was used already. Each lets in one person; if that was you, sign in.",
    "revoked": "This link was withdrawn.",
    "expired": "This link is too old: links work for a week.",
    "orphaned": "Whoever made this link may not invite people any more.",
}


@transaction.atomic
def invite(actor: Actor, project: Project | None, role: str = "") -> tuple[Invitation, str]:
    """A new invitation and its token, which nobody can read again. Raises PermissionDenied and UserError."""
    require(actor, "manage", project)
    if project is not None and role not in ROLES:
        raise UserError(f"“{role}” is no role. Roles: {', '.join(ROLES)}. Nobody was invited.")
    token = secrets.token_urlsafe(24)
    made = Invitation.objects.create(
        token=token_digest(token),
        project=project,
        role=role if project else "",
        made_by=actor.user,
        expires=timezone.now() + VALID_FOR,
    )
    _log(actor, made, "invitation.made")
    return made, token


@transaction.atomic
def revoke(actor: Actor, invitation: Invitation) -> bool:
    """Withdraw an invitation; False where it was used or withdrawn before."""
    require(actor, "manage", invitation.project)
    still = Invitation.objects.filter(pk=invitation.pk, used=None, revoked=None)
    if not still.update(revoked=timezone.now()):
        return False
    _log(actor, invitation, "invitation.revoked")
    return True


@transaction.atomic
def accept(user: User, invitation: Invitation) -> None:
    """Use an invitation up for a person. Raises UserError, with the reason, where it does not work."""
    _use(user, _held(invitation))


@transaction.atomic
def join(user: User, invitation: Invitation) -> User:
    """Store a new account and let it use the invitation; without it, no account either. Raises as accept() does."""
    held = _held(invitation)
    user.save()
    append(INSTALLATION, [Entry("person.added", str(Actor.person(user)), f"person:{user.pk}", {"person": user.pk})])
    _use(user, held)
    return user


def check(invitation: Invitation) -> None:
    """Raises UserError, with what to do next, unless the invitation works."""
    if why := _WHY_NOT.get(state_of(invitation)):
        raise UserError(f"{why} Nothing was changed. Ask whoever sent it for a new one.")


def _held(invitation: Invitation) -> Invitation:
    """The invitation as it is now, while nobody else can use it: a second click waits here, and then finds it used."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("project", "made_by")
    held = rows.get(pk=invitation.pk)
    check(held)
    return held


def _use(user: User, held: Invitation) -> None:
    held.used, held.used_by = timezone.now(), user
    held.save(update_fields=["used", "used_by"])
    entries = [_entry(Actor.person(user), held, "invitation.used")]
    if held.project is not None:
        entries.append(admit(user, held.project, held.role))
    append(held.project_id or INSTALLATION, entries)


def _log(actor: Actor, invitation: Invitation, kind: str) -> None:
    append(invitation.project_id or INSTALLATION, [_entry(actor, invitation, kind)])


def _entry(actor: Actor, invitation: Invitation, kind: str) -> Entry:
    body = {"invitation": invitation.pk, "role": invitation.role, "token": bytes(invitation.token).hex()}
    return Entry(kind, str(actor), f"invitation:{invitation.pk}", body)
