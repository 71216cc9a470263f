"""What the first page shows: gates for this person and for others, what was decided lately, and what runs."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.keyset import Slice
from apps.oversight import desk
from apps.oversight.dossier import sign_of
from apps.oversight.models import Answer, Latch, Policy
from apps.projects.access import projects_for, visible_projects
from apps.projects.models import Project
from apps.records.models import HELD, Effect, Run, RunState
from apps.rounds.selectors import RUN_COLUMNS_LEFT_OUT, per_minute, state_of

ROWS = 10
ENDED_LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Decided:
    """An answer that somebody gave."""

    answer: Answer

    @cached_property
    def gate(self) -> desk.Gate:
        return desk.Gate(self.answer.effect)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run that goes on, stands still or ended lately."""

    run: Run
    mode: str
    state: str
    waiting: int
    latches: tuple[Latch, ...]

    @property
    def sign(self) -> int:
        return sign_of(self.run.project)

    @property
    def per_minute(self) -> float | None:
        return per_minute(self.run)


@dataclass
class Home:
    """The first page of one person; every part is read when the template first asks for it."""

    actor: Actor

    @cached_property
    def turn(self) -> Slice[desk.Gate]:
        """Gates that the person may answer, oldest first."""
        return _gates(self._gates.filter(round__run__project__in=self._own))

    @cached_property
    def others(self) -> Slice[desk.Gate]:
        """Gates that wait for somebody else."""
        return _gates(self._gates.exclude(round__run__project__in=self._own))

    @cached_property
    def decided(self) -> list[Decided]:
        """The latest answers in the person's projects."""
        found = Answer.objects.filter(effect__round__run__project__in=visible_projects(self.actor))
        heavy = [f"effect__{name}" for name in desk.HEAVY]
        rows = found.select_related("person", "effect__round__run__project").defer(*heavy).order_by("-pk")[:ROWS]
        return [Decided(answer) for answer in rows]

    @cached_property
    def runs(self) -> Slice[RunRow]:
        """Open runs first, then those that ended within a day."""
        mode = Policy.objects.filter(run=OuterRef("pk")).order_by("-version").values("mode")[:1]
        lately = Q(state=RunState.OPEN) | Q(ended__gt=timezone.now() - ENDED_LATELY)
        visible = Run.objects.filter(lately, project__in=visible_projects(self.actor)).annotate(mode=Subquery(mode))
        light = visible.select_related("project").defer(*RUN_COLUMNS_LEFT_OUT, "project__evaluator")
        found = list(light.order_by(F("ended").desc(nulls_first=True), "-pk")[: ROWS + 1])
        return Slice(_run_rows(found[:ROWS]), found[ROWS].pk if len(found) > ROWS else None)

    @cached_property
    def startable(self) -> Project | None:
        """The newest project that the person may start a run of."""
        return projects_for(self.actor, "operate").defer("evaluator").order_by("-pk").first()

    @property
    def _gates(self) -> QuerySet[Effect]:
        return desk.gates(self.actor)

    @cached_property
    def _own(self) -> QuerySet[Project]:
        return projects_for(self.actor, "review")


def _gates(held: QuerySet[Effect]) -> Slice[desk.Gate]:
    found = list(held[: ROWS + 1])
    return Slice([desk.Gate(effect) for effect in found[:ROWS]], found[-1].pk if len(found) > ROWS else None)


def _run_rows(runs: Sequence[Any]) -> list[RunRow]:
    going = [run for run in runs if run.state == RunState.OPEN]
    effects = _open_effects([run.pk for run in going])
    latches = _latches(going)
    return [
        RunRow(
            run=run,
            mode=run.mode or "",
            state=state_of(run, effects.get(run.pk, {}), bool(latches.get(run.pk))),
            waiting=sum(effects.get(run.pk, {}).get(state, 0) for state in HELD),
            latches=latches.get(run.pk, ()),
        )
        for run in runs
    ]


def _open_effects(runs: Collection[int]) -> dict[int, dict[str, int]]:
    """How many open effects in which state, by run."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Effect.open.filter(round__run__in=runs).values_list("round__run", "state").annotate(Count("pk"))
    for run, state, count in rows.order_by():
        found[run][state] = count
    return found


def _latches(runs: Sequence[Run]) -> dict[int, tuple[Latch, ...]]:
    """What stops each of the runs: its own latches and its project's."""
    projects = {run.project_id for run in runs}
    closed = list(Latch.objects.filter(project__in=projects, released_at=None).order_by("pk")) if runs else []
    return {run.pk: tuple(latch for latch in closed if _stops(latch, run)) for run in runs}


def _stops(latch: Latch, run: Run) -> bool:
    return latch.run_id == run.pk or (latch.run_id is None and latch.project_id == run.project_id)
