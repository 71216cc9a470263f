"""Holding a gate for a while, so that two people do not work on one: the row is the lock."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.errors import Conflict
from apps.log.chain import Entry
from apps.log.services import append
from apps.oversight import selectors
from apps.oversight.models import Claim
from apps.projects.access import require
from apps.records.models import HELD, Effect, Run
from apps.records.transitions import lease_end

CLAIMED_FOR = timedelta(minutes=10)
TRIES = 100


def claim(actor: Actor, effect: Effect) -> Claim:
    """Hold a gate for ten minutes from now; again to go on holding it. Raises Conflict naming who holds it."""
    run = effect.round.run
    require(actor, "review", run.project)
    _still_open(effect)
    with transaction.atomic():
        mine = _take(actor, effect, Q(person=actor.user) | Q(until__lt=Now()))
        if mine is not None:
            _log(actor, run, "gate.claimed", effect)
            return mine
    held = Claim.objects.filter(effect=effect).select_related("person").first()
    raise Conflict(
        f"{held.person if held else 'Somebody else'} holds this gate. Take another, or wait until it is free."
    )


def claim_next(actor: Actor, gates: QuerySet[Effect]) -> Effect | None:
    """Claim the first of these gates that nobody holds and that the actor has not put off. None: there is no more."""
    free = selectors.claimable(actor, gates)
    for effect in free[:TRIES]:
        try:
            claim(actor, effect)
        except Conflict:
            continue  # somebody was faster
        return effect
    return None


def free(actor: Actor, effect: Effect) -> bool:
    """Give a gate back. False when the actor did not hold it."""
    run = effect.round.run
    require(actor, "review", run.project)
    with transaction.atomic():
        deleted, _ = Claim.objects.filter(effect=effect, person=actor.user).delete()
        if deleted:
            _log(actor, run, "gate.freed", effect)
    return bool(deleted)


def take_over(actor: Actor, effect: Effect) -> Claim:
    """Hold a gate that another person holds: for maintainers, when somebody went to lunch with it."""
    run = effect.round.run
    require(actor, "maintain", run.project)
    _still_open(effect)
    with transaction.atomic():
        mine = _take(actor, effect, Q())
        if mine is None:
            raise Conflict("This gate was taken by somebody else just now. Look at it again.")
        _log(actor, run, "gate.claimed", effect)
    return mine


def forget_closed() -> int:
    """Remove what is left of claims whose gates were closed otherwise than by an answer. Returns how many."""
    left = Claim.objects.filter(effect__since__isnull=True)
    return left.delete()[0] if left.exists() else 0  # asked every second: a delete takes the lock for writing


def _still_open(effect: Effect) -> None:
    if not Effect.objects.filter(pk=effect.pk, state__in=HELD).exists():
        raise Conflict("This gate is closed; there is nothing to claim.")


def _take(actor: Actor, effect: Effect, whose: Q) -> Claim | None:
    """One statement decides who holds the gate; the unique row refuses a second holder."""
    values = {"person": actor.user, "since": timezone.now(), "until": lease_end(CLAIMED_FOR)}
    if not Claim.objects.filter(whose, effect=effect).update(**values):
        try:
            with transaction.atomic():
                Claim.objects.create(effect=effect, **values)
        except IntegrityError:
            return None
    return Claim.objects.select_related("person").get(effect=effect)


def _log(actor: Actor, run: Run, kind: str, effect: Effect) -> None:
    body = {"round": effect.round_id, "position": effect.position, "child": effect.child}
    append(run.project_id, [Entry(kind, str(actor), f"run:{run.pk}", body)])
