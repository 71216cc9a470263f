"""Accounts of the installation, as its admins manage them."""

from django.db import transaction

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.services import end_other_sessions, reset_path
from apps.common.errors import UserError
from apps.log.chain import INSTALLATION, Entry
from apps.log.services import append
from apps.projects.access import require


@transaction.atomic
def deactivate(actor: Actor, person: User) -> None:
    """Sign a person out everywhere and let them in no more. Roles stay, for when they come back."""
    require(actor, "manage", None)
    _not_oneself(actor, person, "deactivate")
    if _turn(person, is_active=False):
        end_other_sessions(person, keep=None)
        _log(actor, person, "person.deactivated")


@transaction.atomic
def reactivate(actor: Actor, person: User) -> None:
    """Let a person in again."""
    require(actor, "manage", None)
    if _turn(person, is_active=True):
        _log(actor, person, "person.reactivated")


@transaction.atomic
def make_admin(actor: Actor, person: User) -> None:
    """Let a person do everything here."""
    require(actor, "manage", None)
    if not person.is_active:
        raise UserError(f"{person} is deactivated. Reactivate the account first. Nothing was changed.")
    if _turn(person, is_superuser=True, is_staff=True):
        _log(actor, person, "admin.granted")


@transaction.atomic
def unmake_admin(actor: Actor, person: User) -> None:
    """Leave a person the roles in projects alone."""
    require(actor, "manage", None)
    _not_oneself(actor, person, "take the admin’s rights from")
    if _turn(person, is_superuser=False, is_staff=False):
        _log(actor, person, "admin.withdrawn")


@transaction.atomic
def make_reset_path(actor: Actor, person: User) -> str:
    """Path of a page where the person sets a new password, once. Whoever has it can become the person: it is logged."""
    require(actor, "manage", None)
    if not person.is_active:
        raise UserError(f"{person} is deactivated. Reactivate the account first. No link was made.")
    _log(actor, person, "reset.made")
    return reset_path(person)


def _turn(person: User, **values: bool) -> bool:
    """Set the flags; False where they were so already."""
    before = User.objects.filter(pk=person.pk).exclude(**values)
    return bool(before.update(**values))


def _not_oneself(actor: Actor, person: User, doing: str) -> None:
    """So there is always an admin left: whoever acts."""
    if actor.kind == "person" and actor.user == person:
        raise UserError(f"You cannot {doing} yourself; another admin of this installation can. Nothing was changed.")


def _log(actor: Actor, person: User, kind: str) -> None:
    append(INSTALLATION, [Entry(kind, str(actor), f"person:{person.pk}", {"person": person.pk})])
