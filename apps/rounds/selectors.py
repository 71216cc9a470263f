"""What the pages of projects and runs show: cached columns, the run's snapshot, and short lists; never the history."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.ids import NUMBERS, of_run, row_id, run_and_number
from apps.common.keyset import Slice, newest
from apps.engine.canonical import decode
from apps.oversight import desk
from apps.oversight.dossier import sign_of
from apps.oversight.models import Latch, Policy
from apps.projects.access import may
from apps.projects.models import Project
from apps.records.models import HELD, CandidateEdit, Effect, EffectState, Run, RunState, Snapshot
from apps.rounds.chart import Chart, step_chart

CANDIDATES = 20
RUNS = 20
GATES = 10
RUN_COLUMNS_LEFT_OUT = ("parameters", "result", "code")

_MOVING = (EffectState.READY, EffectState.RUNNING)


def state_of(run: Run, effects: Mapping[str, int], latched: bool) -> str:
    """The run's state in one word that is true now: "paused" only when nothing of it runs any more.

    effects: how many of the run's open effects are in which state.
    """
    if run.state != RunState.OPEN:
        return str(run.state)
    if latched:
        return "pausing" if effects.get(EffectState.RUNNING) else "paused"
    if any(effects.get(state) for state in _MOVING):
        return "running"
    if any(effects.get(state) for state in HELD):
        return "waiting"
    driven = run.driver_until is not None and run.driver_until > timezone.now()
    return "running" if driven else "undriven"


def per_minute(run: Run) -> float | None:
    """Candidates measured per minute since the run began."""
    passed = ((run.ended or timezone.now()) - run.created).total_seconds()
    return 60 * run.measured / passed if passed > 0 and run.measured else None


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A candidate in a list."""

    candidate: CandidateEdit

    @property
    def operator(self) -> str:
        return str(decode(bytes(self.candidate.authors)).get("operator", ""))

    @property
    def parents(self) -> list[int]:
        return list(decode(bytes(self.candidate.parents))["parents"])


@dataclass
class RunReading:
    """One run, as its page shows it; every part is read when a template first asks for it."""

    actor: Actor
    run: Run

    @property
    def project(self) -> Project:
        return self.run.project

    @property
    def sign(self) -> int:
        return sign_of(self.project)

    @cached_property
    def state(self) -> str:
        return state_of(self.run, self._effects, bool(self.latches))

    @cached_property
    def latches(self) -> list[Latch]:
        """What stops this run: its own latch and its project's."""
        stops = Latch.objects.filter(Q(run=self.run) | Q(run=None), project=self.project, released_at=None)
        return list(stops.order_by("pk"))

    @property
    def paused(self) -> bool:
        """Whether the project's own latch is set: the one that the page can release."""
        return any(latch.run_id is None for latch in self.latches)

    @cached_property
    def mode(self) -> str:
        found = Policy.objects.filter(run=self.run).order_by("-version").values_list("mode", flat=True).first()
        return found or "no policy"

    @property
    def per_minute(self) -> float | None:
        return per_minute(self.run)

    @cached_property
    def seed_score(self) -> float | None:
        seed = CandidateEdit.objects.filter(pk=row_id(self.run.pk, 0)).values_list("score", flat=True)
        return seed.first()

    @cached_property
    def result(self) -> dict[str, Any]:
        """The conclusion, in the project's own direction; empty while there is none."""
        return dict(decode(bytes(self.run.result))) if self.run.result else {}

    @cached_property
    def snapshot(self) -> Snapshot | None:
        return Snapshot.objects.filter(run=self.run).first()

    @cached_property
    def chart(self) -> Chart | None:
        curve = decode(bytes(self.snapshot.curve)) if self.snapshot else []
        return step_chart(curve, max(0, self.run.born - 1), self.sign, self.seed_score)

    @cached_property
    def failures(self) -> list[tuple[str, int]]:
        """Failure labels with how many candidates bear them, most first."""
        counts: dict[str, int] = decode(bytes(self.snapshot.failures)) if self.snapshot else {}
        return Counter(counts).most_common()

    def candidates(self) -> Slice[CandidateRow]:
        """The latest candidates."""
        return latest_candidates(self.run, None)

    @cached_property
    def gates(self) -> Slice[desk.Gate]:
        """What waits for people in this run, oldest first."""
        held = desk.gates(self.actor).filter(round__run=self.run)
        found = list(held[: GATES + 1])
        return Slice([desk.Gate(effect) for effect in found[:GATES]], found[-1].pk if len(found) > GATES else None)

    @cached_property
    def waiting(self) -> int:
        """How many effects of this run are held."""
        return sum(self._effects.get(state, 0) for state in HELD)

    @cached_property
    def baselines(self) -> list[Run]:
        """Runs that this one is compared with, such as its null run."""
        return list(self.run.baselines.defer(*RUN_COLUMNS_LEFT_OUT).order_by("pk")[:10])

    @cached_property
    def others(self) -> list[Run]:
        """The project's latest runs, this one among them."""
        runs = Run.objects.filter(project=self.project).defer(*RUN_COLUMNS_LEFT_OUT)
        return list(runs.order_by("-number")[:RUNS])

    @cached_property
    def may_operate(self) -> bool:
        return may(self.actor, "operate", self.project)

    @cached_property
    def _effects(self) -> dict[str, int]:
        rows = Effect.open.filter(round__run=self.run).values_list("state").annotate(Count("pk"))
        return dict(rows.order_by())


def latest_candidates(run: Run, before: int | None, size: int = CANDIDATES) -> Slice[CandidateRow]:
    """Candidates of a run, newest first, below birth number `before` where it is given. `more` is a birth number."""
    born = CandidateEdit.objects.filter(of_run(run.pk))
    if before is not None:
        born = born.filter(pk__lt=row_id(run.pk, min(before, NUMBERS)))
    page = newest(born.only("parents", "authors", "score", "failure", "verdict"), size)
    more = None if page.more is None else run_and_number(page.more)[1]
    return Slice([CandidateRow(candidate) for candidate in page.rows], more)
