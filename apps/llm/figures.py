"""What calls came to: how models fare, what a project and a run spend, and what an accepted improvement costs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median, quantiles
from typing import Any

from django.db.models import Count, F, FloatField, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.ids import of_run
from apps.llm.blame import kind
from apps.llm.models import Absence, Budget, Call, CallState, LanguageModel, ModelLatch, Spend
from apps.llm.money import Rates
from apps.llm.selectors import keys_set, rates
from apps.projects.access import require, visible_projects
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Run

FOREMOST = 3  # shares of a run's calls that are shown at first
RECENT = 2000  # calls of all models together that health is read from
_TOLD = ("catalogue_id", "state", "seconds", "output", "status", "blame", "detail", "opened")


@dataclass(frozen=True, slots=True)
class Health:
    """How a model fares, by the latest calls."""

    row: LanguageModel
    key_set: bool  # its variable of the environment holds something, in this process
    rates: Rates | None
    latch: ModelLatch | None
    away: Absence | None  # it did not answer lately
    calls: int = 0
    failed: int = 0
    lost: int = 0
    in_flight: int = 0
    seconds: float | None = None  # median of the calls that were answered
    slowest: float | None = None  # of 20 calls, about one takes longer than this
    tokens_per_second: float | None = None  # of replies
    failure: str = ""  # the latest one's words; hostile
    errors: tuple[tuple[str, int], ...] = ()  # kinds of failures in words with how many each, most first
    last: datetime | None = None  # when it was asked last
    failing: bool = False  # whether the latest call that ended failed

    @property
    def usable(self) -> bool:
        """Whether a call would be sent."""
        return self.key_set and self.latch is None and not self.row.retired


def health(of: Sequence[LanguageModel] | None = None) -> list[Health]:
    """Some models, or every one that is not retired, by name. For anybody who is signed in: it names no project."""
    rows = list(LanguageModel.objects.filter(retired=False).order_by("name")) if of is None else of
    keys = [row.pk for row in rows]
    absent = {away.model_id: away for away in Absence.objects.filter(model__in=keys)}
    latches = {latch.model_id: latch for latch in ModelLatch.objects.filter(model__in=keys, released_at__isnull=True)}
    prices, held = rates(keys, timezone.now()), keys_set(rows)
    recent = defaultdict(list)
    calls = Call.objects.filter(replayed=False) if of is None else Call.objects.filter(replayed=False, catalogue__in=of)
    for call in calls.only(*_TOLD).order_by("-pk")[:RECENT]:
        recent[call.catalogue_id].append(call)
    return [
        Health(
            *(row, held[row.name], prices.get(row.pk)),
            *(latches.get(row.pk), absent.get(row.pk)),
            **_told(recent[row.pk]),
        )
        for row in rows
    ]


def _told(calls: Sequence[Call]) -> dict[str, Any]:
    """Counts and times of calls, the latest first."""
    answered = [call for call in calls if call.state == CallState.DONE]
    times = [call.seconds for call in answered if call.seconds]
    failed = [call for call in calls if call.state == CallState.FAILED]
    ended = next((call for call in calls if call.state in (CallState.DONE, CallState.FAILED)), None)
    return {
        "calls": len(calls),
        "failed": len(failed),
        "lost": sum(call.state == CallState.LOST for call in calls),
        "in_flight": sum(call.state == CallState.IN_FLIGHT for call in calls),
        "seconds": median(times) if times else None,
        "slowest": quantiles(times, n=20)[-1] if len(times) > 1 else None,
        "tokens_per_second": sum(call.output for call in answered) / sum(times) if times else None,
        "failure": failed[0].detail if failed else "",
        "errors": tuple(Counter(kind(call.status, call.blame) for call in failed).most_common()),
        "last": calls[0].opened if calls else None,
        "failing": ended is not None and ended.state == CallState.FAILED,
    }


@dataclass(frozen=True, slots=True)
class Bar:
    """What is spent of one unit, and what calls on their way may still take; limit is None where it is not bounded.

    lost is the most that calls may have taken whose process died before they were answered.
    """

    unit: str  # "money" (billionths) or "tokens"
    spent: int
    lost: int
    reserved: int
    limit: int | None

    @property
    def gone(self) -> int:
        """What is not there any more, as far as is known."""
        return self.spent + self.lost

    @property
    def percent(self) -> int | None:
        """Of the limit, what is gone."""
        if self.limit is None:
            return None
        return 100 * self.gone // self.limit if self.limit else 100

    @property
    def half(self) -> float:
        """From where on the bar warns: at half of the budget, where the first notice is given."""
        return (self.limit or 0) / 2

    @property
    def most(self) -> float:
        """From where on little is left: at the second notice."""
        return (self.limit or 0) * 4 / 5


@dataclass(frozen=True, slots=True)
class Standing:
    """What is spent of what may be, of a run, a project or a day. Money in billionths."""

    spend: Spend
    budget: Budget | None

    @property
    def scope(self) -> str:
        """Whose it is."""
        if self.spend.run_id is not None:
            return "This run"
        return "The project today" if self.spend.day is not None else "The project"

    @property
    def bars(self) -> list[Bar]:
        """Money, if any is spent or bounded, and tokens."""
        spend, bound = self.spend, self.budget
        money = Bar("money", spend.money, spend.money_lost, spend.money_reserved, bound.money if bound else None)
        tokens = Bar("tokens", spend.tokens, spend.tokens_lost, spend.tokens_reserved, bound.tokens if bound else None)
        return [bar for bar in (money, tokens) if bar.unit == "tokens" or bar.gone or bar.limit is not None]

    @property
    def percent(self) -> int | None:
        """Of the budget, of the unit that is nearer to its end; None without one."""
        if self.budget is None:
            return None
        return max((bar.percent for bar in self.bars if bar.percent is not None), default=0)


@dataclass(frozen=True, slots=True)
class Books:
    """What calls of a project came to, for somebody who may see it. Raises PermissionDenied."""

    actor: Actor
    project: Project

    def __post_init__(self) -> None:
        require(self.actor, "view", self.project)

    def standing(self, run: Run | None = None) -> list[Standing]:
        """Of the run, if there is one, the project and its day, those of which there is anything to say."""
        project, today = self.project, timezone.now().date()
        own = Q(run=run) if run is not None else Q(pk=None)
        in_scope = own | Q(run=None, day=None) | Q(run=None, day=today)
        bounds = Budget.objects.filter(own | Q(run=None), project=project)
        return standings(project, Spend.objects.filter(in_scope, project=project), bounds, run)

    def days(self, most: int = 30) -> list[Spend]:
        """What it spent on each of its latest days with calls, the latest first."""
        return list(Spend.objects.filter(project=self.project, run=None, day__isnull=False).order_by("-day")[:most])

    def cost(self, run: Run) -> "Cost":
        """What a run's calls came to, by role and model, and how many accepted improvements it bought with that."""
        rows = Call.objects.filter(run=run).values("role", "catalogue__name").annotate(**_SUMS)
        return Cost(tuple(_share(row) for row in rows.order_by("role", "catalogue__name")), *self.improvements(run))

    def improvements(self, run: Run) -> tuple[int, int]:
        """Candidates that were kept and score above their base, and all that were kept."""
        kept = CandidateEdit.objects.filter(of_run(run.pk), verdict="keep", base__isnull=False, score__isnull=False)
        base = CandidateEdit.objects.filter(pk=OuterRef("base")).values("score")
        counts = kept.annotate(before=Subquery(base, output_field=FloatField())).aggregate(
            better=Count("pk", filter=Q(score__gt=F("before"))), kept=Count("pk")
        )
        return counts["better"], counts["kept"]


