"""What the models of one run take, how fast they answer and what stops them: one query, for its control room."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Avg, CharField, Count, F, FloatField, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject
from django.utils import timezone

from apps.common.ids import of_run
from apps.llm.figures import Standing, standings
from apps.llm.models import Budget, Call, CallState, ModelLatch, Spend, of_person
from apps.records.models import CandidateEdit, Run

LATEST = 100  # answers, which tell how fast models are now
_TROUBLED = (CallState.FAILED, CallState.LOST)
_SPENT = (
    *("run_id", "day", "money", "tokens", "calls", "unpriced", "money_reserved", "tokens_reserved"),
    *("lost", "money_lost", "tokens_lost"),
)
_BOUNDS = ("run_id", "daily", "money", "tokens")


@dataclass(frozen=True, slots=True)
class Stopped:
    """A model that is stopped: rounds wait for it. reason is hostile; see ModelLatch for whom it is."""

    model: int
    name: str
    reason: str
    at: datetime
    by: str

    @property
    def for_all(self) -> bool:
        """Whether everybody may read the reason."""
        return of_person(self.by)


@dataclass(frozen=True, slots=True)
class Account:
    """What the calls of a run come to.

    states: calls by state; improvements: candidates that were kept and are better than their base, None where they
    were not counted; seconds, slowest: mean and longest of the latest answers, None before there is one.
    """

    run: Run
    standing: list[Standing] = field(default_factory=list)
    states: Mapping[str, int] = field(default_factory=dict)
    improvements: int | None = None
    seconds: float | None = None
    slowest: float | None = None
    stopped: list[Stopped] = field(default_factory=list)

    @property
    def spend(self) -> Spend | None:
        """What its own calls took; None before there is any."""
        return next((one.spend for one in self.standing if one.spend.run_id == self.run.pk), None)

    @property
    def budget(self) -> Budget | None:
        """The run's own."""
        return next((one.budget for one in self.standing if one.budget and one.budget.run_id == self.run.pk), None)

    @property
    def under_way(self) -> int:
        """Calls that wait for their answers now."""
        return self.states.get(CallState.IN_FLIGHT, 0)

    @property
    def troubled(self) -> list[tuple[str, int]]:
        """States of calls that came to nothing, and how many are in each."""
        return [(str(state), count) for state in _TROUBLED if (count := self.states.get(state, 0))]

    @property
    def per_improvement(self) -> int | None:
        """Money for each of them; None without one, or where the cost of a call is not known."""
        known = self.spend is not None and not self.spend.unpriced
        return self.spend.money // self.improvements if self.spend and known and self.improvements else None


def account(run: Run, models: Collection[str], *, improvements: bool) -> Account:
    """What the run's models come to. models: their names; improvements: count these too, which reads candidates."""
    asked = [_spends(run), _bounds(run), _states(run), _speed(run), _stops(models)]
    asked += [_improvements(run)] if improvements else []
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for what, columns in asked[0].union(*asked[1:], all=True):
        told[what].append(columns)
    spends = [Spend(project=run.project, **row | {"day": _day(row["day"])}) for row in told["spend"]]
    budgets = [Budget(project=run.project, **row | {"daily": bool(row["daily"])}) for row in told["bound"]]
    return Account(
        run,
        standing=standings(run.project, spends, budgets, run),
        states={row["state"]: row["calls"] for row in told["state"]},
        improvements=sum(row["count"] for row in told["better"]) if improvements else None,
        stopped=[Stopped(**row | {"at": _moment(row["at"])}) for row in told["stop"]],
        **(told["speed"] or [{}])[0],
    )


type _Told = QuerySet[Any, tuple[str, dict[str, Any]]]


def _as(what: str, rows: QuerySet[Any, Any], *named: str, **columns: Any) -> _Told:
    """Rows of whichever table as those of one query."""
    told = JSONObject(**{name: name for name in named}, **columns)
    return rows.order_by().values_list(Value(what, CharField()), told)


def _spends(run: Run) -> _Told:
    here = Q(run=run) | Q(run=None, day=None) | Q(run=None, day=timezone.now().date())
    return _as("spend", Spend.objects.filter(here, project=run.project_id), *_SPENT)


def _bounds(run: Run) -> _Told:
    here = Q(run=run) | Q(run=None)
    return _as("bound", Budget.objects.filter(here, project=run.project_id), *_BOUNDS)


def _states(run: Run) -> _Told:
    """Read from an index alone, also of a long run."""
    counted = Call.objects.filter(run=run).values("state").annotate(calls=Count("pk"))
    return _as("state", counted, "state", "calls")


def _speed(run: Run) -> _Told:
    answered = Call.objects.filter(run=run, state=CallState.DONE, replayed=False).order_by("-pk")
    latest = Call.objects.filter(pk__in=answered.values("pk")[:LATEST]).values("run")
    return _as("speed", latest.annotate(mean=Avg("seconds"), longest=Max("seconds")), seconds="mean", slowest="longest")


def _stops(models: Collection[str]) -> _Told:
    open_ones = ModelLatch.objects.filter(model__name__in=models, released_at__isnull=True)
    return _as("stop", open_ones, "reason", model="model_id", name="model__name", at="set_at", by="set_by")


def _improvements(run: Run) -> _Told:
    base = CandidateEdit.objects.filter(pk=OuterRef("base")).values("score")
    kept = CandidateEdit.objects.filter(of_run(run.pk), verdict="keep", base__isnull=False, score__isnull=False)
    better = kept.alias(before=Subquery(base, output_field=FloatField())).filter(score__gt=F("before"))
    return _as("better", better.values("run").annotate(count=Count("pk")), "count")


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)  # SQLite keeps UTC without saying so
