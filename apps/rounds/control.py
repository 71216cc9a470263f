"""The control room of a run: where it stands, what waits and why, and what each button would touch."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.accounts.names import said, with_names
from apps.common.ids import NUMBERS
from apps.common.keyset import Slice
from apps.engine import registry
from apps.engine.canonical import decode
from apps.engine.statistics.transitions import Transitions
from apps.llm.account import Account, Stopped, account
from apps.llm.selectors import present
from apps.llm.waits import Wait
from apps.oversight import desk, rules, selectors
from apps.oversight.dossier import Elsewhere, sign_of
from apps.oversight.models import Latch, Policy
from apps.projects.access import verbs
from apps.projects.models import Project
from apps.records.models import HELD, CandidateEdit, Commission, Effect, EffectState, Run, RunState, Snapshot
from apps.rounds import voices
from apps.rounds.chart import Chart, step_chart
from apps.rounds.method_memory import Clades, Repairs
from apps.rounds.selectors import CandidateRow, latest_candidates, per_minute, state_of, waits_of

GATES = 10
LISTED = 10
COUNTED = 20_000  # candidates, up to which improvements are counted each time that the page is shown
_WAITS = {
    "grow": "Try again from",
    "edit": "Take up the edit of",
    "measure": "Measure again",
    "again": "Take over",
    "parts": "Tell apart the parts of",
}


def runs(project: Project) -> QuerySet[Run]:
    """The project's runs, each with what its control room shows at once."""
    policy = Policy.objects.filter(run=OuterRef("pk")).order_by("-version")
    seed = CandidateEdit.objects.filter(pk=OuterRef("pk") * NUMBERS)
    origin = CandidateEdit.objects.filter(pk=OuterRef("origin"))
    found = (
        Run.objects.filter(project=project)
        .select_related("baseline_of", "snapshot", "protocol")
        .defer("protocol__description")
    )
    return found.annotate(
        mode=Subquery(policy.values("mode")[:1]),
        version=Subquery(policy.values("version")[:1]),
        seed_score=Subquery(seed.values("score")),
        origin_run=Subquery(origin.values("run__number")),
        origin_verdict=Subquery(origin.values("verdict")),
    )


