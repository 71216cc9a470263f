"""What is spent and what is reserved, of a run, its project and the project's day, against their budgets.

Counters change by conditional update, inside the caller's transaction and always in the order run, project, day. What
may be spent is reserved before a call is made, so that calls that are made at once cannot together spend too much. What
was reserved for a call that is lost stays in the budget, apart from what is known to be spent: it may have been
charged, and processes that die again and again must not spend more than they may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection

from apps.llm.models import Budget, Spend
from apps.llm.money import said
from apps.llm.waits import Wait
from apps.log.chain import Entry
from apps.records.sql import insert, update

NOTICES = (50, 80, 100)
_SHORT = "That is less than a call may take that was asked for: its prompt, and its model's longest reply (max-tokens)."
_NO_LIMIT = 1 << 62

# Plain SQL, because this runs twice for every call: through the ORM it takes four times as long.
_SPEND, _BUDGET = (f'"{model._meta.db_table}"' for model in (Spend, Budget))
_READ = (
    "SELECT s.id, s.run_id, s.day IS NOT NULL, s.tokens, s.money, s.tokens_lost, s.money_lost, s.told, "
    f"b.id, b.tokens, b.money FROM {_SPEND} s "
    f"LEFT JOIN {_BUDGET} b ON b.project_id = s.project_id AND b.daily = (s.day IS NOT NULL) "
    "AND (b.run_id = s.run_id OR (b.run_id IS NULL AND s.run_id IS NULL)) WHERE s.project_id = %s "
    "AND (s.run_id = %s OR (s.run_id IS NULL AND (s.day IS NULL OR s.day = %s))) "
    "ORDER BY s.run_id IS NULL, s.day IS NOT NULL"
)
_RESERVE = (
    f"UPDATE {_SPEND} SET tokens_reserved = tokens_reserved + %s, money_reserved = money_reserved + %s "
    "WHERE id = %s AND tokens + tokens_lost + tokens_reserved + %s <= %s "
    "AND money + money_lost + money_reserved + %s <= %s"
)
_SETTLE = (
    f"UPDATE {_SPEND} SET tokens_reserved = tokens_reserved - %s, money_reserved = money_reserved - %s, "
    "tokens = tokens + %s, money = money + %s, calls = calls + %s, unpriced = unpriced + %s WHERE id = %s"
)
_LOSE = (
    f"UPDATE {_SPEND} SET tokens_reserved = tokens_reserved - %s, money_reserved = money_reserved - %s, "
    "tokens_lost = tokens_lost + %s, money_lost = money_lost + %s, lost = lost + 1 WHERE id = %s"
)
_TELL = f"UPDATE {_SPEND} SET told = %s WHERE id = %s AND told < %s"


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
    """What a settled call took. unpriced is 1 where nobody knows the money."""

    tokens: int = 0
    money: int = 0
    calls: int = 1
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Counter:
    """What is spent of a run's, a project's or a day's budget, and the budget; without one, budget is None.

    tokens and money hold what providers told, tokens_lost and money_lost what lost calls may have taken besides.
    """

    spend: int  # key of the row
    run: int | None
    daily: bool
    tokens: int
    money: int
    tokens_lost: int
    money_lost: int
    told: int
    budget: int | None
    most_tokens: int | None
    most_money: int | None

    @property
    def limits(self) -> tuple[int, int]:
        """Tokens and money that may be spent."""
        tokens, money = self.most_tokens, self.most_money
        return (_NO_LIMIT if tokens is None else tokens, _NO_LIMIT if money is None else money)

    @property
    def gone(self) -> tuple[int, int]:
        """Tokens and money that are not there any more, as far as is known."""
        return self.tokens + self.tokens_lost, self.money + self.money_lost

    @property
    def whose(self) -> str:
        """Whose budget it is, in a word."""
        return "run" if self.run is not None else "day" if self.daily else "project"

    @property
    def left(self) -> str:
        """What is left of the budget in each unit that it bounds, in a sentence: the same whoever asks, and why."""
        (tokens, money), parts = self.gone, []
        if self.most_money is not None:
            parts.append(f"{said(max(0, self.most_money - money))} of {said(self.most_money)}")
        if self.most_tokens is not None:
            parts.append(f"{max(0, self.most_tokens - tokens):,} of {self.most_tokens:,} tokens")
        return f"The budget of the {self.whose} has {' and '.join(parts)} left.{self._lost}"

    @property
    def _lost(self) -> str:
        """That nobody knows what became of some of it, if so."""
        lost = [said(self.money_lost)] if self.money_lost and self.most_money is not None else []
        lost += [f"{self.tokens_lost:,} tokens"] if self.tokens_lost and self.most_tokens is not None else []
        if not lost:
            return ""
        return f" Calls whose process died before they were answered may have taken {' and '.join(lost)} of it."

    @property
    def percent(self) -> int:
        """How much of the budget is gone, of the unit that is nearer to its end; 0 without one."""
        parts = zip(self.gone, self.limits, strict=True)
        return max(100 * spent // limit if limit else 0 for spent, limit in parts)

    def fits(self, need: Need) -> bool:
        """Whether the need would be within the budget if nothing else were in flight."""
        (tokens, money), (most_tokens, most_money) = self.gone, self.limits
        fit = tokens + need.tokens <= most_tokens and money + need.money <= most_money
        return min(most_tokens, most_money) > 0 and fit


def counters(scope: Scope) -> list[Counter]:
    """The counters of a scope in the order in which they are changed; made where missing."""
    found = _read(scope)
    if len(found) < len(_keys(scope)):
        rows = [{"project_id": scope.project, "run_id": run, "day": day, **_ZERO} for run, day in _keys(scope)]
        insert(Spend, rows, ignore_conflicts=True)
        found = _read(scope)
    return found


def reserve(scope: Scope, need: Need) -> Counter | None:
    """Reserve a need in every counter, or in none: then the one whose budget it does not fit into is returned."""
    of = counters(scope)
    for number, counter in enumerate(of):
        tokens, money = counter.limits
        row = [need.tokens, need.money, counter.spend, need.tokens, tokens, need.money, money]
        if min(tokens, money) > 0 and update(_RESERVE, [row]):
            continue
        _settle(of[:number], need, Used(calls=0))
        return _read(scope)[number]  # as it stands now, in case it moved after it was read
    return None


def settle(scope: Scope, reserved: Need, used: Used) -> list[Entry]:
    """Give a reservation back and count what was used instead. The entries of notices that are due now."""
    of = counters(scope)
    _settle(of, reserved, used)
    if all(counter.budget is None for counter in of):
        return []
    return [entry for counter in _read(scope) for entry in _notices(scope, counter)]


def lose(scope: Scope, reserved: Need) -> None:
    """What was reserved for a call that is lost may be spent. Notices that are due come with the next call."""
    for counter in counters(scope):
        both = [reserved.tokens, reserved.money]
        update(_LOSE, [[*both, *both, counter.spend]])


def tell(scope: Scope, counter: Counter, percent: int) -> list[Entry]:
    """The log entry of a notice, unless somebody gave it, or a later one, before."""
    if counter.budget is None or not update(_TELL, [[percent, counter.spend, percent]]):
        return []
    body = {"budget": counter.budget, "run": counter.run, "percent": percent}
    if counter.daily:
        body["day"] = scope.day.toordinal()
    return [Entry("budget.noticed", "system", subject(scope.project, counter.run), body)]


def day_out(project: int, at: datetime) -> Wait | None:
    """What calls of a project wait for where its day's budget has had no room for one: the next day, in UTC.

    The notice of 100 % says so; another budget takes it back.
    """
    today = at.astimezone(UTC).date()
    found = (counter for counter in _read(Scope(project, None, today)) if counter.daily and counter.budget is not None)
    return next((next_day(today, counter) for counter in found if counter.told >= NOTICES[-1]), None)


def next_day(day: date, counter: Counter) -> Wait:
    """That what calls of a day wait for, whose budget is the counter's, is the next one."""
    return Wait("day", "", datetime.combine(day + timedelta(days=1), time.min, UTC), f"{counter.left} {_SHORT}")


