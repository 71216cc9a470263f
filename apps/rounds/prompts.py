"""What a candidate wants to ask the model that is measured: its answer to a task, read as a prompt."""

from itertools import pairwise
from typing import Any

from apps.engine.prompt import ASSISTANT, USER, Message, Prompt
from apps.sandbox.answers import NoAnswer, decoded

REMEDY = (
    'Return a text, or {"system": text, "prompt": text}, or {"system": text, "messages": [{"role", "content"}, …]}.'
)

_ROLES = (USER, ASSISTANT)


def prompt_in(output: bytes) -> Prompt:
    """The prompt that a candidate returned. Raises NoAnswer, with what it is to return."""
    value = decoded(output)
    if isinstance(value, str):
        return Prompt("", (Message(USER, _text(value, "the prompt")),))
    if not isinstance(value, dict):
        raise _wrong(f"a {type(value).__name__} is no prompt")
    system = value.get("system", "")
    if not isinstance(system, str):
        raise _wrong("system is no text")
    if unknown := sorted(value.keys() - {"system", "prompt", "messages"}):
        raise _wrong(f"unknown key {unknown[0]!r:.100}")
    if ("prompt" in value) == ("messages" in value):
        raise _wrong("either prompt or messages has to be there")
    if "prompt" in value:
        return Prompt(system, (Message(USER, _text(value["prompt"], "the prompt")),))
    return Prompt(system, _messages(value["messages"]))


def _messages(value: Any) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise _wrong("messages is no list of messages")
    found = tuple(map(_message, value))
    if found[0].by != USER or found[-1].by != USER:
        raise _wrong("messages begin and end with one of the user")
    if any(one.by == two.by for one, two in pairwise(found)):
        raise _wrong("two messages of one role follow each other")
    return found


def _message(value: Any) -> Message:
    if not isinstance(value, dict) or value.keys() != {"role", "content"} or value["role"] not in _ROLES:
        raise _wrong('a message is {"role": "user" or "assistant", "content": text}')
    return Message(value["role"], _text(value["content"], "a message"))


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(f"{what} is empty or no text")
    return value


def _wrong(what: str) -> NoAnswer:
    return NoAnswer(f"{what}. {REMEDY}")
