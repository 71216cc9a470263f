"""A run whose models are away, or whose day's money is out, waits: nothing is lost, nothing tires, and it says so."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from apps.engine.canonical import decode
from apps.llm import absences, pool
from apps.llm.models import Absence, Call, LanguageModel, ModelLatch
from apps.llm.services import budgets, catalogue
from apps.llm.services.budgets import Limits
from apps.log.models import Event
from apps.oversight.services import stops
from apps.records.archive import archive_digest
from apps.records.models import Effect, Round
from apps.rounds import loop as loop_module
from apps.rounds import perform as perform_module
from apps.rounds.terminal import waits
from tests.llm.server import error
from tests.rounds import people, questions, workers, world
from tests.rounds.test_ask import asker, asks, order  # noqa: F401
from tests.rounds.test_ask_faults import assert_whole
from tests.rounds.test_perform import together
from tests.rounds.test_worker import assert_whole as assert_whole_pupil

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Callers try a call once."""
    once = pool.Patience(attempts=1)
    for module in (loop_module, perform_module):
        monkeypatch.setattr(module, "Callers", partial(pool.Callers, patience=once))


class House:
    """A server with somebody at home, or not. left: replies until it closes."""

    def __init__(self, reply):
        self.open, self.left, self.answered = True, 1000, 0
        self._reply = reply

    def __call__(self, sent):
        if not self.open or not self.left:
            return error(503, "closed for today")
        self.left -= 1
        self.answered += 1
        return self._reply(sent)


def later(**passed):
    """So much time passes for whoever waits for a model."""
    length = timedelta(**passed)
    for away in Absence.objects.all():
        Absence.objects.update(since=away.since - length, until=away.until - length)


def waiting(loop, run):
    """Drive until the run waits for its model, long enough to be told."""
    for _ in range(50):
        loop.turn(0.1)
        if Absence.objects.exists():
            break
    later(seconds=3)
    for _ in range(50):
        loop.turn(0.1)
        if Absence.objects.filter(tries__gt=0).exists():
            break
    Absence.objects.update(since=timezone.now() - timedelta(minutes=1), until=timezone.now() + timedelta(minutes=2))
    people.settle(loop, run)
    assert loop.idle


def shown(client, run, *more, role="reviewer"):
    """The run's page, the list of projects, the first page and what else is named, as text."""
    client.force_login(world.member(run.project, f"{role}{Event.objects.count()}", role).user)
    address = f"/projects/{run.project.slug}/runs/{run.number}/"
    return [client.get(page).content.decode() for page in (address, "/projects/", "/", *more)]


@pytest.fixture
def house(monkeypatch):
    made = House(questions.numbers)
    with questions.server(monkeypatch, made) as made.serving:
        yield made


@pytest.fixture
def school(monkeypatch):
    made = House(workers.compare)
    with workers.server(monkeypatch, made) as made.serving:
        yield made


def test_a_server_that_is_down_for_a_while_makes_the_run_wait_and_costs_it_nothing(loop, toy, house, client):
    wanted = archive_digest(world.finish(loop, world.begin(loop, world.project("Undisturbed"), order(candidates=4))))
    run = world.begin(loop, toy, order(candidates=4))
    house.left, asked = 2, len(house.serving.messages) + 2
    waiting(loop, run)
    assert (run.state, run.measured) == ("open", 2)
    assert sum(not questions.is_check(sent) for sent in house.serving.messages) == asked + 1, "it is asked no prompts"
    page, projects, home = shown(client, run)
    assert "waiting for a model" in page
    assert "tried again at" in page
    assert "waiting for a model" in projects
    assert "waiting for a model" in home
    assert "tried again at" in waits(run)
    assert "closed for today" in waits(run), "whoever sits at a terminal can mend it"
    house.left = 1000
    later(minutes=3)
    world.finish(loop, run)
    assert_whole(run, 4)
    assert archive_digest(run) == wanted
    assert not asks(run).filter(state="refused").exists()
    assert not Absence.objects.exists()
    assert bytes(run.waits) == b""
    assert [len(for_of(entry)) for entry in news(toy)] == [1, 0]


