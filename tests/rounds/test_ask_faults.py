"""What may go wrong with questions: processes die, servers fail, models stop, money ends. Nothing is paid twice."""

import itertools
from datetime import timedelta
from functools import partial

import pytest
from django.db.models import Sum
from django.utils import timezone

from apps.common.errors import UserError
from apps.llm import latches, pool
from apps.llm.models import Absence, Call, LanguageModel, ModelLatch, Spend
from apps.llm.services import budgets, catalogue
from apps.llm.services.budgets import Limits
from apps.llm.settling import lose
from apps.log.models import Event
from apps.oversight.services import stops
from apps.records.archive import archive_digest
from apps.records.models import Commission, Effect, EffectState, Run
from apps.rounds import loop as loop_module
from apps.rounds.start import start
from apps.rounds.verify import problems
from tests.llm.server import CUT, error, failing_stream
from tests.rounds import people, questions, world
from tests.rounds.test_ask import asker, asks, model, order  # noqa: F401
from tests.rounds.test_durability import dead, faults, taken_over  # noqa: F401
from tests.rounds.world import PROGRAM


def undisturbed(**more):
    loop = world.new_loop()
    run = world.finish(loop, world.begin(loop, world.project("Undisturbed"), order(**more)))
    loop.close()
    return archive_digest(run)


