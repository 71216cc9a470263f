"""What calls came to: how models fare, what a project and a run spend, and what an accepted improvement costs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from django.db.models import Count, F, FloatField, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.ids import of_run
from apps.llm.models import Budget, Call, CallState, LanguageModel, ModelLatch, Spend
from apps.llm.money import Rates
from apps.llm.selectors import keys_set, rates
from apps.projects.access import require, visible_projects
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Run

RECENT = 2000  # calls of all models together that health is read from


@dataclass(frozen=True, slots=True)
class Health:
    """How a model fares, by the latest calls."""

    row: LanguageModel
    key_set: bool  # its variable of the environment holds something, in this process
    rates: Rates | None
    latch: ModelLatch | None
    calls: int = 0
    failed: int = 0
    lost: int = 0
    in_flight: int = 0
    seconds: float | None = None  # median of the calls that were answered
    slowest: float | None = None  # of 20 calls, about one takes longer than this
    tokens_per_second: float | None = None  # of replies
    failure: str = ""  # the latest one's words; hostile

    @property
    def usable(self) -> bool:
        """Whether a call would be sent."""
        return self.key_set and self.latch is None and not self.row.retired


def health() -> list[Health]:
    """Every model of the catalogue that is not retired, by name. For anybody who is signed in: it names no project."""
    rows = list(LanguageModel.objects.filter(retired=False).order_by("name"))
    keys = [row.pk for row in rows]
    latches = {latch.model_id: latch for latch in ModelLatch.objects.filter(model__in=keys, released_at__isnull=True)}
    prices, held = rates(keys, timezone.now()), keys_set(rows)
    recent = defaultdict(list)
    for call in Call.objects.filter(replayed=False).order_by("-pk")[:RECENT]:
        recent[call.catalogue_id].append(call)
    return [
        Health(row, held[row.name], prices.get(row.pk), latches.get(row.pk), **_told(recent[row.pk])) for row in rows
    ]


def _told(calls: Sequence[Call]) -> dict[str, Any]:
    """Counts and times of calls, the latest first."""
    answered = [call for call in calls if call.state == CallState.DONE]
    times = [call.seconds for call in answered if call.seconds]
    failed = [call for call in calls if call.state == CallState.FAILED]
    return {
        "calls": len(calls),
        "failed": len(failed),
        "lost": sum(call.state == CallState.LOST for call in calls),
        "in_flight": sum(call.state == CallState.IN_FLIGHT for call in calls),
        "seconds": median(times) if times else None,
        "slowest": quantiles(times, n=20)[-1] if len(times) > 1 else None,
        "tokens_per_second": sum(call.output for call in answered) / sum(times) if times else None,
        "failure": failed[0].detail if failed else "",
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """What is spent of what may be, of a run, a project or a day. Money in billionths."""

    spend: Spend
    budget: Budget | None

    @property
    def percent(self) -> int | None:
        """Of the budget, of the unit that is nearer to its end; None without one."""
        if self.budget is None:
            return None
        pairs = ((self.spend.tokens, self.budget.tokens), (self.spend.money, self.budget.money))
        return max((100 * spent // limit if limit else 100 for spent, limit in pairs if limit is not None), default=0)


def standing(actor: Actor, project: Project, run: Run | None = None) -> list[Standing]:
    """Of the run, if there is one, the project and its day, those of which there is anything to say."""
    require(actor, "view", project)
    today = timezone.now().date()
    own = Q(run=run) if run is not None else Q(pk=None)
    in_scope = own | Q(run=None, day=None) | Q(run=None, day=today)
    spends = {(row.run_id, row.day): row for row in Spend.objects.filter(in_scope, project=project)}
    bounds = Budget.objects.filter(own | Q(run=None), project=project)
    budgets = {(row.run_id, today if row.daily else None): row for row in bounds}
    whole: tuple[None, None] = (None, None)
    places = [*([(run.pk, None)] if run is not None else []), whole, (None, today)]
    return [
        Standing(spends.get(place) or Spend(project=project, run_id=place[0], day=place[1]), budgets.get(place))
        for place in places
        if place in budgets or (place in spends and spends[place].calls)
    ]


@dataclass(frozen=True, slots=True)
class Share:
    """What one model did in one role. money is None where the cost of a call is not known."""

    role: str
    model: str
    calls: int
    failed: int
    lost: int
    replayed: int
    tokens: int
    cached: int  # tokens of prompts that the provider read from its cache
    money: int | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run's calls came to."""

    shares: tuple[Share, ...] = ()
    improvements: int = 0  # candidates that were kept and score above their base
    kept: int = 0

    @property
    def money(self) -> int | None:
        """None where the cost of a call is not known."""
        known = [share.money for share in self.shares]
        return None if None in known else sum(money for money in known if money is not None)

    @property
    def tokens(self) -> int:
        return sum(share.tokens for share in self.shares)

    @property
    def per_improvement(self) -> int | None:
        """Money for each accepted improvement; None without one, or where a cost is not known."""
        return None if self.money is None or not self.improvements else self.money // self.improvements


_PAID = Q(replayed=False)
_SUMS = {
    "calls": Count("pk", filter=_PAID),
    "failed": Count("pk", filter=Q(state=CallState.FAILED)),
    "lost": Count("pk", filter=Q(state=CallState.LOST)),
    "replays": Count("pk", filter=~_PAID),
    "tokens": Sum(F("input") + F("output") + F("cache_read") + F("cache_write"), filter=_PAID, default=0),
    "cached": Sum("cache_read", filter=_PAID, default=0),
    "money": Sum("cost", filter=_PAID, default=0),
    "unpriced": Count("pk", filter=Q(cost=None, state__in=(CallState.DONE, CallState.FAILED))),
}


def cost(actor: Actor, run: Run) -> Cost:
    """What a run's calls came to, by role and model, and how many accepted improvements it bought with that."""
    require(actor, "view", run.project)
    rows = Call.objects.filter(run=run).values("role", "catalogue__name").annotate(**_SUMS)
    shares = tuple(_share(row) for row in rows.order_by("role", "catalogue__name"))
    kept = CandidateEdit.objects.filter(of_run(run.pk), verdict="keep", base__isnull=False, score__isnull=False)
    base = CandidateEdit.objects.filter(pk=OuterRef("base")).values("score")
    better = kept.annotate(before=Subquery(base, output_field=FloatField())).filter(score__gt=F("before"))
    return Cost(shares, better.count(), kept.count())


def _share(row: Any) -> Share:
    return Share(
        role=row["role"],
        model=row["catalogue__name"],
        calls=row["calls"],
        failed=row["failed"],
        lost=row["lost"],
        replayed=row["replays"],
        tokens=row["tokens"],
        cached=row["cached"],
        money=None if row["unpriced"] else row["money"],
    )


def calls_of(actor: Actor, *, run: Run | None = None, candidate: int | None = None) -> QuerySet[Call]:
    """Calls of a run or of a candidate, the latest first, with their models; of projects that the actor may see."""
    found = Call.objects.filter(project__in=visible_projects(actor)).select_related("catalogue")
    if candidate is not None:
        found = found.filter(candidate=candidate)
    return (found.filter(run=run) if run is not None else found).order_by("-pk")


def days(actor: Actor, project: Project, most: int = 30) -> list[Spend]:
    """What the project spent on each of its latest days with calls, the latest first."""
    require(actor, "view", project)
    return list(Spend.objects.filter(project=project, run=None, day__isnull=False).order_by("-day")[:most])