def test_where_a_model_stands_and_what_its_server_says_is_for_those_who_may_release_it(loop, toy, house, client):
    run = world.begin(loop, toy, order(candidates=3))
    house.open = False
    waiting(loop, run)
    model, failed = LanguageModel.objects.get(), Call.objects.filter(run=run, state="failed", role="mutate").get()
    pages = (f"/models/{model.pk}/", "/models/", f"/projects/toy/runs/1/calls/{failed.pk}/", "/projects/toy/log/")
    for _ in range(2):
        for page in shown(client, run, *pages):
            assert "closed for today" not in page
            assert house.serving.url not in page
        own, *_, call, _ = shown(client, run, *pages, role="operator")[3:]
        assert "closed for today" in own
        assert "closed for today" in call
        Absence.objects.update(since=timezone.now() - timedelta(hours=25), until=timezone.now())  # then it is stopped
        people.settle(loop, run)
    assert ModelLatch.objects.get().reason.endswith(failed.detail)
    assert "closed for today" in shown(client, run, role="operator")[0]
    assert not Event.objects.filter(body__contains=b"closed").exists()


def test_what_a_person_says_of_a_stop_is_for_everybody(loop, toy, house, client):
    run = world.begin(loop, toy, order(candidates=3))
    model = LanguageModel.objects.get()
    catalogue.stop(people.maintainer(toy), model, "moved to another rack until noon")
    people.settle(loop, run)
    run_page, *_, model_page = shown(client, run, f"/models/{model.pk}/")
    assert "another rack" in run_page
    assert "another rack" in model_page


def test_the_next_try_of_a_model_is_no_news_for_the_log_and_on_the_page_all_the_same(loop, toy, house, client):
    run = world.begin(loop, toy, order(candidates=3))
    house.open = False
    waiting(loop, run)
    for minutes in (7, 17, 27):
        later(minutes=minutes)
        people.settle(loop, run)
        assert f"{Absence.objects.get().until:%H:%M:%S} UTC" in shown(client, run)[0]
    assert Absence.objects.get().tries >= 4
    assert [for_of(entry) for entry in news(toy)] == [[["away", LanguageModel.objects.get().pk]]]
    Absence.objects.update(since=timezone.now() - timedelta(hours=25), until=timezone.now())
    for _ in range(50):
        loop.turn(0.1)
        if news(toy).count() > 1:
            break
    house.open = True
    catalogue.release(people.maintainer(toy), LanguageModel.objects.get())
    assert_whole(world.finish(loop, run), 3)
    assert [[on for on, _ in for_of(entry)] for entry in news(toy)] == [["away"], ["stopped"], []]


def news(project):
    """What the log tells of waits, in order."""
    return Event.objects.filter(project=project.pk, kind="run.waits").order_by("sequence")


def for_of(entry):
    return decode(bytes(entry.body))["for"]


def test_a_run_that_waits_for_its_model_waits_in_the_next_process_too(toy, house):
    first = world.new_loop()
    run = world.begin(first, toy, order(candidates=3))
    house.open = False
    waiting(first, run)
    world.abandon(first)
    asked = len(house.serving.messages)
    second = world.new_loop([run.pk])
    people.settle(second, run)
    assert second.idle
    assert len(house.serving.messages) == asked, "it is asked again when its time has come, not when a process starts"
    assert "tried again at" in waits(run)
    house.open = True
    later(minutes=3)
    assert_whole(world.finish(second, run), 3)
    second.close()


def test_a_person_can_pause_a_run_that_waits_and_end_it_too(loop, toy, house):
    run = world.begin(loop, toy, order(candidates=3))
    house.open = False
    waiting(loop, run)
    alice = people.maintainer(toy)
    stops.pause_run(alice, run, "a look")
    later(minutes=3)
    asked = len(house.serving.messages)
    people.settle(loop, run)
    assert len(house.serving.messages) == asked, "a paused run asks nothing"
    stops.resume_run(alice, run)
    stops.finish(alice, run)
    world.finish(loop, run)
    assert (run.state, run.measured) == ("finished", 0)
    assert asks(run).get().state == "refused"


def test_rounds_that_wait_are_no_more_than_may_move(loop, toy, house):
    run = world.begin(loop, toy, order(candidates=20, parallel=3))
    house.open = False
    waiting(loop, run)
    assert Round.objects.filter(run=run, state="open").count() == 3
    house.open = True
    later(minutes=3)
    assert_whole(world.finish(loop, run), 20)


def test_a_model_that_is_away_for_a_day_is_stopped_until_a_person_acts(loop, toy, house):
    run = world.begin(loop, toy, order(candidates=3))
    house.open = False
    waiting(loop, run)
    later(minutes=3)
    Absence.objects.update(since=timezone.now() - timedelta(hours=25))
    people.settle(loop, run)
    people.settle(loop, run)
    latch = ModelLatch.objects.get(released_at__isnull=True)
    assert "has not answered since" in latch.reason
    assert "closed for today" in latch.reason
    assert loop.idle
    assert "is stopped" in waits(run)
    assert Event.objects.filter(project=toy.pk, kind="model.latched").count() == 1


