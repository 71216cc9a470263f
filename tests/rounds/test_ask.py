"""A method that asks a model, through the real driver and a real server."""

import pytest

from apps.engine.canonical import decode, digest
from apps.llm.models import Call, Spend
from apps.records import content
from apps.records.archive import archive_digest
from apps.records.models import Effect
from apps.rounds.verify import problems
from tests.rounds import questions, world


@pytest.fixture(autouse=True)
def asker(monkeypatch, settings):
    settings.EVOWEB_LLM_PRIVATE_URLS = ["127.0.0.1"]
    questions.known(monkeypatch)


@pytest.fixture
def model(transactional_db, monkeypatch):
    with questions.server(monkeypatch) as serving:
        yield serving


def order(**more):
    return world.order(questions.METHOD, **more)


def asks(run):
    return Effect.objects.filter(round__run=run, kind="ask").order_by("round", "position")


def test_a_run_asks_its_model_for_every_edit_and_records_prompt_and_reply(loop, toy, model):
    run = world.finish(loop, world.begin(loop, toy, order()))
    assert (run.state, run.measured) == ("finished", 10)
    assert run.best_score > -20
    assert [asked.state for asked in asks(run)] == ["done"] * 10 == ["done"] * len(model.messages)
    for asked, sent in zip(asks(run), model.messages, strict=True):
        prompt, told = decode(bytes(asked.asked))["prompt"], decode(bytes(asked.answer))["done"]
        stored = content.load([bytes.fromhex(prompt), bytes.fromhex(told["reply"])])
        assert decode(stored[bytes.fromhex(prompt)])["messages"] == [["user", sent.text]]
        assert digest(questions.numbers(sent).encode()).hex() == told["reply"]
    assert list(problems(toy)) == []
    calls = Call.objects.filter(run=run).order_by("pk")
    told = [decode(bytes(asked.answer))["done"] for asked in asks(run)]
    assert [call.key for call in calls] == [each["call"] for each in told]
    assert {call.state for call in calls} == {"done"}
    spent = Spend.objects.get(run=run)
    assert (spent.calls, spent.tokens) == (10, sum(each["tokens"] for each in told))
    assert (spent.money_reserved, spent.tokens_reserved) == (0, 0)


def test_another_process_goes_on_from_recorded_replies_without_asking_again(toy, model):
    first = world.new_loop()
    run = world.begin(first, toy, order())
    while len(model.messages) < 4:
        first.turn(0.2)
    world.abandon(first)
    second = world.new_loop([run.pk])
    world.finish(second, run)
    second.close()
    run.refresh_from_db()
    repeated = sum(asked.attempts - 1 for asked in asks(run))
    assert repeated <= 1
    assert len(model.messages) <= 10 + repeated
    other = world.new_loop()
    undisturbed = world.finish(other, world.begin(other, world.project("Undisturbed"), order()))
    other.close()
    assert archive_digest(run) == archive_digest(undisturbed)
