"""The models that a run may ask, and the calls that are on their way to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.engine.canonical import decode
from apps.engine.setup import Ensembles, ensembles_from
from apps.llm import selectors
from apps.llm.contract import CallJob, CallOutcome
from apps.llm.ledger import MODES, Mode, Settled, Wanted
from apps.llm.models import Call, CallState
from apps.llm.settling import lose
from apps.llm.waits import Wait
from apps.records import transitions
from apps.records.models import Run, RunState
from apps.rounds.measuring import Place

LONG = timedelta(hours=2)
SPENT = "the budget of model calls is spent"
ENDING = ("budget", "price")  # why no call is made that will keep every other from being made


@dataclass(slots=True)
class Question:
    """An Ask that this process has claimed. job: its call, once the ledger has a row of it."""

    place: Place
    token: int
    wanted: Wanted
    job: CallJob | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A call that has ended and is not recorded yet. settled: the ledger answered it itself, from what it knew."""

    question: Question
    outcome: CallOutcome
    settled: Settled | None = None


@dataclass(slots=True)
class Models:
    """The models of a run by name, and what calls of them wait for. Without a project nothing is waited for."""

    names: frozenset[str] = frozenset()
    project: int | None = None
    waits: dict[str, Wait] = field(default_factory=dict)
    spent: str = ""  # why no call is made any more

    def look(self) -> bool:
        """Ask what they wait for now. Whether that is something else than before."""
        if not self.names or self.project is None:
            return False
        before, self.waits = self.waits, selectors.waits(self.project, self.names)
        return self.waits != before


def of(run: Run, ensembles: Ensembles) -> Models:
    """The models that play a role, as they stand now. Where all is answered from the ledger, none is waited for."""
    names = frozenset(voice.model for voices in ensembles.values() for voice in voices)
    models = Models(names, None if mode(run) == "replay" else run.project_id)
    models.look()
    return models


def mode(run: Run) -> Mode:
    """Whether a run's calls are made, or answered from the ledger."""
    told = decode(bytes(run.options)).get("calls")
    return next((mode for mode in MODES if mode == told), "record")


def named(run: Run) -> frozenset[str]:
    """The models that it may ask."""
    cast = ensembles_from(decode(bytes(run.ensembles)))
    return frozenset(voice.model for voices in cast.values() for voice in voices)


def lost(run: Run, known: set[str]) -> int:
    """Calls that dead processes had on their way: nobody waits for them any more. known: keys of those on their way.

    Calls of the measured model are those of whoever measures.
    """
    left = Call.objects.filter(run=run, state=CallState.IN_FLIGHT, task=None).exclude(key__in=known)
    if not left.exists():
        return 0
    with transaction.atomic():
        return lose(left)


def given_up(keys: Iterable[str]) -> list[str]:
    """Those of these calls that were marked lost, although whoever made them waits for them."""
    wanted = list(keys)
    found = Call.objects.filter(key__in=wanted, state=CallState.LOST)
    return list(found.values_list("key", flat=True)) if wanted else []


def end(run: Run, state: str, why: str) -> None:
    """End a run in the middle: what its calls had reserved is free again."""
    if transitions.end(run, state, why):
        forgotten()


def forgotten() -> int:
    """Calls in flight of runs that have ended, aborted, say, by a person, or that nobody drives: their process died.

    Of those of a project itself, that try its judge, none takes so long as LONG.
    """
    alone = Q(run__driver="") | Q(run__driver_until__lt=Now())
    of_the_dead = Q(run__isnull=False) & (~Q(run__state=RunState.OPEN) | (alone & Q(task=None)))
    too_old = Q(run=None, project__isnull=False, opened__lt=timezone.now() - LONG)
    left = Call.objects.filter(of_the_dead | too_old, state=CallState.IN_FLIGHT)
    if not left.exists():
        return 0
    with transaction.atomic():
        return lose(left)
