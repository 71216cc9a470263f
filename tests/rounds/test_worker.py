"""Candidates that are measured through a model, in the real driver with a real server."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError

from apps.common.errors import UserError
from apps.common.ids import row_id
from apps.engine.canonical import decode
from apps.llm import pool
from apps.llm.models import Absence, Call, LanguageModel, ModelLatch, Spend
from apps.llm.services import budgets, catalogue
from apps.llm.services.budgets import Limits
from apps.oversight.services import stops
from apps.records import content
from apps.records.archive import archive_digest
from apps.records.models import CandidateEdit, Effect, Trajectory
from apps.rounds import calling
from apps.rounds import loop as loop_module
from apps.rounds.start import start
from apps.rounds.verify import problems
from tests.llm.server import REFUSAL, Answer, error
from tests.rounds import people, workers, world
from tests.rounds.test_durability import faults, survive  # noqa: F401
from tests.rounds.test_perform import together


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.EVOWEB_LLM_PRIVATE_URLS = ["127.0.0.1"]


@pytest.fixture
def model(transactional_db, monkeypatch):
    with workers.server(monkeypatch) as serving:
        yield serving


@pytest.fixture
def pupil(model):
    return workers.project()


def asked(row):
    return decode(bytes(row.report))["asked"]


def test_what_a_candidate_returns_is_asked_and_the_reply_is_scored(loop, pupil, model):
    run = world.finish(loop, world.begin(loop, pupil, world.order(candidates=5)))
    assert (run.state, run.measured) == ("finished", 5)
    rows = Trajectory.objects.filter(candidate__run=run).select_related("task", "candidate")
    assert rows.count() == Call.objects.filter(run=run, state="done").count() == len(model.messages)
    seed = {row.task.key: row.score for row in rows if row.candidate.number == 0}
    assert seed == {"t0": -1.0, "t1": -1.5, "t2": -0.5, "t3": -2.0}
    for row in rows:
        kept = asked(row)
        call = Call.objects.get(key=kept["call"])
        assert (call.candidate, call.task, call.role) == (row.candidate_id, row.task_id, "worker")
        stored = content.load([bytes.fromhex(kept["prompt"]), bytes.fromhex(kept["reply"])])
        prompt = decode(stored[bytes.fromhex(kept["prompt"])])
        assert prompt["system"] == "Compare."
        assert stored[bytes.fromhex(kept["reply"])].decode() == f"Off by {-row.score}"
        assert kept["tokens"] == call.tokens > 0
    assert CandidateEdit.objects.get(pk=row_id(run.pk, 0)).score == -1.25
    assert list(problems(pupil)) == []


def test_prompts_of_one_candidate_are_asked_side_by_side_within_the_limits_of_a_reply(loop, monkeypatch):
    with workers.server(monkeypatch, latency=0.2) as serving:
        run = world.finish(loop, world.begin(loop, workers.project(max_tokens=7), world.order(candidates=1)))
    assert serving.most_at_once >= 4
    assert {one.body["max_tokens"] for one in serving.messages} == {7}
    assert run.state == "finished"


@pytest.fixture
def hurried(monkeypatch):
    """Callers try a call once; measurements try it again at once."""
    once = pool.Patience(attempts=1)
    monkeypatch.setattr(loop_module, "Callers", partial(pool.Callers, patience=once))
    monkeypatch.setattr("apps.llm.absences.FIRST_REST", timedelta(milliseconds=10))


def rows_of(run, number=0):
    found = (
        Trajectory.objects.filter(candidate=row_id(run.pk, number)).select_related("task").order_by("task__position")
    )
    return {row.task.key: row for row in found}


def assert_whole(run, candidates):
    run.refresh_from_db()
    assert (run.state, run.measured) == ("finished", candidates)
    assert list(problems(run.project)) == []
    assert not Call.objects.filter(run=run, state="in flight").exists()
    spent = Spend.objects.get(run=run)
    assert (spent.money_reserved, spent.tokens_reserved) == (0, 0)
    paid = [row.key for row in Call.objects.filter(run=run, state="done", role="worker")]
    kept = [asked(row)["call"] for row in Trajectory.objects.filter(candidate__run=run)]
    assert sorted(paid) == sorted(kept), "a reply was paid and not used, or used and not paid"


def test_no_more_calls_are_reserved_than_are_soon_made(loop, monkeypatch, transactional_db):
    monkeypatch.setattr(calling, "MOST_OPEN", 3)
    most, original = [], calling.open_calls

    def counted(*given):
        opening = original(*given)
        most.append(Call.objects.filter(state="in flight").count())
        return opening

    monkeypatch.setattr(calling, "open_calls", counted)
    with workers.server(monkeypatch):
        run = world.finish(loop, world.begin(loop, workers.project(), world.order(candidates=2)))
    assert_whole(run, 2)
    assert max(most) == 3


def test_a_call_that_fails_is_made_again_and_is_no_score(loop, pupil, model, hurried):
    model.script(error(529), error(500))
    run = world.finish(loop, world.begin(loop, pupil, world.order(candidates=3)))
    assert_whole(run, 3)
    assert Call.objects.filter(run=run, state="failed").count() == 2
    assert {row.failure for row in Trajectory.objects.filter(candidate__run=run)} == {""}


def test_a_server_that_wants_to_rest_is_left_alone_for_so_long(loop, pupil, model):
    model.script(error(429, retry_after=100))
    run = world.begin(loop, pupil, world.order(candidates=1))
    people.settle(loop, run)
    assert loop.idle
    assert Effect.objects.get(round__run=run, kind="measure").state == "ready"
    away = Absence.objects.get()
    assert away.until - away.since > timedelta(seconds=99)


def test_a_task_whose_call_never_succeeds_is_unmeasurable_and_no_other_task_is(loop, monkeypatch, hurried):
    def not_the_second(sent):
        return error(500, "out of order") if "-2.0" in sent.text else workers.compare(sent)

    with workers.server(monkeypatch, not_the_second):
        run = world.finish(loop, world.begin(loop, workers.project(), world.order(candidates=1)))
    rows = rows_of(run)
    assert {key: row.failure for key, row in rows.items()} == {"t0": "", "t1": "unmeasurable", "t2": "", "t3": ""}
    assert rows["t1"].score is None
    assert "500 the server failed" in decode(bytes(rows["t1"].report))["detail"]
    assert "call" not in asked(rows["t1"])
    assert Call.objects.filter(run=run, state="failed", candidate=row_id(run.pk, 0)).count() == 5


def test_a_prompt_that_the_server_will_never_take_is_the_candidate_s_failure(loop, pupil, model):
    model.script(error(400, "prompt is too long"))
    run = world.finish(loop, world.begin(loop, pupil, world.order(candidates=1)))
    failed = [row for row in rows_of(run).values() if row.failure]
    assert [row.failure for row in failed] == ["prompt_refused"]
    assert "prompt is too long" in decode(bytes(failed[0].report))["detail"]


def test_a_prompt_that_the_model_cannot_hold_is_the_candidate_s_failure_and_is_not_asked(loop, monkeypatch):
    program = workers.PROGRAM.replace("Compare.", "Compare." + " and so on" * 50).replace("given[0]]}", "given[0]]}", 1)
    with workers.server(monkeypatch, context=150, max_tokens=100) as serving:
        run = world.finish(loop, world.begin(loop, workers.project(program=program), world.order(candidates=1)))
    assert serving.messages == []
    failed = rows_of(run).values()
    assert {row.failure for row in failed} == {"prompt_refused"}
    for row in failed:
        assert "pupil holds 150 together" in decode(bytes(row.report))["detail"]


def test_what_is_no_prompt_is_not_asked(loop, model):
    program = workers.PROGRAM.replace('{"system": "Compare.", ', "given[0] if given[0] else {")
    run = world.finish(loop, world.begin(loop, workers.project(program=program), world.order(candidates=1)))
    rows = rows_of(run)
    assert {key: row.failure for key, row in rows.items()} == {
        "t0": "",
        "t1": "invalid_output",
        **dict.fromkeys(("t2", "t3"), "invalid_output"),
    }
    assert "Return a text, or" in decode(bytes(rows["t1"].report))["detail"]
    assert bytes(rows["t1"].output)


def test_a_refusal_and_a_reply_that_was_cut_are_replies(loop, model, transactional_db):
    evaluator = "def score(given, expected, output, seed):\n    return float(len(output))\n"
    model.script(REFUSAL, Answer("Off by 1", stop="max_tokens"))
    run = world.finish(loop, world.begin(loop, workers.project(evaluator=evaluator), world.order(candidates=1)))
    stops_of = sorted(asked(row)["stop"] for row in rows_of(run).values())
    assert stops_of == ["end", "end", "length", "refusal"]


def test_a_model_that_must_be_mended_makes_the_measurement_wait_and_pays_nothing_twice(loop, pupil, model):
    run = world.begin(loop, pupil, world.order(candidates=2))
    model.script("Off by 1.0", error(401, "invalid x-api-key"))
    people.settle(loop, run)
    assert ModelLatch.objects.filter(released_at__isnull=True).count() == 1
    assert loop.idle
    waiting = Effect.objects.get(round__run=run, kind="measure")
    assert waiting.state == "ready"
    paid = Call.objects.filter(run=run, state="done").count()
    assert 1 <= paid <= 3
    catalogue.release(workers.SYSTEM, LanguageModel.objects.get())
    world.finish(loop, run)
    assert_whole(run, 2)


def test_a_budget_of_nothing_asks_nothing_and_says_so(loop, pupil, model):
    budgets.of_project(workers.SYSTEM, pupil, Limits(tokens=0))
    run = world.finish(loop, world.begin(loop, pupil, world.order()))
    assert model.messages == []
    assert run.state == "failed"
    assert "budget of model calls is spent" in run.why


def test_a_budget_that_is_spent_on_the_way_ends_the_run_in_order(loop, pupil, model):
    budgets.of_project(workers.SYSTEM, pupil, Limits(tokens=2_000))
    run = world.finish(loop, world.begin(loop, pupil, world.order(candidates=1000)))
    assert run.state == "finished"
    assert "budget of the project" in run.why
    assert 0 < Spend.objects.get(run=run).tokens <= 2_000
    assert list(problems(pupil)) == []


def test_another_process_goes_on_with_the_replies_that_were_paid_for(pupil, monkeypatch):
    first = world.new_loop()
    run = world.begin(first, pupil, world.order(candidates=6))
    with workers.server(monkeypatch, latency=0.05) as serving:
        while len(serving.messages) < 6:
            first.turn(0.02)
        world.abandon(first)
        in_flight = Call.objects.filter(run=run, state="in flight").count()
        second = world.new_loop([run.pk])
        world.finish(second, run)
        other = world.begin(second, workers.project("Undisturbed"), world.order(candidates=6))
        world.finish(second, other)
        second.close()
    assert_whole(run, 6)
    assert Call.objects.filter(run=run, state="lost").count() == in_flight
    assert archive_digest(run) == archive_digest(other)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_dying_at_any_commit_pays_no_reply_twice(pupil, faults, model, after):  # noqa: F811
    faults.arm(0)
    loop = world.new_loop()
    undisturbed = world.finish(loop, world.begin(loop, workers.project("Undisturbed"), world.order(candidates=2)))
    loop.close()
    for at in range(1, faults.commits + 1):
        run = survive(faults, workers.project(f"Pupil {at}"), world.order(candidates=2), at, after=after)
        assert_whole(run, 2)
        assert archive_digest(run) == archive_digest(undisturbed), f"died {'after' if after else 'before'} commit {at}"


@pytest.mark.parametrize("step", ["lose", "open_calls", "settle"])
def test_a_database_that_fails_for_a_moment_leaves_no_measurement_behind(loop, pupil, model, monkeypatch, step):
    original, failing = getattr(calling, step), [OperationalError("database is locked")]

    def sometimes(*given):
        if failing:
            raise failing.pop()
        return original(*given)

    monkeypatch.setattr(calling, step, sometimes)
    run = world.finish(loop, world.begin(loop, pupil, world.order(candidates=1)), turns=20)
    assert_whole(run, 1)


@pytest.mark.parametrize("end", ["a fault of ours", "abort"])
def test_a_run_that_ends_in_the_middle_gives_back_what_its_measurements_reserved(pupil, loop, monkeypatch, end):
    with workers.server(monkeypatch, latency=30.0):
        run = world.begin(loop, pupil, world.order(candidates=1))
        while not Call.objects.filter(state="in flight").exists():
            loop.turn(0.05)
        if end == "abort":
            stops.abort(people.maintainer(pupil), run, "enough")
            people.settle(loop, run)
        else:
            loop._fail(run.pk, RuntimeError(end))
    assert {call.state for call in Call.objects.all()} == {"lost"}
    assert Spend.objects.get(run=None, day=None).tokens_reserved == 0


def test_a_stop_ends_the_calls_and_a_release_goes_on(loop, pupil, monkeypatch):
    alice = people.maintainer(pupil)
    with workers.server(monkeypatch, latency=0.1):
        run = world.begin(loop, pupil, world.order(candidates=3))
        while not Call.objects.filter(run=run, state="in flight").exists():
            loop.turn(0.01)
        stops.pause_run(alice, run, "a look")
        people.settle(loop, run)
        assert loop.idle
        assert not Effect.objects.filter(round__run=run, state="running").exists()
        stops.resume_run(alice, run)
        world.finish(loop, run)
    run.refresh_from_db()
    assert (run.state, run.measured) == ("finished", 3)
    assert list(problems(pupil)) == []


def test_processes_that_only_measure_ask_the_model_too(drives, performer, pupil, model):
    run = world.begin(drives, pupil, world.order(candidates=4))
    together(drives, performer, run)
    assert_whole(run, 4)


def test_a_model_that_was_changed_is_not_measured_in_the_same_run(loop, pupil, model):
    run = world.begin(loop, pupil, world.order(candidates=50))
    while not run.measured:
        loop.turn(0.1)
        run.refresh_from_db()
    row = LanguageModel.objects.get()
    told = {"model": "another", "base_url": row.base_url, "key_variable": row.key_variable, "max_tokens": 1000}
    catalogue.put(workers.SYSTEM, catalogue.Description(workers.MODEL, told, {}))
    world.finish(loop, run)
    assert run.measured < 50
    assert {one.body["model"] for one in model.messages} == {"scripted"}
    assert list(problems(pupil)) == []


def test_another_model_is_another_protocol(loop, pupil, model):
    first = world.finish(loop, world.begin(loop, pupil, world.order(candidates=1)))
    again = world.finish(loop, world.begin(loop, pupil, world.order(candidates=1)))
    row = LanguageModel.objects.get()
    told = {"model": "another", "base_url": row.base_url, "key_variable": row.key_variable, "max_tokens": 1000}
    catalogue.put(workers.SYSTEM, catalogue.Description(workers.MODEL, told, {}))
    other = world.finish(loop, world.begin(loop, pupil, world.order(candidates=1)))
    assert first.protocol == again.protocol != other.protocol
    assert list(problems(pupil)) == []


def test_a_run_does_not_start_where_nobody_or_more_than_one_is_measured(pupil):
    catalogue.cast(workers.SYSTEM, None, "worker", {})
    with pytest.raises(UserError, match="the model that plays worker, and none does"):
        start(workers.SYSTEM, pupil, world.order(), "bubblewrap")
    for name in ("one", "two"):
        catalogue.put(workers.SYSTEM, catalogue.Description(name, {"model": name}, {}))
    catalogue.cast(workers.SYSTEM, None, "worker", {"one": 1.0, "two": 1.0})
    with pytest.raises(UserError, match="measured through one model, and 2 play worker: one, two"):
        start(workers.SYSTEM, pupil, world.order(), "bubblewrap")


def test_verify_misses_a_call_that_a_measurement_names(loop, pupil, model):
    run = world.finish(loop, world.begin(loop, pupil, world.order(candidates=1)))
    row = rows_of(run)["t2"]
    Call.objects.filter(key=asked(row)["call"]).update(reply=b"\0" * 32)
    told = list(problems(pupil))
    assert f"the ledger holds no call that was answered as measurement {row.pk} of run {run.number} says" in told


def test_the_page_of_a_measurement_shows_what_was_asked_and_replied(loop, pupil, monkeypatch, client):
    evaluator = "def score(given, expected, output, seed):\n    return float(len(output))\n"
    with workers.server(monkeypatch, "<script>alert(1)</script> & so on"):
        project = workers.project("Hostile", evaluator=evaluator)
        run = world.finish(loop, world.begin(loop, project, world.order(candidates=1)))
    row = rows_of(run)["t1"]
    reader = world.member(project, "reader")
    client.force_login(reader.user)
    page = client.get(f"/projects/{project.slug}/runs/{run.number}/candidates/0/trajectories/{row.pk}/")
    told = page.content.decode()
    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on" in told
    assert "<script>alert" not in told
    assert "-0.5 and -2.0" in told
    assert "Compare." in told
    assert workers.MODEL in told


def test_a_run_that_reuses_calls_measures_without_asking_again(loop, pupil, model):
    first = world.finish(loop, world.begin(loop, pupil, world.order(candidates=3)))
    asked_so_far = len(model.messages)
    again = world.finish(loop, world.begin(loop, pupil, world.order(candidates=3, options={"calls": "reuse"})))
    assert len(model.messages) == asked_so_far
    assert archive_digest(again) == archive_digest(first)
    assert not Spend.objects.filter(run=again).exists()
    assert list(problems(pupil)) == []
