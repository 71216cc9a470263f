"""Where runs stand, for lists of them: state, mode, what waits for people, what stops them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from apps.oversight.dossier import sign_of
from apps.oversight.models import Latch, Policy
from apps.records.models import HELD, Effect, Run, RunState
from apps.rounds.selectors import RUN_COLUMNS_LEFT_OUT, per_minute, state_of


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list."""

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


def standing(runs: QuerySet[Run]) -> list[RunRow]:
    """The runs, in their order, each with where it stands: three queries for however many."""
    mode = Policy.objects.filter(run=OuterRef("pk")).order_by("-version").values("mode")[:1]
    found = list(runs.annotate(mode=Subquery(mode)).defer(*RUN_COLUMNS_LEFT_OUT, "project__evaluator"))
    going = [run for run in found if run.state == RunState.OPEN]
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
        for run in found
    ]


def _open_effects(runs: Collection[int]) -> dict[int, dict[str, int]]:
    """How many open effects in which state, by run."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Effect.open.filter(round__run__in=runs).values_list("round__run", "state").annotate(Count("pk"))
    for run, state, count in rows.order_by():
        found[run][state] = count
    return found


def _latches(runs: Sequence[Run]) -> dict[int, tuple[Latch, ...]]:
    """What stops each of the runs: its own latches, its project's, and those of everything here."""
    if not runs:
        return {}
    here = Q(project__in={run.project_id for run in runs}) | Q(project=None)
    closed = list(Latch.objects.filter(here, released_at__isnull=True).order_by("pk"))
    return {run.pk: tuple(latch for latch in closed if stops(latch, run)) for run in runs}


def stops(latch: Latch, run: Run) -> bool:
    """Whether the latch is about this run."""
    if latch.project_id is None:
        return True
    return latch.run_id == run.pk or (latch.run_id is None and latch.project_id == run.project_id)
