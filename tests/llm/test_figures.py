"""What pages and people are told of calls: health, spend, the cost of an improvement, and an estimate before a run."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from apps.common.ids import row_id
from apps.engine.setup import Voice
from apps.llm import figures
from apps.llm.contract import CallFailure, CallOutcome, Usage
from apps.llm.forecast import GUESSED, Asks, estimate
from apps.llm.ledger import Opened
from apps.llm.models import Call
from apps.llm.money import UNIT
from apps.llm.services import budgets, catalogue
from apps.llm.services.budgets import Limits
from apps.llm.settling import lose
from apps.records.models import CandidateEdit, Round, Run
from tests.llm import desk
from tests.llm.conftest import VARIABLE
from tests.rounds import world

pytestmark = pytest.mark.django_db


USUAL = Usage(100, 50)


def answered(run: Run, *, model: str = "parrot", role: str = "mutate", usage: Usage = USUAL) -> None:
    """A call of two seconds that was answered."""
    (call,) = desk.opened(run, desk.wanted(model=model, role=role))
    assert isinstance(call, Opened), call
    desk.settled(run, [CallOutcome(call.job, "ok", usage=usage, seconds=2.0)])


def candidate(run: Run, number: int, score: float | None, base: int | None, verdict: str = "keep") -> None:
    Round.objects.get_or_create(pk=row_id(run.pk, 0), defaults={"run": run, "kind": "plant"})
    CandidateEdit.objects.create(
        pk=row_id(run.pk, number),
        run=run,
        round_id=row_id(run.pk, 0),
        parents=b"{}",
        content=b"{}",
        content_digest=b"",
        authors=b"{}",
        contract=b"{}",
        salt=b"",
        base=None if base is None else row_id(run.pk, base),
        score=score,
        verdict=verdict,
    )


def test_a_model_s_health_is_read_from_its_latest_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add()
    desk.add(name="idle", rates=None)
    run = desk.new_run()
    for _ in range(3):
        answered(run)
    (failing,) = desk.opened(run, desk.wanted())
    assert isinstance(failing, Opened)
    desk.settled(run, [CallOutcome(failing.job, failure=CallFailure("model", 402, "pay first"))])
    idle, parrot = figures.health()
    assert (parrot.calls, parrot.failed, parrot.seconds, parrot.tokens_per_second) == (4, 1, 2.0, 25.0)
    assert (parrot.failure, parrot.usable) == ("pay first", False)
    assert parrot.latch is not None
    assert (idle.calls, idle.seconds, idle.rates, idle.usable) == (0, None, None, True)
    monkeypatch.delenv(VARIABLE)
    assert not figures.health()[0].key_set


def test_an_accepted_improvement_costs_what_the_run_spent_for_each() -> None:
    desk.add()
    run = desk.new_run()
    for _ in range(4):
        answered(run)
    candidate(run, 0, 1.0, None)
    candidate(run, 1, 2.0, 0)
    candidate(run, 2, 0.5, 1)  # kept by an archive, and no improvement
    candidate(run, 3, 3.0, 1)
    candidate(run, 4, 9.0, 3, verdict="drop")
    cost = figures.cost(desk.SYSTEM, run)
    assert (cost.improvements, cost.kept, cost.tokens) == (2, 3, 600)
    assert cost.money == 600 * UNIT // 1_000_000
    assert cost.per_improvement == 300 * UNIT // 1_000_000


def test_a_cost_that_is_not_known_is_not_a_cost_of_nothing() -> None:
    desk.add(rates=None)
    desk.add(name="crow")
    run = desk.new_run()
    answered(run)
    answered(run, model="crow", role="judge")
    candidate(run, 0, 1.0, None)
    candidate(run, 1, 2.0, 0)
    cost = figures.cost(desk.SYSTEM, run)
    assert [(share.role, share.model, share.money) for share in cost.shares] == [
        ("judge", "crow", 150 * UNIT // 1_000_000),
        ("mutate", "parrot", None),
    ]
    assert (cost.money, cost.per_improvement) == (None, None)


def test_lost_calls_are_counted_apart() -> None:
    desk.add()
    run = desk.new_run()
    desk.opened(run, desk.wanted())
    lose(Call.objects.filter(run=run))
    (share,) = figures.cost(desk.SYSTEM, run).shares
    assert (share.calls, share.lost, share.money) == (1, 1, 0)
    assert share.tokens_lost > 100
    own, *_ = figures.standing(desk.SYSTEM, run.project, run)
    assert {bar.unit: (bar.spent, bar.lost) for bar in own.bars} == {
        "money": (0, share.money_lost),
        "tokens": (0, share.tokens_lost),
    }


def test_a_standing_says_how_much_of_each_budget_is_spent() -> None:
    desk.add()
    run = desk.new_run()
    budgets.of_run(desk.SYSTEM, run, Limits(tokens=1000))
    budgets.of_project(desk.SYSTEM, run.project, Limits(tokens=10_000), daily=True)
    answered(run, usage=Usage(500, 0))
    own, whole, day = figures.standing(desk.SYSTEM, run.project, run)
    assert (own.percent, whole.percent, day.percent) == (50, None, 5)
    assert [row.tokens for row in figures.days(desk.SYSTEM, run.project)] == [500]


def test_a_standing_of_a_project_that_never_asked_is_there_with_its_budget() -> None:
    project = world.project()
    budgets.of_project(desk.SYSTEM, project, Limits(money=0.0))
    (whole,) = figures.standing(desk.SYSTEM, project)
    assert whole.percent == 100


def test_calls_are_seen_by_who_may_see_their_project() -> None:
    desk.add()
    run = desk.new_run()
    answered(run)
    member = world.member(run.project, "bob", "viewer")
    stranger = world.member(world.project("Other"), "eve", "admin")
    assert figures.calls_of(member, run=run).count() == 1
    assert figures.calls_of(stranger, run=run).count() == 0
    with pytest.raises(PermissionDenied):
        figures.cost(stranger, run)
    with pytest.raises(PermissionDenied):
        catalogue.stop(member, catalogue.find("parrot"), "")
    assert catalogue.stop(stranger, catalogue.find("parrot"), "mine")  # operates a project of her own


# ---- before a run ----

CAST = {"mutate": (Voice("parrot", 3.0), Voice("crow", 1.0))}


def test_an_estimate_is_a_guess_without_calls_and_says_so() -> None:
    desk.add()
    desk.add(name="crow")
    told = estimate(world.project(), CAST, Asks({"mutate": 2.0}), 10)
    assert told.guessed
    assert told.calls == 20
    tokens = 20 * (GUESSED["prompt"] + GUESSED["reply"])
    assert (told.tokens, told.money) == (tokens, tokens * UNIT / 1_000_000)


def test_an_estimate_goes_by_what_calls_took_and_by_who_is_drawn() -> None:
    desk.add()
    desk.add(name="crow", rates=catalogue.free())
    run = desk.new_run()
    for _ in range(5):
        answered(run, usage=Usage(input=100, output=50, cache_read=50))
    told = estimate(run.project, CAST, Asks(), 100)
    assert not told.guessed
    assert told.tokens == 100 * 200
    assert told.money == pytest.approx(0.75 * 100 * 200 * UNIT / 1_000_000)
    assert told.lines[0].seconds == 200.0


def test_an_estimate_names_models_without_a_price_and_roles_without_a_model() -> None:
    desk.add(rates=None)
    project = world.project()
    told = estimate(project, {"judge": (Voice("parrot"),)}, Asks({"judge": 1.0, "mutate": 1.0}), 10)
    assert (told.missing, told.unpriced, told.money) == (("mutate",), ("parrot",), None)


def test_other_roles_are_played_by_who_mutates() -> None:
    desk.add()
    desk.add(name="crow")
    told: Any = estimate(world.project(), CAST, Asks({"reflect": 1.0}), 1)
    assert told.lines[0].models == ("parrot", "crow")