@dataclass(frozen=True, slots=True)
class Stop:
    """A latch, and who set it, in words."""

    latch: Latch
    by: str

    @property
    def scope(self) -> str:
        if self.latch.run_id:
            return "This run"
        return "The project" if self.latch.project_id else "Everything here"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A commission that was not taken up yet."""

    commission: Commission

    @property
    def words(self) -> str:
        return f"{_WAITS.get(self.commission.kind, self.commission.kind)} candidate {self.number}"

    @property
    def number(self) -> int:
        return self.commission.candidate % NUMBERS

    @property
    def run(self) -> int:
        """Number of the run whose candidate it is about."""
        return int(vars(self.commission)["of_run"])


@dataclass
class ControlRoom:
    """One run of `runs`; every part is read when a template first asks for it."""

    actor: Actor
    run: Run

    @property
    def project(self) -> Project:
        return self.run.project

    @property
    def sign(self) -> int:
        return sign_of(self.project)

    @property
    def is_open(self) -> bool:
        return bool(self.run.state == RunState.OPEN)

    @cached_property
    def state(self) -> str:
        return state_of(self.run, self._states, bool(self._latches))

    @cached_property
    def may_operate(self) -> bool:
        return "operate" in verbs(self.actor, self.project)

    # ---- what stops it

    @cached_property
    def stops(self) -> list[Stop]:
        """What stops this run: its own latch, its project's, and that of everything."""
        return [Stop(latch, said(latch.set_by, vars(latch)["name"])) for latch in self._latches]

    @property
    def paused(self) -> bool:
        """Whether the run's own latch is set."""
        return any(latch.run_id for latch in self._latches)

    @property
    def project_paused(self) -> bool:
        return any(latch.run_id is None and latch.project_id for latch in self._latches)

    @property
    def all_stopped(self) -> bool:
        """Whether the stop of everything is set."""
        return any(latch.project_id is None for latch in self._latches)

    @cached_property
    def _latches(self) -> list[Latch]:
        return list(with_names(selectors.latches(self.run), "set_by").order_by("pk")) if self.is_open else []

    @cached_property
    def waits(self) -> list[Wait]:
        """What rounds wait for, besides people and models that are stopped, with the present next try."""
        return [wait for wait in present(self.project.pk, waits_of(self.run)) if not wait.stopped]

    # ---- what its models take

    @cached_property
    def models(self) -> Account | None:
        """What its calls come to and what stops its models; None where it asks none."""
        if not self.run.asks:
            return None
        return account(self.run, voices.named(self.run), improvements=self.run.born <= COUNTED)

    @property
    def stopped_models(self) -> list[Stopped]:
        """Models that this run would ask and that are stopped: rounds wait for them."""
        return self.models.stopped if self.is_open and self.models else []

    # ---- what the policy is

    @property
    def mode(self) -> str:
        return vars(self.run).get("mode") or "no policy"

    @property
    def version(self) -> int:
        return vars(self.run).get("version") or 0

    @property
    def modes(self) -> list[str]:
        return list(rules.MODES)

    # ---- what goes on

    @property
    def per_minute(self) -> float | None:
        return per_minute(self.run)

    @property
    def running(self) -> int:
        """How many effects are being carried out now."""
        return self._states.get(EffectState.RUNNING, 0)

    @property
    def waiting(self) -> int:
        """How many effects are held for people."""
        return sum(self._states.get(state, 0) for state in HELD)

    @property
    def under_way(self) -> int:
        """How many effects are open at all: what an abort cancels."""
        return sum(self._states.values())

    @property
    def workers(self) -> list[tuple[str, int]]:
        """Who measures for this run, and how many effects each."""
        counts: Counter[str] = Counter()
        for row in self._effects:
            if row["state"] == EffectState.RUNNING:
                counts[row["holder"]] += row["count"]
        return counts.most_common(LISTED)

    @property
    def driven(self) -> bool:
        """Whether somebody drives it: the lease has not run out."""
        return bool(self.run.driver_until and self.run.driver_until > timezone.now())

    @cached_property
    def gates(self) -> Slice[desk.Gate]:
        """What waits for people in this run, oldest first."""
        found = list(desk.gates(self.actor).filter(round__run=self.run)[: GATES + 1])
        return Slice([desk.Gate(effect) for effect in found[:GATES]], found[-1].pk if len(found) > GATES else None)

    @cached_property
    def commissions(self) -> list[Waiting]:
        """What people asked this run to do next, or asked of it before it ended without doing it."""
        of_run = CandidateEdit.objects.filter(pk=OuterRef("candidate")).values("run__number")
        asked = Commission.objects.filter(run=self.run, served__isnull=True).annotate(of_run=Subquery(of_run))
        return [Waiting(commission) for commission in asked.order_by("pk")[:LISTED]]

    # ---- what came of it

    @property
    def seed_score(self) -> float | None:
        return vars(self.run).get("seed_score")

    @cached_property
    def origin(self) -> Elsewhere | None:
        """The candidate of another run that it began with."""
        read = vars(self.run)
        if self.run.origin is None or read["origin_run"] is None:
            return None
        return Elsewhere(read["origin_run"], self.run.origin % NUMBERS, read["origin_verdict"])

    @cached_property
    def result(self) -> dict[str, Any]:
        """The conclusion, in the project's own direction; empty while there is none."""
        return dict(decode(bytes(self.run.result))) if self.run.result else {}

    @property
    def chart(self) -> Chart | None:
        curve = decode(bytes(self._snapshot.curve)) if self._snapshot else []
        return step_chart(curve, max(0, self.run.born - 1), self.sign, self.seed_score)

    @cached_property
    def memory(self) -> dict[str, Any]:
        """What its method goes by, as the driver last wrote it; see engine/remembered.py."""
        return dict(decode(bytes(self._snapshot.memory))) if self._snapshot else {}

    @property
    def warning(self) -> str:
        """What people should know of how the method fares; "" for most."""
        return Transitions(*self.memory["refinements"]).warning() if "refinements" in self.memory else ""

    @property
    def leads(self) -> tuple[str, str] | None:
        """The view of the run that shows what its method goes by, and what that is; None where no other view does."""
        goes_by = registry.get(self.run.method).goes_by if self.run.method in registry.names() else None
        return (f"run-{goes_by.view}", goes_by.what) if goes_by else None

    @property
    def repairs(self) -> Repairs | None:
        return Repairs(**self.memory["repairs"]) if "repairs" in self.memory else None

    @property
    def clades(self) -> Clades | None:
        return Clades(**self.memory["clades"]) if "clades" in self.memory else None

    @property
    def failures(self) -> list[tuple[str, int]]:
        """Failure labels with how many candidates bear them, most first."""
        counts: dict[str, int] = decode(bytes(self._snapshot.failures)) if self._snapshot else {}
        return Counter(counts).most_common()

    def candidates(self) -> Slice[CandidateRow]:
        """The latest candidates."""
        return latest_candidates(self.run)

    @cached_property
    def baselines(self) -> list[Run]:
        """Runs that this one is compared with, such as its null run; they come when it has ended."""
        if self.is_open:
            return []
        return list(self.run.baselines.defer("parameters", "result", "code").order_by("pk")[:LISTED])

    @property
    def _snapshot(self) -> Snapshot | None:
        return getattr(self.run, "snapshot", None)

    @cached_property
    def _effects(self) -> list[dict[str, Any]]:
        """Open effects by state and holder, with how many there are."""
        rows = Effect.open.filter(round__run=self.run).values("state", "holder").annotate(count=Count("pk"))
        return [dict(row) for row in rows.order_by()]

    @cached_property
    def _states(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for row in self._effects:
            counts[row["state"]] += row["count"]
        return counts