def assert_whole(run, candidates):
    assert (run.state, run.measured) == ("finished", candidates)
    assert list(problems(run.project)) == []
    assert not Call.objects.filter(run=run, state="in flight").exists()
    done = Call.objects.filter(run=run, state="done", role="mutate")
    places = list(done.values_list("round", "position", "child"))
    assert len(set(places)) == len(places), "an answer was paid twice"
    spent = Spend.objects.get(run=run)
    assert (spent.money_reserved, spent.tokens_reserved) == (0, 0)
    assert spent.money == Call.objects.filter(run=run).aggregate(money=Sum("cost"))["money"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_dying_at_any_commit_asks_again_only_what_was_in_flight(transactional_db, faults, model, after):  # noqa: F811
    faults.arm(0)
    wanted = undisturbed(candidates=4)
    commits, lost = faults.commits, 0
    for at in range(1, commits + 1):
        run = dead(faults, world.project(f"Toy {at}"), order(candidates=4), at, after=after)
        in_flight = Call.objects.filter(run=run, state="in flight").count()
        taken_over(run)
        assert_whole(run, 4)
        assert archive_digest(run) == wanted, f"died {'after' if after else 'before'} commit {at}"
        assert Call.objects.filter(run=run, state="lost").count() == in_flight <= 1
        lost += in_flight
    assert lost >= 4, "nothing was in flight when the process died: this test would prove nothing"


def test_every_tenth_reply_an_error_loses_nothing_and_pays_nothing_twice(loop, toy, monkeypatch):
    failures = itertools.cycle([error(429, retry_after=0.01), error(500), error(529), CUT, failing_stream()])
    count = itertools.count(1)

    def often(asked):
        return next(failures) if next(count) % 10 == 0 else questions.numbers(asked)

    hurried = pool.Patience(attempts=1)
    monkeypatch.setattr(loop_module, "Callers", partial(pool.Callers, patience=hurried))
    monkeypatch.setattr("apps.llm.absences.FIRST_REST", timedelta(milliseconds=10))
    with questions.server(monkeypatch, often) as serving:
        run = world.finish(loop, world.begin(loop, toy, order(candidates=40, parallel=4)))
    assert_whole(run, 40)
    failed = Call.objects.filter(run=run, state="failed").count()
    assert failed == len(serving.messages) // 10 >= 4
    assert Call.objects.filter(run=run, state="done", role="mutate").count() == asks(run).count() == 40


def test_what_a_model_never_answers_although_it_answers_others_is_refused_to_the_method(loop, toy, monkeypatch):
    hurried = pool.Patience(attempts=1)
    monkeypatch.setattr(loop_module, "Callers", partial(pool.Callers, patience=hurried))
    monkeypatch.setattr("apps.llm.absences.FIRST_REST", timedelta(milliseconds=1))
    monkeypatch.setattr("apps.rounds.driver.BARREN_LIMIT", 2)
    with questions.server(monkeypatch, lambda sent: "ready" if questions.is_check(sent) else error(500)) as serving:
        run = world.finish(loop, world.begin(loop, toy, order(candidates=1)))
    assert run.state == "exhausted"
    assert {asked.state for asked in asks(run)} == {"refused"}
    assert sum(not questions.is_check(sent) for sent in serving.messages) == 5 * asks(run).count()
    assert b"did not answer this in 5 attempts, and answered others" in bytes(asks(run)[0].answer)


def test_a_request_that_is_rejected_is_the_method_s_to_mend(loop, toy, model):  # noqa: F811
    model.script(error(400, "too many pelicans"))
    run = world.finish(loop, world.begin(loop, toy, order(candidates=2)))
    first, *others = asks(run)
    assert first.state == "refused"
    assert b"too many pelicans" in bytes(first.answer)
    assert [asked.state for asked in others] == ["done", "done"]


def test_a_run_of_which_every_request_is_rejected_ends_with_what_the_server_said(loop, toy, monkeypatch):
    monkeypatch.setattr("apps.rounds.driver.BARREN_AT_FIRST", 2)
    with questions.server(monkeypatch, error(400, "too many pelicans")):
        run = world.finish(loop, world.begin(loop, toy, world.order("openevolve")))
    assert run.state == "exhausted"
    assert run.why.startswith("2 rounds in a row brought no candidate: the model cannot answer this")
    assert "too many pelicans" in run.why


def test_a_model_of_which_no_reply_can_be_used_is_not_paid_a_hundred_rounds(loop, toy, monkeypatch):
    monkeypatch.setattr("apps.rounds.driver.BARREN_AT_FIRST", 3)
    with questions.server(monkeypatch, "I would try something else.") as serving:
        run = world.finish(loop, world.begin(loop, toy, world.order("openevolve")))
    assert (run.state, len(serving.messages)) == ("exhausted", 3 * 3)  # a complaint is sent back twice


def test_a_method_that_asks_and_has_brought_something_is_not_given_up_so_soon(loop, toy, monkeypatch):
    monkeypatch.setattr("apps.rounds.driver.BARREN_AT_FIRST", 2)
    monkeypatch.setattr("apps.rounds.driver.BARREN_LIMIT", 5)
    with questions.server(monkeypatch, "no program") as serving:
        serving.script(PROGRAM.replace("C = [", "C = [0.5 + "))
        run = world.finish(loop, world.begin(loop, toy, order(candidates=9)))
    assert (run.state, run.measured) == ("exhausted", 1)
    assert run.why.startswith("5 rounds in a row")


def test_a_model_that_must_be_mended_makes_rounds_wait_until_it_is_released(loop, toy, model):  # noqa: F811
    model.script(error(401, "invalid x-api-key"))
    run = world.begin(loop, toy, order(candidates=3))
    people.settle(loop, run)
    latch = ModelLatch.objects.get(released_at__isnull=True)
    assert "TEST_MODEL_KEY" in latch.reason
    assert loop.idle
    assert [asked.state for asked in asks(run)] == [EffectState.READY]
    assert len(model.messages) == 1, "a model that is stopped is asked nothing"
    catalogue.release(questions.SYSTEM, LanguageModel.objects.get())
    world.finish(loop, run)
    assert_whole(run, 3)


def test_a_budget_of_nothing_asks_nothing_and_says_so(loop, toy, model):  # noqa: F811
    budgets.of_project(questions.SYSTEM, toy, Limits(tokens=0))
    run = world.finish(loop, world.begin(loop, toy, order()))
    assert model.messages == []
    assert run.state == "finished"
    assert run.why.startswith("The budget of the project is 0: no calls are made. Raise it")


def test_a_budget_that_is_smaller_than_a_call_says_what_a_call_may_take_and_what_to_do(loop, toy, model):  # noqa: F811
    budgets.of_project(questions.SYSTEM, toy, Limits(tokens=500))
    run = world.finish(loop, world.begin(loop, toy, order()))
    assert (run.state, model.messages) == ("finished", [])
    for words in ("has 500 of 500 tokens left. This call may take 1,0", "models budget", "max-tokens"):
        assert words in run.why


def test_a_model_without_a_price_is_named_before_a_run_under_a_budget_of_money(toy, monkeypatch):
    with questions.server(monkeypatch, rates=None):
        budgets.of_project(questions.SYSTEM, toy, Limits(money=5))
        with pytest.raises(UserError, match="small has none. Give it one on its page or with `manage.py models price"):
            start(questions.SYSTEM, toy, order(), "bubblewrap")
        start(questions.SYSTEM, toy, order(options={"calls": "replay"}), "bubblewrap")  # makes no call


def test_a_budget_of_money_on_the_way_ends_a_run_whose_model_has_no_price_at_once(loop, toy, monkeypatch):
    with questions.server(monkeypatch, rates=None) as serving:
        run = world.begin(loop, toy, order(candidates=1000))
        while not serving.messages:
            loop.turn(0.1)
        budgets.of_project(questions.SYSTEM, toy, Limits(money=5))
        world.finish(loop, run)
    assert run.state == "finished"
    assert "no price of small is known. Give one with `manage.py models price small`" in run.why
    assert list(problems(toy)) == []


def test_a_budget_that_is_spent_on_the_way_ends_the_run_in_order(loop, toy, model):  # noqa: F811
    budgets.of_project(questions.SYSTEM, toy, Limits(tokens=5_000))
    run = world.finish(loop, world.begin(loop, toy, order(candidates=1000)))
    assert run.state == "finished"
    assert "budget of the project" in run.why
    assert 0 < Spend.objects.get(run=run).tokens <= 5_000
    assert list(problems(toy)) == []


def test_a_method_that_asks_does_not_start_where_nobody_plays_its_role(toy):
    with pytest.raises(UserError, match="asker needs a model that plays mutate"):
        start(questions.SYSTEM, toy, order(), "bubblewrap")


def test_a_question_that_waits_for_a_reservation_is_not_told_as_asked_again(loop, toy, monkeypatch):
    with questions.server(monkeypatch, latency=1.0):
        budgets.of_project(questions.SYSTEM, toy, Limits(tokens=2_000))  # one call at a time: each may reply with 1,000
        run = world.finish(loop, world.begin(loop, toy, order(candidates=2, parallel=2)))
    assert [asked.attempts for asked in asks(run)] == [1, 1]
    assert not Event.objects.filter(project=toy.pk, kind="effect.reclaimed").exists()


def test_a_server_that_wants_to_rest_is_left_alone_for_so_long(loop, toy, model):  # noqa: F811
    model.script(error(429, retry_after=100))
    run = world.begin(loop, toy, order(candidates=1))
    people.settle(loop, run)
    away = Absence.objects.get()
    assert away.until - away.since > timedelta(seconds=99)
    assert len(model.messages) == 1


def test_a_call_that_was_given_up_elsewhere_is_made_again(loop, toy, monkeypatch):
    with questions.server(monkeypatch, latency=0.5):
        run = world.begin(loop, toy, order(candidates=1))
        while not Call.objects.filter(state="in flight").exists():
            loop.turn(0.05)
        lose(Call.objects.all())
        assert_whole(world.finish(loop, run), 1)


def test_a_run_that_fails_gives_back_what_its_calls_reserved(loop, toy, monkeypatch):
    with questions.server(monkeypatch, latency=30.0):
        run = world.begin(loop, toy, order(candidates=1))
        while not Call.objects.filter(state="in flight").exists():
            loop.turn(0.05)
        loop._fail(run.pk, RuntimeError("a fault of ours"))
    assert Spend.objects.get(run=None, day=None).tokens_reserved == 0


def test_what_a_process_that_was_killed_had_asked_may_have_been_charged(toy, monkeypatch):
    with questions.server(monkeypatch, latency=30.0):
        killed = world.new_loop()
        run = world.begin(killed, toy, order(candidates=1))
        while not Call.objects.filter(state="in flight").exists():
            killed.turn(0.05)
        world.abandon(killed)
        call = Call.objects.get(run=run)
        Run.objects.filter(pk=run.pk).update(driver_until=timezone.now() - timedelta(seconds=1))
        world.new_loop([0]).close()
    for spent in Spend.objects.all():
        assert (spent.tokens, spent.tokens_reserved) == (0, 0)
        assert (spent.lost, spent.tokens_lost, spent.money_lost) == (1, call.tokens_reserved, call.money_reserved)


def test_a_paused_run_whose_question_could_be_asked_keeps_nobody_busy(loop, toy, monkeypatch):
    with questions.server(monkeypatch, error(429, retry_after=100)):
        run = world.begin(loop, toy, order(candidates=1))
        while not asks(run).filter(failures=1).exists():
            loop.turn(0.1)
        stops.pause_run(people.maintainer(toy), run, "look")
        Absence.objects.all().delete()
        for _ in range(3):  # the stop is seen, the run read again, the question found
            loop.turn(0.1)
    assert (loop.drives, loop._drivers[run.pk].eager) == ([run], False)


def test_a_hint_that_stood_in_a_prompt_was_read(loop, toy, model):  # noqa: F811
    alice = people.maintainer(toy)
    run = world.begin(loop, toy, order(mode="step-by-step", candidates=2))
    gate = people.approve_until(loop, run, alice, "judge")
    while Effect.objects.get(pk=gate.pk).candidate % (1 << 32) == 0:
        people.say(alice, gate, "approve")
        people.settle(loop, run)
        gate = people.approve_until(loop, run, alice, "judge")
    people.say(alice, gate, "request changes", "mind the signs")
    people.settle(loop, run)
    asked = Commission.objects.get()
    assert (asked.kind, asked.receipt) == ("grow", "not read"), "it is read when a model was asked"
    people.approve_all(loop, run, alice)
    asked.refresh_from_db()
    assert asked.receipt == "read"
    assert any("mind the signs" in sent.text for sent in model.messages)


def test_a_model_that_is_stopped_at_the_very_moment_is_not_asked(loop, toy, model, monkeypatch):  # noqa: F811
    with monkeypatch.context() as blind:
        blind.setattr("apps.rounds.voices.Models.look", lambda models: False)  # it did not look in time
        latches.stop(LanguageModel.objects.get().pk, None, "out of credit")
        run = world.begin(loop, toy, order(candidates=2))
        people.settle(loop, run)
    assert model.messages == []
    assert [(asked.state, asked.holder) for asked in asks(run)] == [(EffectState.READY, "")]
    catalogue.release(questions.SYSTEM, LanguageModel.objects.get())
    assert_whole(world.finish(loop, run), 2)


def test_a_call_waits_where_others_have_reserved_what_is_left_of_the_budget(loop, toy, monkeypatch):
    monkeypatch.setattr("apps.llm.opening.BUSY", timedelta(milliseconds=10))
    with questions.server(monkeypatch, latency=0.1) as serving:
        budgets.of_project(questions.SYSTEM, toy, Limits(tokens=2_000))  # a call may take some 1,040, and takes 60
        run = world.finish(loop, world.begin(loop, toy, order(candidates=6, parallel=3)))
    assert serving.most_at_once == 1
    assert_whole(run, 6)


def test_a_model_that_was_retired_meanwhile_is_refused_to_the_method(loop, toy, model, monkeypatch):  # noqa: F811
    monkeypatch.setattr("apps.rounds.driver.BARREN_LIMIT", 1)
    run = world.begin(loop, toy, order(candidates=2))
    catalogue.retire(questions.SYSTEM, LanguageModel.objects.get())
    world.finish(loop, run)
    assert (run.state, model.messages) == ("exhausted", [])
    assert b"has no model" in bytes(asks(run)[0].answer)