def test_a_day_s_budget_that_is_out_makes_the_run_wait_until_it_is_raised(loop, toy, house, client):
    budgets.of_project(questions.SYSTEM, toy, Limits(tokens=1_500), daily=True)  # each call may take some 1,040
    run = world.begin(loop, toy, order(candidates=12))
    people.settle(loop, run)
    assert loop.idle
    assert run.state == "open"
    assert 0 < run.measured < 12
    assert "or when the budget is raised" in waits(run)
    page, projects, home = shown(client, run)
    assert "begins at" in page
    assert "waiting for the day’s budget" in page
    assert "waiting for the day’s budget" in home
    assert "waiting for the day’s budget" in projects
    budgets.of_project(questions.SYSTEM, toy, Limits(tokens=100_000), daily=True)
    assert_whole(world.finish(loop, run), 12)


def test_a_day_s_budget_that_is_out_makes_the_run_wait_for_the_next_day_also_in_another_process(
    toy, house, monkeypatch
):
    first = world.new_loop()
    budgets.of_project(questions.SYSTEM, toy, Limits(tokens=1_500), daily=True)
    run = world.begin(first, toy, order(candidates=12))
    people.settle(first, run)
    measured, told = run.measured, waits(run)
    assert "The budget of the day has " in told
    assert " of 1,500 tokens left." in told
    world.abandon(first)
    second = world.new_loop([run.pk])
    people.settle(second, run)
    assert second.idle
    assert (run.measured, waits(run)) == (measured, told)
    tomorrow = timezone.now() + timedelta(days=1)
    with monkeypatch.context() as clock:
        clock.setattr("apps.llm.opening.timezone.now", lambda: tomorrow)
        people.settle(second, run)
    assert measured < run.measured <= 12
    second.close()


def test_a_day_s_budget_that_is_smaller_than_any_call_is_not_waited_for(loop, toy, house):
    budgets.of_project(questions.SYSTEM, toy, Limits(tokens=500), daily=True)
    run = world.finish(loop, world.begin(loop, toy, order(candidates=3)))
    assert (run.state, house.serving.messages) == ("finished", [])
    assert "budget of the day" in run.why


def test_a_measurement_waits_for_its_model_and_keeps_the_replies_that_were_paid_for(loop, school):
    run = world.begin(loop, workers.project(), world.order(candidates=3))
    school.serving.script("Off by 1.0", "Off by 1.5")
    school.open = False
    waiting(loop, run)
    assert Effect.objects.get(round__run=run, kind="measure").state == "ready"
    paid = Call.objects.filter(run=run, state="done", role="worker").count()
    assert paid == 2
    assert "tried again at" in waits(run)
    school.open = True
    later(minutes=3)
    assert_whole_pupil(world.finish(loop, run), 3)


def test_a_measurement_waits_for_the_next_day_too(loop, school):
    pupil = workers.project()
    budgets.of_project(workers.SYSTEM, pupil, Limits(tokens=300), daily=True)
    run = world.begin(loop, pupil, world.order(candidates=10))
    people.settle(loop, run)
    assert loop.idle
    assert run.state == "open"
    assert "or when the budget is raised" in waits(run)
    budgets.of_project(workers.SYSTEM, pupil, Limits(tokens=100_000), daily=True)
    assert_whole_pupil(world.finish(loop, run), 10)


def test_processes_that_only_measure_leave_a_model_alone_that_is_away(drives, performer, school):
    run = world.begin(drives, workers.project(), world.order(candidates=3))
    model = LanguageModel.objects.get()
    soon = timezone.now() + timedelta(minutes=2)
    Absence.objects.create(model=model, since=timezone.now() - timedelta(minutes=1), until=soon, reason="closed")
    for _ in range(5):
        drives.turn(0.1)
        performer.turn(0.1)
    assert school.serving.messages == []
    run.refresh_from_db()
    assert "closed" in waits(run)
    later(minutes=3)
    together(drives, performer, run)
    assert_whole_pupil(run, 3)


def test_a_model_that_is_away_is_asked_less_and_less_often_and_by_one_at_a_time(toy, house):
    model = LanguageModel.objects.get()
    Absence.objects.create(model=model, since=timezone.now(), until=timezone.now(), reason="closed")
    rests = []
    for _ in range(12):
        assert absences.take_turn(model.pk, toy.pk) == (True, [])
        assert absences.take_turn(model.pk, toy.pk) == (False, []), "somebody else asks already"
        away = Absence.objects.get()
        rests.append(round((away.until - timezone.now()).total_seconds()))
        Absence.objects.update(until=timezone.now())
    assert rests[:4] == [4, 8, 16, 32]
    assert rests[-1] == max(rests) == 300