def standings(project: Project, spends: Iterable[Spend], bounds: Iterable[Budget], run: Run | None) -> list[Standing]:
    """Each spend beside its budget: of the run, if there is one, of the project, and of today."""
    today = timezone.now().date()
    spent = {(row.run_id, row.day): row for row in spends}
    budgets = {(row.run_id, today if row.daily else None): row for row in bounds}
    whole: tuple[None, None] = (None, None)
    places = [*([(run.pk, None)] if run is not None else []), whole, (None, today)]
    return [
        Standing(spent.get(place) or Spend(project=project, run_id=place[0], day=place[1]), budgets.get(place))
        for place in places
        if place in budgets or (place in spent and (spent[place].calls or spent[place].lost))
    ]


def standing(actor: Actor, project: Project, run: Run | None = None) -> list[Standing]:
    """Of the run, if there is one, the project and its day, those of which there is anything to say."""
    return Books(actor, project).standing(run)


@dataclass(frozen=True, slots=True)
class Share:
    """What one model did in one role. money is None where the cost of a call is not known.

    Of lost calls it is not known either: tokens_lost and money_lost are the most that they can have taken.
    """

    role: str
    model: str
    calls: int
    failed: int
    lost: int
    replayed: int
    tokens: int
    cached: int  # tokens of prompts that the provider read from its cache
    money: int | None
    tokens_lost: int
    money_lost: int


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
    def foremost(self) -> list[Share]:
        """The shares that took most."""
        return self._ranked[:FOREMOST]

    @property
    def others(self) -> list[Share]:
        return self._ranked[FOREMOST:]

    @property
    def _ranked(self) -> list[Share]:
        return sorted(self.shares, key=lambda share: (share.money or 0, share.tokens, share.calls), reverse=True)

    @property
    def tokens(self) -> int:
        return sum(share.tokens for share in self.shares)

    @property
    def tokens_lost(self) -> int:
        """The most that lost calls can have taken."""
        return sum(share.tokens_lost for share in self.shares)

    @property
    def money_lost(self) -> int:
        """The most that lost calls can have cost, as far as prices are known."""
        return sum(share.money_lost for share in self.shares)

    @property
    def per_improvement(self) -> int | None:
        """Money for each accepted improvement; None without one, or where a cost is not known."""
        return None if self.money is None or not self.improvements else self.money // self.improvements


