"""Every call has a row: before it is made, when it is answered, and when its process died."""

import math
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from apps.common.errors import UserError
from apps.engine.canonical import decode, digest, encode
from apps.engine.prompt import prompt_payload
from apps.engine.prompting.budget import CHARACTERS
from apps.llm import verify
from apps.llm.contract import CallFailure, CallOutcome, Usage
from apps.llm.ledger import Denied, Opened
from apps.llm.models import Call, CallState, LanguageModel, ModelLatch, Spend
from apps.llm.money import UNIT, Rates
from apps.llm.pool import Callers
from apps.llm.selectors import ensembles
from apps.llm.services import catalogue
from apps.llm.settling import lose, settle
from apps.log.models import Event
from apps.records import content
from tests.llm import desk
from tests.llm.conftest import KEY, prompt
from tests.llm.server import Answer, MessagesServer, error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_private")]


@pytest.fixture
def _private(settings: Any) -> None:
    settings.EVOWEB_LLM_PRIVATE_URLS = ["127.0.0.1"]


def spend(**of: Any) -> Spend:
    return Spend.objects.get(**{"run": None, "day": None} | of)


def test_a_call_is_in_flight_before_it_is_made_and_done_with_its_answer(
    messages_server: MessagesServer, callers: Callers
) -> None:
    desk.add(messages_server)
    run = desk.new_run()
    (call,) = desk.opened(run, desk.wanted("hello", place=(7, 3, -1), candidate=12))
    assert isinstance(call, Opened)
    row = Call.objects.get()
    assert (row.state, row.key, row.model_id, row.role) == (CallState.IN_FLIGHT, call.job.id, "parrot-1", "mutate")
    assert (row.round, row.position, row.child, row.candidate, row.project_id) == (7, 3, -1, 12, run.project_id)
    assert messages_server.received == []

    messages_server.script(Answer("good day", input=1000, output=50, cache_read=200, cache_write=10))
    answers = desk.settled(run, [callers.run(call.job)])
    row.refresh_from_db()
    assert (row.state, row.stop, row.tokens, row.request_id) == (CallState.DONE, "end", 1260, "req_scripted")
    assert answers == {
        row.key: {
            "reply": digest(b"good day").hex(),
            "model": "parrot",
            "stop": "end",
            "tokens": 1260,
            "cost": 1260 / 1_000_000,
            "call": row.key,
        }
    }
    texts = content.load([bytes(row.prompt), bytes(row.reply or b"")])
    assert decode(texts[bytes(row.prompt)]) == prompt_payload(prompt("hello"))
    assert texts[bytes(row.reply or b"")] == b"good day"


def test_the_prompt_is_named_as_the_effect_names_it() -> None:
    desk.add()
    desk.opened(desk.new_run(), desk.wanted("hello"))
    assert bytes(Call.objects.get().prompt) == digest(encode(prompt_payload(prompt("hello"))))