def subject(project: int, run: int | None) -> str:
    """What the log says that a budget is of."""
    return f"project:{project}" if run is None else f"run:{run}"


def _notices(scope: Scope, counter: Counter) -> list[Entry]:
    due = [percent for percent in NOTICES if counter.percent >= percent > counter.told]
    return [entry for percent in due for entry in tell(scope, counter, percent)]


def _settle(of: Sequence[Counter], reserved: Need, used: Used) -> None:
    took = [used.tokens, used.money, used.calls, used.unpriced]
    for counter in of:
        update(_SETTLE, [[reserved.tokens, reserved.money, *took, counter.spend]])


def _read(scope: Scope) -> list[Counter]:
    with connection.cursor() as cursor:
        cursor.execute(_READ, [scope.project, scope.run, scope.day])
        return [Counter(row[0], row[1], bool(row[2]), *row[3:]) for row in cursor.fetchall()]


def _keys(scope: Scope) -> list[tuple[int | None, date | None]]:
    own: list[tuple[int | None, date | None]] = [(scope.run, None)] if scope.run is not None else []
    return [*own, (None, None), (None, scope.day)]


_COUNTS = (
    *("money", "tokens", "calls", "unpriced", "money_reserved", "tokens_reserved"),
    *("lost", "money_lost", "tokens_lost", "told"),
)
_ZERO = dict.fromkeys(_COUNTS, 0)
