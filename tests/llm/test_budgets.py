"""Budgets: reserved before a call, given back after it, notices once, and never overspent by calls at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from apps.engine.canonical import decode
from apps.llm import spending
from apps.llm.contract import CallOutcome, Usage
from apps.llm.ledger import Denied, Opened
from apps.llm.models import Call, Spend
from apps.llm.services import budgets
from apps.llm.services.budgets import Limits
from apps.llm.settling import lose
from apps.llm.tokens import estimated
from apps.log.models import Event
from apps.records.models import Run
from tests.llm import desk
from tests.llm.conftest import prompt

NEED = estimated(prompt()) + 100  # a call of desk.wanted(), whose model gives 100 tokens at most


def notices(run: Run) -> list[Any]:
    """Percentages of the notices in the project's log, in their order."""
    events = Event.objects.filter(project=run.project_id, kind="budget.noticed").order_by("sequence")
    return [decode(bytes(event.body))["percent"] for event in events]


def used(run: Run, call: Any, tokens: int) -> None:
    """The call took so many tokens."""
    assert isinstance(call, Opened), call
    desk.settled(run, [CallOutcome(call.job, "ok", usage=Usage(input=tokens))])


def ask(run: Run) -> Any:
    return desk.opened(run, desk.wanted())[0]


def patiently(do: Callable[[], Any]) -> Any:
    """A transaction, again where SQLite's database in memory, which the tests use, does not wait for its lock."""
    while True:
        try:
            return do()
        except OperationalError as error:
            if "locked" not in str(error):
                raise


@pytest.mark.django_db
def test_a_call_that_does_not_fit_is_denied_and_says_what_is_left() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=NEED - 1))
    denied = ask(run)
    assert (denied.why, notices(run)) == ("budget", [100])
    assert f"{NEED - 1:,} tokens" in denied.reason
    assert Call.objects.count() == 0
    assert ask(run).why == "budget"
    assert notices(run) == [100]


@pytest.mark.django_db
def test_a_schema_is_paid_for_too() -> None:
    desk.add()
    run = desk.new_run()
    desk.opened(run, desk.wanted(schema={"description": "x" * 30_000}))
    assert Call.objects.get().tokens_reserved > NEED + 9_000


@pytest.mark.django_db
@pytest.mark.parametrize("limits", [Limits(money=0.0), Limits(tokens=0)])
def test_a_budget_of_zero_means_no_calls_even_of_a_model_that_costs_nothing(limits: Limits) -> None:
    desk.add(rates=desk.catalogue.free())
    run = desk.new_run()
    budgets.of_project(desk.SYSTEM, run.project, limits)
    assert ask(run).why == "budget"


@pytest.mark.django_db
def test_what_is_in_flight_is_reserved_and_a_call_waits_for_it() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=2 * NEED - 1))
    first = ask(run)
    assert ask(run).why == "busy"
    used(run, first, 10)
    assert isinstance(ask(run), Opened)


@pytest.mark.django_db
def test_a_denied_call_reserves_nothing_anywhere() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_project(desk.SYSTEM, run.project, Limits(tokens=1), daily=True)
    assert isinstance(ask(run), Denied)
    assert {row.tokens_reserved for row in Spend.objects.all()} == {0}


@pytest.mark.django_db
def test_money_is_bounded_as_tokens_are() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(money=(NEED + 1) / 1e6))
    used(run, ask(run), 2)
    denied = ask(run)
    assert denied.why == "budget"
    assert "may cost" in denied.reason


@pytest.mark.django_db
def test_a_model_without_a_price_is_not_asked_under_a_budget_of_money() -> None:
    desk.add(rates=None)
    run = desk.new_run()
    assert isinstance(ask(run), Opened)
    budgets.of_run(desk.SYSTEM, run, Limits(money=5.0))
    denied = ask(run)
    assert denied.why == "price"
    assert "manage.py models price parrot" in denied.hint


@pytest.mark.django_db
def test_each_notice_comes_once_and_in_order() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=1000))
    for tokens, told in [(490, []), (20, [50]), (100, [50]), (200, [50, 80]), (185, [50, 80])]:
        used(run, ask(run), tokens)
        assert notices(run) == told
    assert ask(run).why == "budget"
    assert notices(run) == [50, 80, 100]


@pytest.mark.django_db
def test_a_leap_gives_every_notice_that_it_passes() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=200))
    used(run, ask(run), 250)
    assert notices(run) == [50, 80, 100]


@pytest.mark.django_db
def test_under_a_larger_budget_notices_are_due_again() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=200))
    used(run, ask(run), 150)
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=2000))
    used(run, ask(run), 900)
    assert notices(run) == [50, 50]


@pytest.mark.django_db
def test_a_day_s_budget_is_whole_again_on_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_project(desk.SYSTEM, run.project, Limits(tokens=NEED), daily=True)
    used(run, ask(run), NEED)
    denied = ask(run)
    assert denied.why == "day"
    assert denied.wait == spending.day_out(run.project_id, timezone.now()), "it is told so whoever finds out"
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("apps.llm.opening.timezone.now", lambda: tomorrow)
    assert isinstance(ask(run), Opened)


@pytest.mark.django_db
def test_calls_that_are_lost_again_and_again_end_with_the_budget() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=3 * NEED))
    for _ in range(3):
        assert isinstance(ask(run), Opened)
        lose(Call.objects.filter(run=run))
    denied = ask(run)
    assert denied.why == "budget"
    assert f"may have taken {3 * NEED:,} tokens of it" in denied.reason
    assert Spend.objects.get(run=run).tokens == 0


@pytest.mark.django_db
def test_what_lost_calls_may_have_taken_counts_for_notices() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=4 * NEED))
    ask(run)
    ask(run)
    lose(Call.objects.filter(run=run))
    used(run, ask(run), 1)
    assert notices(run) == [50]


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_never_overspend_and_notices_come_once_each() -> None:
    desk.add()
    project = desk.world.project()
    runs = [desk.new_run(project) for _ in range(4)]
    budgets.of_project(desk.SYSTEM, project, Limits(tokens=10 * NEED))

    def drive(run: Run) -> int:
        count = 0
        try:
            while not isinstance(call := patiently(lambda: ask(run)), Denied) or call.why == "busy":
                if isinstance(call, Opened):
                    patiently(partial(used, run, call, NEED))
                    count += 1
            return count
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        done = sum(threads.map(drive, runs))
    total = Spend.objects.get(project=project, run=None, day=None)
    assert done == 10
    assert (total.tokens, total.tokens_reserved, total.calls) == (10 * NEED, 0, 10)
    assert notices(runs[0]) == [50, 80, 100]
