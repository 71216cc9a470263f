"""A wait ends with its cause, and what was asked before it is neither lost nor paid twice."""
# ruff: noqa: F811

import pytest

from apps.engine import registry
from apps.engine.effects import Ask, Propose, Refused
from apps.engine.prompt import USER, Message, Prompt
from apps.engine.recipe import Recipe
from apps.llm.models import Absence, Call, LanguageModel, ModelLatch
from apps.llm.services import budgets, catalogue
from apps.llm.services.budgets import Limits
from apps.log.models import Event
from apps.oversight.services import stops
from apps.records.models import Effect
from tests.llm.server import Answer, error
from tests.rounds import people, questions, workers, world
from tests.rounds.test_ask import asker, asks, order  # noqa: F401
from tests.rounds.test_ask_faults import assert_whole
from tests.rounds.test_waits import house, hurried, later, school, waiting  # noqa: F401
from tests.rounds.test_worker import assert_whole as assert_whole_pupil

pytestmark = pytest.mark.usefixtures("transactional_db")


def slowly(asked):
    """A pupil who thinks for longer than a turn of a loop takes."""
    return Answer(workers.compare(asked), latency=0.8)


def asked_a_pupil(loop, school, **more):
    """A run whose first measurement has its calls on their way."""
    school._reply = slowly
    run = world.begin(loop, workers.project(**more), world.order(candidates=2))
    while len(school.serving.messages) < len(workers.TARGETS):
        loop.turn(0.05)
    return run


def assert_asked_once(run, school):
    assert not Call.objects.filter(run=run).exclude(state="done").exists()
    assert Call.objects.filter(run=run).count() == len(school.serving.messages) == 3 * len(workers.TARGETS)


def test_replies_that_come_while_a_run_is_paused_are_recorded_then(loop, school):
    run = asked_a_pupil(loop, school)
    alice = people.maintainer(run.project)
    stops.pause_run(alice, run, "a look")
    people.settle(loop, run)
    assert loop.idle
    assert not Call.objects.filter(run=run, state="in flight").exists()
    stops.resume_run(alice, run)
    assert_whole_pupil(world.finish(loop, run), 2)
    assert_asked_once(run, school)


def test_calls_on_their_way_are_not_made_again_by_a_run_that_goes_on_after_a_short_pause(loop, school):
    run = asked_a_pupil(loop, school)
    alice = people.maintainer(run.project)
    stops.pause_run(alice, run, "a look")
    loop.turn(0.05)
    stops.resume_run(alice, run)
    assert_whole_pupil(world.finish(loop, run), 2)
    assert_asked_once(run, school)


def test_a_model_that_nobody_asked_for_days_is_asked_before_it_is_stopped(loop, toy, house):
    first = world.begin(loop, toy, order(candidates=3))
    house.open = False
    waiting(loop, first)
    stops.abort(people.maintainer(toy), first, "not today")
    people.settle(loop, first)
    later(days=3)
    house.open = True
    run = world.finish(loop, world.begin(loop, toy, order(candidates=3)))
    assert_whole(run, 3)
    assert not ModelLatch.objects.exists()


def test_a_model_that_is_retired_is_waited_for_no_longer(loop, toy, house):
    run = world.begin(loop, toy, order(candidates=3))
    house.open = False
    waiting(loop, run)
    catalogue.retire(questions.SYSTEM, LanguageModel.objects.get())
    world.finish(loop, run)
    assert (run.state, run.measured) == ("exhausted", 0)
    assert b"has no model" in bytes(asks(run).first().answer)


def test_rounds_that_wait_for_one_model_go_on_when_another_has_spent_the_budget(loop, toy, house, monkeypatch):
    def by_turns(ctx, parents):
        prompt = Prompt("", (Message(USER, parents[0].texts["main.py"]),))
        try:
            reply = yield Ask("mutate", prompt, (questions.MODEL, "other")[ctx.round % 2])
            return (yield Propose((parents[0].number,), {"main.py": reply.text}, "asked"))
        except Refused:
            return None

    monkeypatch.setattr(registry, "get", lambda name: Recipe(vary=by_turns, roles=("mutate",)))
    reached = {"model": "other", "base_url": house.serving.url, "key_variable": "TEST_MODEL_KEY", "max_tokens": 1000}
    catalogue.put(questions.SYSTEM, catalogue.Description("other", reached, {}))
    catalogue.cast(questions.SYSTEM, None, "mutate", {questions.MODEL: 1.0, "other": 1.0})
    catalogue.stop(questions.SYSTEM, LanguageModel.objects.get(name=questions.MODEL), "a look")
    run = world.begin(loop, toy, order(candidates=20, parallel=4))
    budgets.of_run(questions.SYSTEM, run, Limits(tokens=1_100))
    world.finish(loop, run)
    assert (run.state, asks(run).filter(state="done").count() > 0) == ("finished", True)
    assert "budget of the run" in run.why


def test_a_pause_changes_nothing_of_what_a_run_waits_for(loop, toy, house):
    run = world.begin(loop, toy, order(candidates=3))
    house.open = False
    waiting(loop, run)
    told = Event.objects.filter(project=toy.pk, kind="run.waits").count()
    stops.pause_run(people.maintainer(toy), run, "a look")
    for _ in range(3):
        people.settle(loop, run)
    assert bytes(run.waits) != b""
    assert Event.objects.filter(project=toy.pk, kind="run.waits").count() == told


def test_processes_that_only_measure_take_in_what_comes_after_a_model_was_found_away(drives, performer, school):
    def not_now(sent):
        return error(503, "closed for today", retry_after=60) if sent.text.startswith("0.5") else slowly(sent)

    school._reply = not_now
    run = world.begin(drives, workers.project(), world.order(candidates=3))
    while performer.turn(0.2) or not Call.objects.exists():
        drives.turn(0.1)
    assert Effect.objects.get(round__run=run, kind="measure").state == "ready"
    assert Call.objects.filter(run=run, state="done").count() == len(workers.TARGETS) - 1
    assert not Call.objects.filter(run=run, state="in flight").exists()


def test_processes_that_only_measure_give_back_what_waits_for_a_model_that_nobody_asks(drives, performer, school):
    school.open = False
    run = world.begin(drives, workers.project(), world.order(candidates=3))
    while not Absence.objects.exists():
        drives.turn(0.1)
        performer.turn(0.1)
    stops.pause_run(people.maintainer(run.project), run, "a look")
    later(minutes=1)
    for _ in range(20):
        if not performer.turn(0.2):
            break
    assert Effect.objects.get(round__run=run, kind="measure").state == "ready"
