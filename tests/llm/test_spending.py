"""Whatever calls do in whatever order: nothing is overspent by reservations, and counters are what the calls say."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.llm.contract import CallOutcome, Usage
from apps.llm.ledger import Opened
from apps.llm.models import Call, CallState, Spend
from apps.llm.services import budgets
from apps.llm.services.budgets import Limits
from apps.llm.settling import lose
from tests.llm import desk
from tests.llm.test_budgets import NEED, ask, notices

steps = st.lists(st.tuples(st.sampled_from(["ask", "answer", "lose"]), st.integers(0, NEED)), max_size=25)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.integers(0, 6 * NEED))
def test_counters_follow_the_calls_and_stay_within_the_budget(taken: list[tuple[str, int]], limit: int) -> None:
    with transaction.atomic():
        _play(taken, limit)
        transaction.set_rollback(True)


def _play(taken: list[tuple[str, int]], limit: int) -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=limit))
    flying: list[Opened] = []
    for what, tokens in taken:
        if what == "ask" and isinstance(call := ask(run), Opened):
            flying.append(call)
        elif what == "answer" and flying:
            desk.settled(run, [CallOutcome(flying.pop(0).job, "ok", usage=Usage(input=tokens))])
        elif what == "lose" and flying:
            lose(Call.objects.filter(key=flying.pop().job.id))
        counter = Spend.objects.get(run=run)
        assert counter.tokens + counter.tokens_lost + counter.tokens_reserved <= limit
        assert counter.tokens_lost == NEED * counter.lost
        assert counter.tokens_reserved == NEED * len(flying)
        assert counter.tokens == _used(run)
    told = notices(run)
    assert told == sorted(set(told))


def _used(run: Any) -> int:
    return sum(call.tokens for call in Call.objects.filter(run=run, state=CallState.DONE))
