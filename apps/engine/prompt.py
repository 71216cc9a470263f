"""What a model is asked, as plain data: system text, messages in turn, and what had to be left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

USER, ASSISTANT = "user", "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. by is USER or ASSISTANT."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A section that did not fit into the token budget: how many tokens it had and how many were kept (estimates)."""

    section: str
    tokens: int
    kept: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """A whole prompt. system holds what stays the same from call to call, so that a provider may cache it.

    hints are the people's texts that entered it, word for word: their receipt. messages begin and end with USER.
    """

    system: str
    messages: tuple[Message, ...]
    cut: tuple[Cut, ...] = ()
    hints: tuple[str, ...] = ()


def prompt_payload(prompt: Prompt) -> dict[str, Any]:
    """The JSON form, which is hashed, stored and shown."""
    found: dict[str, Any] = {
        "system": prompt.system,
        "messages": [[message.by, message.text] for message in prompt.messages],
    }
    if prompt.cut:
        found["cut"] = [[cut.section, cut.tokens, cut.kept] for cut in prompt.cut]
    if prompt.hints:
        found["hints"] = list(prompt.hints)
    return found


def prompt_from(payload: Mapping[str, Any]) -> Prompt:
    """The prompt behind its JSON form."""
    return Prompt(
        payload["system"],
        tuple(Message(*message) for message in payload["messages"]),
        tuple(Cut(*cut) for cut in payload.get("cut", ())),
        tuple(payload.get("hints", ())),
    )
