"""Giving back what nobody holds any more."""

from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from apps.common.doorbell import ring
from apps.common.errors import UserError
from apps.oversight.services import answers, claims
from apps.records import transitions
from apps.records.models import Effect, EffectState
from apps.rounds import voices
from apps.rounds.baselines import BASELINES, baseline, missing, ordered
from apps.rounds.conduct import FOR_ANYBODY
from apps.rounds.measuring import PERFORMED
from apps.sandbox.probe import require


def sweep() -> int:
    """Answers whose undo window closed take effect, claims of closed gates go, effects without a lease are ready again.

    Returns how many effects; rings for those that wait for a performer.
    """
    expired = Effect.open.filter(state=EffectState.RUNNING, until__lt=Now(), kind__in=PERFORMED)
    answers.release_due()
    claims.forget_closed()
    released = transitions.release(expired)
    voices.forgotten()
    if due().exists():
        ring("sandbox")
    return released


def due() -> QuerySet[Effect]:
    """Ready effects that any process may perform: their driver does not claim what it asks for."""
    waited = Q(until=None) | Q(until__lt=Now())
    return Effect.open.filter(waited, state=EffectState.READY, kind__in=PERFORMED, holder=FOR_ANYBODY)


def order_baselines() -> None:
    """Start the baselines that were ordered with runs that have ended since. Raises NoIsolation.

    What cannot start now is tried again at the next sweep: a stop will be released.
    """
    for run in filter(ordered, missing()):
        home = Path(settings.EVOWEB_HOME)
        for method in BASELINES:
            with suppress(UserError):
                baseline(run, method, require(home, settings.EVOWEB_SANDBOX).kind)
