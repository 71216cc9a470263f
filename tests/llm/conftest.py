"""Calls go to a real server on the loopback interface, which a setting must allow."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.engine.prompt import Message, Prompt
from apps.llm.contract import CallJob, ModelSpec
from apps.llm.pool import Callers, Patience
from tests.llm.server import MessagesServer, messages_server

__all__ = ["messages_server"]

KEY = "sk-test-4f1b9c2e7d"
VARIABLE = "PARROT_KEY"
ALLOWED = ("127.0.0.1",)
IMPATIENT = Patience(attempts=3, first=0.01, most=0.02)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-somebody-else")


@pytest.fixture
def callers() -> Iterator[Callers]:
    with Callers(16, ALLOWED, IMPATIENT) as made:
        yield made


def spec(server: MessagesServer | None = None, **changed: Any) -> ModelSpec:
    place = server.url if server else "http://127.0.0.1:9"
    return ModelSpec(**{"name": "parrot", "model": "parrot-1", "base_url": place, "key_variable": VARIABLE} | changed)


def prompt(text: str = "say ok", system: str = "") -> Prompt:
    return Prompt(system, (Message("user", text),))


def job(server: MessagesServer | None = None, identifier: str = "one", **changed: Any) -> CallJob:
    of_job = {name: changed.pop(name) for name in ("schema", "max_tokens", "effort") if name in changed}
    asked = changed.pop("prompt", prompt())
    return CallJob(identifier, spec(server, **changed), asked, **of_job)
