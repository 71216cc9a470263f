"""One call through the SDK to a real server: what is sent, what comes back, and whose affair a failure is."""

import json

import pytest

from apps.llm.contract import Stopped, Usage
from apps.llm.pool import Callers
from apps.llm.provider import CannotCount
from apps.llm.tokens import estimated
from apps.llm.transport import _Events
from tests.llm.conftest import ALLOWED, IMPATIENT, KEY, VARIABLE, job, prompt, spec
from tests.llm.server import CUT, REFUSAL, Answer, MessagesServer, error, failing_stream, html, malformed

REFUSED_LATE = Answer(  # by a server that is too busy, in the place of a message
    raw=b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}\n\n',
    content_type="text/event-stream",
)
UNCOUNTED = (  # the beginning of a message whose server tells what it used at the end alone
    b'event: content_block_start\ndata: {"type": "content_block_start", "index": 0, '
    b'"content_block": {"type": "text", "text": ""}}\n\n',
    b'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, '
    b'"delta": {"type": "text_delta", "text": "hello"}}\n\n',
)


def test_a_reply_comes_back_with_its_tokens(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(Answer("twelve words", input=11, output=5, cache_read=3, cache_write=2))
    outcome = callers.run(job(messages_server))
    assert (outcome.text, outcome.stop, outcome.failure) == ("twelve words", "end", None)
    assert outcome.usage == Usage(11, 5, 3, 2)
    assert outcome.request_id == "req_scripted"


def test_the_request_holds_what_was_asked_and_the_key_as_a_bearer(
    messages_server: MessagesServer, callers: Callers
) -> None:
    callers.run(job(messages_server, prompt=prompt("hello", "be short"), max_tokens=99, effort="low"))
    (asked,) = messages_server.received
    assert asked.body["messages"] == [{"role": "user", "content": "hello"}]
    assert asked.body["model"] == "parrot-1"
    assert asked.system == "be short"
    assert asked.body["max_tokens"] == 99
    assert asked.body["stream"] is True
    assert asked.body["output_config"] == {"effort": "low"}
    assert asked.body["cache_control"] == {"type": "ephemeral"}
    assert "temperature" not in asked.body
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_what_a_catalogue_row_adds_goes_into_the_body(messages_server: MessagesServer, callers: Callers) -> None:
    callers.run(job(messages_server, extra={"temperature": 0.7}, caching=False))
    (asked,) = messages_server.received
    assert asked.body["temperature"] == 0.7
    assert "cache_control" not in asked.body


def test_a_schema_goes_to_a_server_that_keeps_to_one(messages_server: MessagesServer, callers: Callers) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    callers.run(job(messages_server, schema=schema))
    assert messages_server.received[0].body["output_config"]["format"] == {"type": "json_schema", "schema": schema}


def test_a_schema_is_told_in_words_to_a_server_that_does_not(messages_server: MessagesServer, callers: Callers) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    callers.run(job(messages_server, schema=schema, structured=False, prompt=prompt(system="be short")))
    (asked,) = messages_server.received
    assert "output_config" not in asked.body
    assert asked.system.startswith("be short")
    assert json.dumps(schema) in asked.system


@pytest.mark.parametrize("stop", ["max_tokens", "model_context_window_exceeded"])
def test_a_reply_that_was_cut_at_a_limit_says_so(stop: str, messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(Answer("half of it", stop=stop))
    assert callers.run(job(messages_server)).stop == "length"


def test_a_refusal_is_a_reply_that_says_so(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(REFUSAL)
    outcome = callers.run(job(messages_server))
    assert (outcome.stop, outcome.failure) == ("refusal", None)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_passes_is_tried_again(status: int, messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(error(status), error(status), "at last")
    outcome = callers.run(job(messages_server))
    assert (outcome.text, outcome.attempts, outcome.failure) == ("at last", 3, None)


@pytest.mark.parametrize(("answer", "attempts"), [(error(529), 3), (html(502), 3), (failing_stream(), 1), (CUT, 1)])
def test_what_does_not_pass_is_given_back_as_nobody_s_fault(
    answer: Answer, attempts: int, messages_server: MessagesServer, callers: Callers
) -> None:
    """At once where it used tokens: they are what was reserved for the whole call."""
    messages_server.script(*[answer] * 3)
    outcome = callers.run(job(messages_server))
    assert outcome.failure is not None
    assert outcome.failure.blame == "again"
    assert outcome.attempts == attempts
    assert len(messages_server.received) == attempts


def test_a_reply_that_breaks_off_is_told_as_that_and_not_as_a_wrong_address(
    messages_server: MessagesServer, callers: Callers
) -> None:
    messages_server.script(CUT)
    failure = callers.run(job(messages_server)).failure
    assert failure is not None
    assert "broke off in the middle" in failure.detail
    assert "address" not in failure.detail


def test_bytes_that_are_no_text_are_an_unreadable_stream(
    messages_server: MessagesServer, callers: Callers, caplog: pytest.LogCaptureFixture
) -> None:
    messages_server.script(malformed(b'event: message_start\ndata: {"type": "\xff\xfe"}\n\n'))
    failure = callers.run(job(messages_server)).failure
    assert failure is not None
    assert (failure.blame, "cannot be read" in failure.detail) == ("call", True)
    assert caplog.records == [], "it is known: nothing for the log of errors"


def test_an_attempt_that_failed_counts_for_what_it_used(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(error(529), Answer("half of what", cut_after=1, input=100))
    outcome = callers.run(job(messages_server))
    assert (outcome.usage.input, outcome.attempts) == (100, 2)


def test_a_reply_that_breaks_off_has_cost_its_prompt_and_what_came_of_it(
    messages_server: MessagesServer, callers: Callers
) -> None:
    asked = prompt("word " * 300)
    messages_server.script(Answer("x" * 900, cut_after=2, input=100))
    outcome = callers.run(job(messages_server, prompt=asked))
    assert outcome.estimated
    assert outcome.usage == Usage(100, 150), "two of four pieces came, with three bytes to a token"
    messages_server.script(Answer(raw=b"".join(UNCOUNTED), content_type="text/event-stream"))
    outcome = callers.run(job(messages_server, prompt=asked))
    assert outcome.estimated
    assert outcome.usage == Usage(estimated(asked), 2), "its server told no prompt's tokens at its beginning either"


@pytest.mark.parametrize("answer", [error(400), error(413), error(401), error(529), html(), malformed(), REFUSED_LATE])
def test_what_was_rejected_or_never_began_has_cost_nothing(
    answer: Answer, messages_server: MessagesServer, callers: Callers
) -> None:
    messages_server.script(*[answer] * 3)
    outcome = callers.run(job(messages_server))
    assert outcome.failure is not None
    assert (outcome.usage, outcome.estimated) == (Usage(), False)


def test_what_was_told_to_the_end_is_no_estimate(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(Answer("all of it", cut_after=6, pieces=4, input=9, output=3), "ok")
    outcome = callers.run(job(messages_server))
    assert (outcome.usage, outcome.estimated) == (Usage(9, 3), False)


@pytest.mark.parametrize(
    ("status", "words"), [(401, VARIABLE), (402, "credit"), (403, "may not use"), (404, "knows no model 'parrot-1'")]
)
def test_what_a_person_must_mend_is_the_model_s_and_says_how(
    status: int, words: str, messages_server: MessagesServer, callers: Callers
) -> None:
    messages_server.script(error(status))
    failure = callers.run(job(messages_server)).failure
    assert failure is not None
    assert (failure.blame, failure.status) == ("model", status)
    assert words in failure.detail
    assert len(messages_server.received) == 1


@pytest.mark.parametrize("answer", [error(400, "your prompt is odd"), error(413), error(422), malformed()])
def test_what_will_never_succeed_is_the_call_s(
    answer: Answer, messages_server: MessagesServer, callers: Callers
) -> None:
    messages_server.script(answer)
    failure = callers.run(job(messages_server)).failure
    assert failure is not None
    assert failure.blame == "call"
    assert len(messages_server.received) == 1


def test_what_the_server_says_of_a_bad_request_is_told(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(error(400, "messages: roles must alternate"))
    failure = callers.run(job(messages_server)).failure
    assert failure is not None
    assert "roles must alternate" in failure.detail


@pytest.mark.parametrize("answer", [html(), html(404), Answer(raw=b"{}"), Answer(raw=b"", status=302)])
def test_an_address_where_no_messages_api_is_says_so(
    answer: Answer, messages_server: MessagesServer, callers: Callers
) -> None:
    messages_server.script(answer)
    failure = callers.run(job(messages_server)).failure
    assert failure is not None
    assert failure.blame == "model"
    assert "The base URL is probably wrong" in failure.detail


def test_a_stream_of_nothing_is_no_reply(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(malformed(b": nothing\n\n"))
    failure = callers.run(job(messages_server)).failure
    assert failure is not None
    assert failure.blame == "call"


@pytest.mark.parametrize("pieces", [1, 5000])
def test_a_reply_without_end_is_cut_off(pieces: int, messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(Answer("x" * 10_000_000, pieces=pieces))
    outcome = callers.run(job(messages_server))
    assert outcome.failure is not None
    assert outcome.failure.blame == "call"
    assert "longer than 1,000,000 characters" in outcome.failure.detail
    assert outcome.text == ""


@pytest.mark.parametrize("line", [b"x\n", b"y" * 65_536])
def test_a_stream_whose_events_have_no_end_is_cut_off(
    line: bytes, messages_server: MessagesServer, callers: Callers
) -> None:
    messages_server.script(malformed(b"x" + line * (20_000_000 // len(line))))
    outcome = callers.run(job(messages_server))
    assert "has no end" in (outcome.failure.detail if outcome.failure else "")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_events_may_come_line_by_line(end: str) -> None:
    events = _Events()
    for _ in range(1000):
        for piece in ("event: ping", end, "data: {}", end, end):
            events.take(piece.encode())


def test_a_server_that_is_not_there_is_tried_again(callers: Callers) -> None:
    outcome = callers.run(job())
    assert outcome.failure is not None
    assert (outcome.failure.blame, outcome.attempts) == ("again", 3)
    assert "connection" in outcome.failure.detail.lower()


def test_a_slow_server_has_a_timeout(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(*[Answer(latency=30.0)] * 3)
    outcome = callers.run(job(messages_server, timeout=0.05))
    assert outcome.failure is not None
    assert outcome.failure.blame == "again"
    assert "within 0.05 seconds" in outcome.failure.detail


def test_tokens_are_counted_by_the_server(messages_server: MessagesServer, callers: Callers) -> None:
    small = callers.count(spec(messages_server), prompt("short"))
    assert 0 < small < callers.count(spec(messages_server), prompt("long " * 100))
    with pytest.raises(CannotCount, match="connection"):
        callers.count(spec(), prompt())


def test_a_fault_of_ours_is_told_to_whoever_waits(
    messages_server: MessagesServer, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.llm.pool.estimated", lambda *asked: 1 / 0)
    failure = callers.run(job(messages_server)).failure
    assert failure is not None
    assert "inside evoweb" in failure.detail
    assert callers.free == 16


def test_a_call_that_is_stopped_ends_at_once_and_delivers_nothing(
    messages_server: MessagesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.llm.pool._BEAT_SECONDS", 0.01)
    messages_server.script(Answer(latency=600.0))

    def beat() -> None:
        if messages_server.received:  # else the next call would get the answer that is meant for this one
            raise Stopped

    with Callers(1, ALLOWED, IMPATIENT) as callers:
        with pytest.raises(Stopped):
            callers.run(job(messages_server), beat)
        assert callers.free == 1
        assert callers.run(job(messages_server, "two")).text == "ok"


def test_a_call_may_be_made_again_the_moment_it_is_stopped(messages_server: MessagesServer) -> None:
    """Also while the one that was stopped still closes its connection."""
    messages_server.script(Answer(latency=600.0))
    with Callers(1, ALLOWED, IMPATIENT) as callers:
        callers.submit(job(messages_server))
        while not messages_server.received:
            assert callers.collect(0.01) == []
        callers.stop("one")
        callers.submit(job(messages_server))
        assert [outcome.text for outcome in callers.collect(60.0)] == ["ok"]


def test_a_server_that_asks_for_an_hour_gets_its_way_elsewhere(
    messages_server: MessagesServer, callers: Callers
) -> None:
    messages_server.script(error(429, retry_after=3600))
    outcome = callers.run(job(messages_server))
    assert outcome.failure is not None
    assert (outcome.failure.retry_after, outcome.attempts) == (3600.0, 1)


def test_no_more_calls_go_out_than_a_model_takes(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(*[Answer(latency=0.05)] * 8)
    for number in range(8):
        callers.submit(job(messages_server, str(number), concurrency=2))
    outcomes = []
    while len(outcomes) < 8:
        outcomes += callers.collect(5.0)
    assert {outcome.text for outcome in outcomes} == {"ok"}
    assert messages_server.most_at_once == 2


def test_a_pool_takes_no_more_than_its_size(messages_server: MessagesServer) -> None:
    messages_server.script(Answer(latency=600.0))
    with Callers(1, ALLOWED) as callers:
        callers.submit(job(messages_server))
        with pytest.raises(RuntimeError, match="no call is free"):
            callers.submit(job(messages_server, "two"))
