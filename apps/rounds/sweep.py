"""Giving back what nobody holds any more."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from apps.common.doorbell import ring
from apps.oversight.services import answers
from apps.records import transitions
from apps.records.models import Effect, EffectState
from apps.rounds.conduct import FOR_ANYBODY
from apps.rounds.measuring import PERFORMED


def sweep() -> int:
    """Answers whose undo window closed take effect; effects whose lease ran out become ready again.

    Returns how many effects; rings for those that wait for a performer.
    """
    expired = Effect.open.filter(state=EffectState.RUNNING, until__lt=Now(), kind__in=PERFORMED)
    answers.release_due()
    released = transitions.release(expired)
    if due().exists():
        ring("sandbox")
    return released


def due() -> QuerySet[Effect]:
    """Ready effects that any process may perform: their driver does not claim what it asks for."""
    waited = Q(until=None) | Q(until__lt=Now())
    return Effect.open.filter(waited, state=EffectState.READY, kind__in=PERFORMED, holder=FOR_ANYBODY)