def test_what_is_spent_is_counted_for_run_project_and_day(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    run = desk.new_run()
    messages_server.script(Answer(input=600, output=400), Answer(input=6, output=4))
    desk.made(callers, run, desk.wanted("a"), desk.wanted("b"))
    for row in (spend(), spend(run=run), spend(day=timezone.now().date())):
        assert (row.tokens, row.calls, row.unpriced) == (1010, 2, 0)
        assert row.money == 1010 * UNIT // 1_000_000
        assert (row.tokens_reserved, row.money_reserved) == (0, 0)


def test_a_cost_goes_by_the_price_of_its_moment(messages_server: MessagesServer, callers: Callers) -> None:
    row = desk.add(messages_server)
    run = desk.new_run()
    (call,) = desk.opened(run, desk.wanted())
    assert isinstance(call, Opened)
    dear = Rates(Decimal(100), Decimal(100), Decimal(100), Decimal(100))
    catalogue.price(desk.SYSTEM, row, dear)
    messages_server.script(Answer(input=10, output=10))
    desk.settled(run, [callers.run(call.job)])
    assert Call.objects.get().cost == 20 * UNIT // 1_000_000


def test_without_a_price_the_cost_is_not_known_and_that_is_counted(
    messages_server: MessagesServer, callers: Callers
) -> None:
    desk.add(messages_server, rates=None)
    run = desk.new_run()
    (answer,) = desk.made(callers, run, desk.wanted())
    assert answer["cost"] is None
    assert Call.objects.get().cost is None
    assert (spend().unpriced, spend().money) == (1, 0)


def test_an_unknown_model_is_denied_with_what_to_do() -> None:
    (denied,) = desk.opened(desk.new_run(), desk.wanted(model="nobody"))
    assert isinstance(denied, Denied)
    assert denied.why == "unknown"
    assert "manage.py models add" in denied.hint
    assert Call.objects.count() == 0


def test_a_failed_call_says_why_and_pays_for_what_it_used(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    run = desk.new_run()
    messages_server.script(error(400, "too odd"))
    assert desk.made(callers, run, desk.wanted()) == [None]
    row = Call.objects.get()
    assert (row.state, row.status, row.blame, row.cost) == (CallState.FAILED, 400, "call", 0)
    assert "too odd" in row.detail
    assert (spend().tokens_reserved, spend().calls) == (0, 1)


def test_tokens_that_nobody_can_have_counted_are_not_believed(
    messages_server: MessagesServer, callers: Callers
) -> None:
    desk.add(messages_server)
    messages_server.script(Answer(input=10**30, output=5))
    (answer,) = desk.made(callers, desk.new_run(), desk.wanted())
    assert answer["tokens"] == 5


def test_a_model_that_answers_nobody_is_stopped_until_a_person_releases_it(
    messages_server: MessagesServer, callers: Callers
) -> None:
    row = desk.add(messages_server)
    run = desk.new_run()
    messages_server.script(error(402))
    desk.made(callers, run, desk.wanted())
    latch = ModelLatch.objects.get()
    assert "Top it up" in latch.reason
    assert Event.objects.filter(project=run.project_id, kind="model.latched").count() == 1
    (denied,) = desk.opened(run, desk.wanted())
    assert isinstance(denied, Denied)
    assert denied.why == "latched"
    assert "is stopped" in denied.reason
    assert "Top it up" not in denied.reason, "what its server said is for those who may release it"
    assert catalogue.release(desk.SYSTEM, row)
    assert not catalogue.release(desk.SYSTEM, row)
    assert Event.objects.filter(project=run.project_id, kind="model.released").count() == 1
    assert desk.made(callers, run, desk.wanted())[0]["stop"] == "end"


def test_a_reply_that_breaks_off_is_spent_by_an_estimate_that_says_so(
    messages_server: MessagesServer, callers: Callers
) -> None:
    held = desk.add(messages_server).bytes_per_token
    run = desk.new_run()
    messages_server.script(Answer("x" * 300, cut_after=2))
    desk.made(callers, run, desk.wanted("word " * 300))
    row = Call.objects.get()
    assert (row.state, row.estimated, row.output) == (CallState.FAILED, True, 50)
    assert spend(run=run).tokens == spend().tokens == row.tokens > 50
    assert row.cost == row.tokens * UNIT // 1_000_000
    assert LanguageModel.objects.get().bytes_per_token == held, "nothing is learned of it"


def test_many_failures_at_once_stop_a_model_once(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    run = desk.new_run()
    calls = [call for call in desk.opened(run, *[desk.wanted(str(n)) for n in range(4)]) if isinstance(call, Opened)]
    messages_server.script(*[error(401)] * 4)
    desk.settled(run, [callers.run(call.job) for call in calls])
    assert ModelLatch.objects.count() == 1
    assert Event.objects.filter(kind="model.latched").count() == 1


def test_a_call_whose_process_died_is_lost_and_may_have_been_charged(
    messages_server: MessagesServer, callers: Callers
) -> None:
    desk.add(messages_server)
    run = desk.new_run()
    (call,) = desk.opened(run, desk.wanted())
    assert isinstance(call, Opened)
    reserved = (spend(run=run).tokens_reserved, spend(run=run).money_reserved)
    assert min(reserved) > 0
    assert lose(Call.objects.filter(run=run)) == 1
    assert lose(Call.objects.filter(run=run)) == 0
    for counted in Spend.objects.filter(project=run.project):
        assert (counted.tokens_reserved, counted.money_reserved) == (0, 0)
        assert (counted.lost, counted.tokens_lost, counted.money_lost) == (1, *reserved)
    # What comes late is thrown away, and nothing is counted for it.
    assert desk.settled(run, [callers.run(call.job)]) == {}
    assert Call.objects.get().state == CallState.LOST
    assert spend(run=run).tokens == 0


def test_what_a_model_cannot_hold_is_not_asked_and_the_reason_says_how_much() -> None:
    desk.add(context=1_000)
    run = desk.new_run()
    fits, (denied,) = desk.opened(run, desk.wanted("x" * 2_000)), desk.opened(run, desk.wanted("x" * 2_800))
    assert isinstance(fits[0], Opened)
    assert isinstance(denied, Denied)
    assert denied.why == "context"
    assert "about 949 tokens and its reply may have 100; parrot holds 1,000 together" in denied.reason
    assert isinstance(desk.opened(run, desk.wanted("x" * 2_800, max_tokens=20))[0], Opened)
    assert Call.objects.count() == 2


def test_a_model_whose_replies_would_take_all_that_it_holds_is_not_taken_in() -> None:
    with pytest.raises(UserError, match="nothing is left for the prompt"):
        desk.add(context=8_192, max_tokens=8_192)


@pytest.mark.parametrize("each", [2.0, 2.9, 4.0])
def test_a_prompt_of_the_length_that_methods_are_given_fits(each: float) -> None:
    row = desk.add(context=9_000, max_tokens=1_000)
    LanguageModel.objects.update(bytes_per_token=each)
    catalogue.cast(desk.SYSTEM, None, "mutate", {row.name: 1.0})
    (voice,) = ensembles(None)["mutate"]
    text = "x" * int(voice.room * CHARACTERS)
    assert isinstance(desk.opened(desk.new_run(), desk.wanted(text))[0], Opened)
    assert voice.room > 0.8 * 8_000 * math.floor(2 * each) / 2 / CHARACTERS


def test_an_answer_is_settled_once(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    run = desk.new_run()
    (call,) = desk.opened(run, desk.wanted())
    assert isinstance(call, Opened)
    outcome = callers.run(call.job)
    assert len(desk.settled(run, [outcome])) == 1
    assert desk.settled(run, [outcome]) == {}
    assert spend(run=run).calls == 1


def test_nothing_is_written_when_the_step_around_it_fails() -> None:
    desk.add()
    run = desk.new_run()
    with pytest.raises(RuntimeError), transaction.atomic():
        desk.opened(run, desk.wanted())
        raise RuntimeError
    assert Call.objects.count() == 0
    assert not Spend.objects.filter(tokens_reserved__gt=0).exists()


def test_a_reply_of_half_characters_and_nul_is_kept(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    run = desk.new_run()
    odd = "half \ud800 nul \0 end"
    messages_server.script(odd)
    desk.made(callers, run, desk.wanted())
    reply = bytes(Call.objects.get().reply or b"")
    assert content.load([reply])[reply].decode(errors="surrogatepass") == odd


def test_a_server_s_odd_words_are_kept_inert(messages_server: MessagesServer, callers: Callers) -> None:
    desk.add(messages_server)
    messages_server.script(error(400, "nul \0 and \u202e turned"))
    desk.made(callers, desk.new_run(), desk.wanted())
    assert "\0" not in Call.objects.get().detail
    assert "\u202e" not in Call.objects.get().detail


def test_the_key_is_in_no_row_and_no_event(
    messages_server: MessagesServer, callers: Callers, caplog: pytest.LogCaptureFixture
) -> None:
    desk.add(messages_server)
    run = desk.new_run()
    messages_server.script(f"your key is {KEY}", error(400, KEY), error(401, KEY))
    for text in ("a", "b", "c"):
        desk.made(callers, run, desk.wanted(text))
    assert Call.objects.count() == 3
    for model in apps.get_models():
        for row in model._default_manager.all():
            assert KEY.encode() not in _bytes(row), model
    assert KEY not in caplog.text


def _bytes(row: models.Model) -> bytes:
    values = [getattr(row, field.attname) for field in row._meta.concrete_fields]
    found = b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in values)
    if row._meta.label == "records.Content":
        key = bytes(row.pk)
        found += content.load([key])[key]
    return found


def test_failures_that_came_before_a_row_was_known_cost_nothing() -> None:
    desk.add()
    run = desk.new_run()
    (call,) = desk.opened(run, desk.wanted())
    assert isinstance(call, Opened)
    outcome = CallOutcome(call.job, failure=CallFailure("again", 529, "busy"), usage=Usage(10, 0))
    with transaction.atomic():
        settlement = settle([outcome])
    assert settlement.calls[call.job.id].answer is None
    assert spend(run=run).tokens == 10
    assert not ModelLatch.objects.exists()


def test_a_project_s_own_casting_goes_before_the_installation_s() -> None:
    desk.add(name="small")
    desk.add(name="large")
    run = desk.new_run()
    catalogue.cast(desk.SYSTEM, None, "mutate", {"small": 3.0, "large": 1.0})
    catalogue.cast(desk.SYSTEM, None, "judge", {"small": 1.0})
    catalogue.cast(desk.SYSTEM, run.project, "mutate", {"large": 1.0})
    assert [(voice.model, voice.weight) for voice in ensembles(None)["mutate"]] == [("large", 1.0), ("small", 3.0)]
    assert [voice.model for voice in ensembles(run.project)["mutate"]] == ["large"]
    assert [voice.model for voice in ensembles(run.project)["judge"]] == ["small"]
    catalogue.cast(desk.SYSTEM, run.project, "mutate", {})
    assert len(ensembles(run.project)["mutate"]) == 2


def test_a_latch_that_is_released_in_silence_is_found(messages_server: MessagesServer, callers: Callers) -> None:
    row = desk.add(messages_server)
    run = desk.new_run()
    messages_server.script(error(402))
    desk.made(callers, run, desk.wanted())
    assert list(verify.problems(run.project)) == []
    ModelLatch.objects.update(released_by="system", released_at=timezone.now())
    assert len(list(verify.problems(run.project))) == 1
    ModelLatch.objects.update(released_by="", released_at=None)
    catalogue.release(desk.SYSTEM, row)
    assert list(verify.problems(run.project)) == []
    ModelLatch.objects.all().delete()
    assert len(list(verify.problems(run.project))) == 1
