"""What is spent and what is reserved, of a run, its project and the project's day, against their budgets.

Counters change by conditional update, inside the caller's transaction and always in the order run, project, day. What
may be spent is reserved before a call is made, so that calls that are made at once cannot together spend too much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from apps.llm.models import Budget, Spend
from apps.log.chain import Entry
from apps.records.sql import insert, update

NOTICES = (50, 80, 100)
_NO_LIMIT = 1 << 62

_RESERVE = (
    f'UPDATE "{Spend._meta.db_table}" SET tokens_reserved = tokens_reserved + %s, money_reserved = money_reserved + %s '
    "WHERE id = %s AND tokens + tokens_reserved + %s <= %s AND money + money_reserved + %s <= %s"
)
_SETTLE = (
    f'UPDATE "{Spend._meta.db_table}" SET tokens_reserved = tokens_reserved - %s, '
    "money_reserved = money_reserved - %s, tokens = tokens + %s, money = money + %s, "
    "calls = calls + %s, unpriced = unpriced + %s WHERE id = %s"
)
_TELL = f'UPDATE "{Spend._meta.db_table}" SET told = %s WHERE id = %s AND told < %s'


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose money it is: a run's (or of nobody's in particular), its project's, and that of its day."""

    project: int
    run: int | None
    day: date


@dataclass(frozen=True, slots=True)
class Need:
    """Tokens and money (billionths) that a call may take at most."""

    tokens: int
    money: int


@dataclass(frozen=True, slots=True)
class Used:
    """What a settled call took. calls is 0 for one of which nothing is known; unpriced is 1 where the money is not."""

    tokens: int = 0
    money: int = 0
    calls: int = 0
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Counter:
    """A row of spend and the budget that bounds it, if one does."""

    spend: Spend
    budget: Budget | None

    @property
    def limits(self) -> tuple[int, int]:
        """Tokens and money that may be spent."""
        tokens, money = (self.budget.tokens, self.budget.money) if self.budget else (None, None)
        return (_NO_LIMIT if tokens is None else tokens, _NO_LIMIT if money is None else money)

    @property
    def percent(self) -> int:
        """How much of the budget is spent, of the unit that is nearer to its end; 0 without one."""
        parts = zip((self.spend.tokens, self.spend.money), self.limits, strict=True)
        return max(100 * spent // limit if limit else 0 for spent, limit in parts)

    def fits(self, need: Need) -> bool:
        """Whether the need would be within the budget if nothing else were in flight."""
        tokens, money = self.limits
        return (
            min(tokens, money) > 0
            and self.spend.tokens + need.tokens <= tokens
            and self.spend.money + need.money <= money
        )


def counters(scope: Scope) -> list[Counter]:
    """The counters of a scope, with their budgets, in the order in which they are changed; made where missing."""
    found = _spends(scope)
    if len(found) < len(_keys(scope)):
        rows = [{"project_id": scope.project, "run_id": run, "day": day, **_ZERO} for run, day in _keys(scope)]
        insert(Spend, rows, ignore_conflicts=True)
        found = _spends(scope)
    budgets = {(budget.run_id, budget.daily): budget for budget in _budgets(scope)}
    return [Counter(found[run, day], budgets.get((run, day is not None))) for run, day in _keys(scope)]


def reserve(of: Sequence[Counter], need: Need) -> Counter | None:
    """Reserve a need in every counter, or in none: then the one whose budget it does not fit into is returned."""
    for number, counter in enumerate(of):
        tokens, money = counter.limits
        row = [need.tokens, need.money, counter.spend.pk, need.tokens, tokens, need.money, money]
        if min(tokens, money) > 0 and update(_RESERVE, [row]):
            continue
        settle(of[:number], need, Used())
        counter.spend.refresh_from_db()
        return counter
    return None


def settle(of: Sequence[Counter], reserved: Need, used: Used) -> None:
    """Give a reservation back and count what was used instead."""
    took = [used.tokens, used.money, used.calls, used.unpriced]
    for counter in of:
        update(_SETTLE, [[reserved.tokens, reserved.money, *took, counter.spend.pk]])


def notices(of: Sequence[Counter]) -> list[Entry]:
    """Log entries for the notices that are due, each of which is given once. After the counters were changed."""
    entries = []
    for counter in of:
        if counter.budget is None:
            continue
        counter.spend.refresh_from_db()
        due = [percent for percent in NOTICES if counter.percent >= percent > counter.spend.told]
        entries += [entry for percent in due for entry in tell(counter, percent)]
    return entries


def tell(counter: Counter, percent: int) -> list[Entry]:
    """The log entry of a notice, unless somebody gave it, or a later one, before."""
    budget, spend = counter.budget, counter.spend
    if budget is None or not update(_TELL, [[percent, spend.pk, percent]]):
        return []
    body = {"budget": budget.pk, "run": spend.run_id, "percent": percent}
    if spend.day is not None:
        body["day"] = spend.day.toordinal()
    return [Entry("budget.noticed", "system", subject(budget), body)]


def subject(budget: Budget) -> str:
    """What the log says that a budget is of."""
    return f"project:{budget.project_id}" if budget.run_id is None else f"run:{budget.run_id}"


_ZERO = {
    "money": 0,
    "tokens": 0,
    "calls": 0,
    "unpriced": 0,
    "money_reserved": 0,
    "tokens_reserved": 0,
    "told": 0,
}


def _keys(scope: Scope) -> list[tuple[int | None, date | None]]:
    own: list[tuple[int | None, date | None]] = [(scope.run, None)] if scope.run is not None else []
    return [*own, (None, None), (None, scope.day)]


def _spends(scope: Scope) -> dict[tuple[int | None, date | None], Spend]:
    which = Q(run=None, day=None) | Q(run=None, day=scope.day)
    if scope.run is not None:
        which |= Q(run=scope.run)
    return {(row.run_id, row.day): row for row in Spend.objects.filter(which, project=scope.project)}


def _budgets(scope: Scope) -> list[Budget]:
    which = Q(run=None)
    if scope.run is not None:
        which |= Q(run=scope.run)
    return list(Budget.objects.filter(which, project=scope.project))
