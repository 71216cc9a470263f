"""Keys stay where they are, and no private machine is asked that the operator did not name."""

import logging
import os

import pytest

from apps.common.errors import UserError
from apps.llm import addresses
from apps.llm.addresses import Forbidden
from apps.llm.contract import CallOutcome
from apps.llm.pool import Callers
from apps.llm.services.catalogue import check_variable
from tests.llm.conftest import IMPATIENT, KEY, VARIABLE, job, spec
from tests.llm.server import Answer, Asked, MessagesServer, error


def _told(outcome: CallOutcome) -> str:
    assert outcome.failure is not None
    return outcome.failure.detail


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 500])
def test_a_key_that_the_server_says_back_is_told_to_nobody(
    status: int, messages_server: MessagesServer, callers: Callers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    messages_server.script(*[error(status, f"the key {KEY} is bad")] * 3)
    outcome = callers.run(job(messages_server))
    assert "[key]" in _told(outcome)
    assert KEY not in repr(outcome)
    assert KEY not in caplog.text


def test_a_reply_that_holds_the_key_comes_without_it(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(f"you sent me {KEY}")
    assert callers.run(job(messages_server)).text == "you sent me [key]"


def test_a_word_in_the_place_of_a_key_is_no_secret(
    messages_server: MessagesServer, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "none")
    messages_server.script("x = nonempty or none")
    assert callers.run(job(messages_server)).text == "x = nonempty or none"


@pytest.mark.parametrize("name", ["EVOWEB_DATABASE_URL", "EVOWEB_SECRET_KEY", "PGPASSWORD", "DATABASE_URL", "HOME"])
def test_no_other_secret_of_the_process_can_be_named_as_a_key(name: str) -> None:
    with pytest.raises(UserError, match="no such name"):
        check_variable(name)


@pytest.mark.parametrize("name", ["", "ANTHROPIC_API_KEY", "MY_KEY", "GATEWAY_TOKEN_2"])
def test_names_of_keys(name: str) -> None:
    check_variable(name)


def test_another_provider_is_sent_no_key_and_no_headers_of_the_environment(
    messages_server: MessagesServer, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "x-secret: of-somebody-else\nx-more: too")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token-of-somebody-else")
    callers.run(job(messages_server, key_variable=""))
    (asked,) = messages_server.received
    assert "of-somebody-else" not in repr(asked.headers)
    assert "x-secret" not in asked.headers
    assert asked.headers["authorization"] == "Bearer none"


def test_no_proxy_of_the_environment_sees_a_prompt(
    messages_server: MessagesServer, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MessagesServer("from the proxy") as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert callers.run(job(messages_server)).text == "ok"
        assert proxy.received == []


def test_a_key_that_is_not_set_names_its_variable(
    messages_server: MessagesServer, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    outcome = callers.run(job(messages_server))
    assert VARIABLE in _told(outcome)
    assert outcome.failure is not None
    assert outcome.failure.blame == "model"
    assert messages_server.received == []


def test_what_is_no_key_is_not_quoted(
    messages_server: MessagesServer, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "sk-half\nof ä file")
    outcome = callers.run(job(messages_server))
    assert "is no key" in _told(outcome)
    assert "sk-half" not in _told(outcome)


@pytest.mark.parametrize("allowed", [(), ("localhost",), ("127.0.0.1:1",)])
def test_a_private_server_is_not_asked_unless_it_is_named(
    allowed: tuple[str, ...], messages_server: MessagesServer
) -> None:
    with Callers(1, allowed, IMPATIENT) as callers:
        outcome = callers.run(job(messages_server))
    assert "EVOWEB_LLM_PRIVATE_URLS" in _told(outcome)
    assert outcome.failure is not None
    assert outcome.failure.blame == "model"
    assert messages_server.received == []


def test_a_name_is_checked_where_it_is_connected_to(
    messages_server: MessagesServer,
) -> None:
    """The name was harmless when the model was added, and points inside when it is called."""
    rebound = messages_server.url.replace("127.0.0.1", "localhost")
    with Callers(1, (), IMPATIENT) as callers:
        outcome = callers.run(job(base_url=rebound))
    assert "private address" in _told(outcome)
    assert messages_server.received == []


def test_a_redirect_to_a_private_machine_is_not_followed(messages_server: MessagesServer, callers: Callers) -> None:
    with MessagesServer("inside") as inside:
        away = Answer(raw=b"", status=307, headers={"location": f"{inside.url}/v1/messages"})
        messages_server.script(away)
        assert "redirects elsewhere" in _told(callers.run(job(messages_server)))
        assert inside.received == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1",
        "https://localhost:8080",
        "https://10.0.0.8",
        "https://192.168.1.1/v1",
        "https://169.254.169.254",
        "https://100.100.100.200",
        "https://[::1]",
        "https://[fe80::1]",
        "https://[fd00::1]",
        "https://[::ffff:10.0.0.1]",
        "https://[64:ff9b::7f00:1]",
        "https://[::127.0.0.1]",
        "https://[::ffff:0:10.0.0.1]",
        "https://[2002:7f00:1::]",
        "https://0.0.0.0",
        "https://2130706433",
        "https://0x7f.1",
        "http://8.8.8.8",
        "ftp://example.org",
        "file:///etc/passwd",
        "example.org",
        "https://",
        "https://user:secret@8.8.8.8",
        "https://8.8.8.8/?key=1",
        "https://8.8.8.8/#part",
        "https://8.8.8.8:notaport",
    ],
)
def test_addresses_that_no_model_may_have(url: str) -> None:
    with pytest.raises(Forbidden) as told:
        addresses.check(url, ())
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://8.8.8.8/", ()),
        ("http://127.0.0.1:8080", ("127.0.0.1",)),
        ("http://127.0.0.1:8080", ("127.0.0.1:8080",)),
        ("http://127.0.0.1:8080", (" http://127.0.0.1:8080/ ",)),
        ("http://[::1]:8080", ("[::1]:8080",)),
        ("http://LOCALHOST:11434", ("localhost",)),
        ("https://a-name-that-is-nowhere.invalid", ()),
    ],
)
def test_addresses_that_a_model_may_have(url: str, allowed: tuple[str, ...]) -> None:
    assert addresses.check(url, allowed) == url.rstrip("/")


def test_a_compressed_reply_is_refused(messages_server: MessagesServer, callers: Callers) -> None:
    messages_server.script(Answer(headers={"content-encoding": "gzip"}))
    assert "compressed" in _told(callers.run(job(messages_server)))
    assert messages_server.received[0].headers["accept-encoding"] == "identity"


def test_a_prompt_never_holds_the_key(messages_server: MessagesServer, callers: Callers) -> None:
    def look(asked: Asked) -> str:
        return "leaked" if KEY in repr(asked.body) else "clean"

    with MessagesServer(look) as looking:
        assert callers.run(job(looking)).text == "clean"
    assert os.environ[VARIABLE] == KEY
    assert KEY not in repr(spec())