_PAID = Q(replayed=False)
_LOST = Q(state=CallState.LOST)
_SUMS = {
    "calls": Count("pk", filter=_PAID),
    "failed": Count("pk", filter=Q(state=CallState.FAILED)),
    "lost": Count("pk", filter=_LOST),
    "tokens_lost": Sum("tokens_reserved", filter=_LOST, default=0),
    "money_lost": Sum("money_reserved", filter=_LOST, default=0),
    "replays": Count("pk", filter=~_PAID),
    "tokens": Sum(F("input") + F("output") + F("cache_read") + F("cache_write"), filter=_PAID, default=0),
    "cached": Sum("cache_read", filter=_PAID, default=0),
    "money": Sum("cost", filter=_PAID, default=0),
    "unpriced": Count("pk", filter=Q(cost=None, state__in=(CallState.DONE, CallState.FAILED))),
}


def cost(actor: Actor, run: Run) -> Cost:
    """What a run's calls came to, by role and model, and how many accepted improvements it bought with that."""
    return Books(actor, run.project).cost(run)


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
        tokens_lost=row["tokens_lost"],
        money_lost=row["money_lost"],
    )


def calls_of(actor: Actor, *, run: Run | None = None, candidate: int | None = None) -> QuerySet[Call]:
    """Calls of a run or of a candidate, the latest first, with their models; of projects that the actor may see."""
    found = Call.objects.filter(project__in=visible_projects(actor)).select_related("catalogue")
    if candidate is not None:
        found = found.filter(candidate=candidate)
    return (found.filter(run=run) if run is not None else found).order_by("-pk")


def days(actor: Actor, project: Project, most: int = 30) -> list[Spend]:
    """What the project spent on each of its latest days with calls, the latest first."""
    return Books(actor, project).days(most)
