"""What was asked before is answered from the ledger, and costs nothing."""

from typing import Any

import pytest

from apps.engine.canonical import digest, encode
from apps.llm.ledger import Denied, Opened
from apps.llm.models import Call, LanguageModel, Spend
from apps.llm.pool import Callers
from apps.llm.services import budgets
from apps.llm.services.budgets import Limits
from apps.records.models import Content, Run
from tests.llm import desk
from tests.llm.server import MessagesServer, error
from tests.rounds import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_private")]


@pytest.fixture
def _private(settings: Any) -> None:
    settings.EVOWEB_LLM_PRIVATE_URLS = ["127.0.0.1"]


def same(answer: dict[str, Any]) -> dict[str, Any]:
    """What a method sees of an answer: all but the name of the call."""
    return {name: value for name, value in answer.items() if name != "call"}


def test_a_second_run_gets_the_same_answers_and_pays_nothing(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    first = desk.new_run()
    asked = [desk.wanted("a"), desk.wanted("b")]
    messages_server.script("to a", "to b")
    before = desk.made(callers, first, *asked)
    second = desk.new_run(first.project)
    spent = Spend.objects.get(run=None, day=None).money
    budgets.of_run(desk.SYSTEM, second, Limits(tokens=0))  # nothing may be paid
    again = desk.made(callers, second, *asked, mode="replay")
    assert [same(answer) for answer in again] == [same(answer) for answer in before]
    assert len(messages_server.received) == 2
    rows = Call.objects.filter(run=second)
    assert {(row.replayed, row.cost) for row in rows} == {(True, 0)}
    assert Spend.objects.get(run=None, day=None).money == spent


def test_equal_questions_are_answered_in_their_order(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    first = desk.new_run()
    messages_server.script("heads", "tails")
    before = [desk.made(callers, first, desk.wanted())[0] for _ in range(2)]
    assert before[0]["reply"] != before[1]["reply"]
    second = desk.new_run(first.project)
    together = desk.made(callers, second, desk.wanted(), desk.wanted(), mode="replay")
    assert [same(answer) for answer in together] == [same(answer) for answer in before]


def test_equal_questions_of_which_one_failed_leave_no_gap(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    first = desk.new_run()
    messages_server.script(error(400), "second", "first again")
    asked = desk.opened(first, desk.wanted(), desk.wanted())
    for call in asked:
        assert isinstance(call, Opened)
        desk.settled(first, [callers.run(call.job)])
    desk.made(callers, first, desk.wanted())
    replayed = desk.made(callers, desk.new_run(first.project), desk.wanted(), desk.wanted(), mode="replay")
    assert not any(isinstance(answer, Denied) for answer in replayed)
    assert len({answer["reply"] for answer in replayed}) == 2


def test_another_temperature_makes_another_question(messages_server: MessagesServer, callers: Callers) -> None:
    row = desk.add(messages_server)
    first = desk.new_run()
    desk.made(callers, first, desk.wanted())
    LanguageModel.objects.filter(pk=row.pk).update(extra=encode({"temperature": 1.0}))
    (denied,) = desk.made(callers, desk.new_run(first.project), desk.wanted(), mode="replay")
    assert isinstance(denied, Denied)


@pytest.mark.parametrize(
    "other",
    [
        {"text": "something else"},
        {"schema": {"type": "object"}},
        {"max_tokens": 7},
        {"effort": "high"},
        {"model": "crow"},
    ],
)
def test_whatever_decides_a_reply_makes_another_question(
    other: dict[str, Any], messages_server: MessagesServer, callers: Callers
) -> None:
    desk.add(messages_server)
    desk.add(messages_server, "crow")
    first = desk.new_run()
    desk.made(callers, first, desk.wanted())
    second = desk.new_run(first.project)
    (denied,) = desk.made(callers, second, desk.wanted(**other), mode="replay")
    assert isinstance(denied, Denied)
    assert denied.why == "replay"


def test_reuse_asks_what_the_ledger_does_not_know(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    first = desk.new_run()
    desk.made(callers, first, desk.wanted("a"))
    second = desk.new_run(first.project)
    desk.made(callers, second, desk.wanted("a"), desk.wanted("b"), mode="reuse")
    assert [asked.text for asked in messages_server.received] == ["a", "b"]


def test_record_asks_again(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    run = desk.new_run()
    desk.made(callers, run, desk.wanted())
    desk.made(callers, run, desk.wanted())
    assert len(messages_server.received) == 2


def test_a_failed_call_is_no_recording_and_counts_for_nothing(
    messages_server: MessagesServer, callers: Callers
) -> None:
    desk.add(messages_server)
    first = desk.new_run()
    messages_server.script(error(400), "at last")
    desk.made(callers, first, desk.wanted())
    before = desk.made(callers, first, desk.wanted())
    second = desk.new_run(first.project)
    again = desk.made(callers, second, desk.wanted(), mode="replay")
    assert same(again[0]) == same(before[0])


def test_a_stopped_model_still_answers_from_the_ledger(messages_server: MessagesServer, callers: Callers) -> None:
    row = desk.add(messages_server)
    first = desk.new_run()
    desk.made(callers, first, desk.wanted())
    desk.catalogue.stop(desk.SYSTEM, row, "for today")
    second = desk.new_run(first.project)
    assert desk.made(callers, second, desk.wanted(), mode="reuse")[0]["stop"] == "end"


def test_a_project_is_never_answered_from_the_calls_of_another(
    messages_server: MessagesServer, callers: Callers
) -> None:
    desk.add(messages_server)
    messages_server.script("theirs", "ours")
    desk.made(callers, desk.new_run(), desk.wanted())
    ours = desk.new_run(world.project("Another"))
    (denied,) = desk.made(callers, ours, desk.wanted(), mode="replay")
    assert isinstance(denied, Denied)
    (answer,) = desk.made(callers, ours, desk.wanted(), mode="reuse")
    assert answer["reply"] == digest(b"ours").hex()


def test_of_several_recordings_that_of_the_nearest_run_is_taken(
    messages_server: MessagesServer, callers: Callers
) -> None:
    desk.add(messages_server)
    same_seed = desk.new_run()
    baseline, other = (desk.new_run(same_seed.project) for _ in range(2))
    Run.objects.exclude(pk=same_seed.pk).update(seed=77)
    messages_server.script("of the same seed", "of its run", "of another")
    for run in (same_seed, baseline, other):
        run.refresh_from_db()
        desk.made(callers, run, desk.wanted())
    replaying = desk.new_run(same_seed.project)
    (answer,) = desk.made(callers, replaying, desk.wanted(), mode="replay")
    assert answer["reply"] == digest(b"of the same seed").hex()
    goes_on = desk.new_run(same_seed.project)
    goes_on.baseline_of = baseline
    (answer,) = desk.made(callers, goes_on, desk.wanted(), mode="replay")
    assert answer["reply"] == digest(b"of its run").hex()


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_recording_without_its_text_is_none(damage: str, messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    messages_server.script("first", "second", "third")
    first = desk.new_run()
    desk.made(callers, first, desk.wanted())
    later = desk.new_run(first.project)
    desk.made(callers, later, desk.wanted())
    _damage(damage, b"second")
    (answer,) = desk.made(callers, desk.new_run(first.project), desk.wanted(), mode="replay")
    assert answer["reply"] == digest(b"first").hex()
    _damage(damage, b"first")
    (denied,) = desk.made(callers, desk.new_run(first.project), desk.wanted(), mode="replay")
    assert isinstance(denied, Denied)
    (answer,) = desk.made(callers, desk.new_run(first.project), desk.wanted(), mode="reuse")
    assert answer["reply"] == digest(b"third").hex()


def _damage(how: str, text: bytes) -> None:
    row = Content.objects.filter(digest=digest(text))
    if how == "gone":
        row.delete()
    else:
        row.update(data=b"what no compressor wrote")
