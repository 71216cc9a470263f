"""A question that a method puts to a model, as people see it and as they may change it before it is asked, or again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from apps.common.errors import UserError
from apps.engine.canonical import decode, digest, encode
from apps.engine.prompt import ASSISTANT, USER, Message, Prompt, prompt_from, prompt_payload
from apps.engine.variation.text.bounds import is_text
from apps.oversight.edits import with_newlines_of
from apps.records import content
from apps.records.models import Effect, EffectState

SYSTEM = "system"  # the part of an edit that is no message; messages are called by their number
LONGEST = 2_000_000  # characters of one part
SHOWN = 100_000  # characters of one part that a page shows; all of it can be edited
CALLED = {USER: "Asked", ASSISTANT: "Answered before"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a prompt as a page shows it. hidden: how many characters follow. Hostile text."""

    key: str
    title: str
    text: str
    hidden: int


def prompt_of(effect: Effect) -> Prompt:
    """What would be asked, or was asked last: with people's changes. Raises ContentMissing."""
    key = bytes.fromhex(_asked(effect)["prompt"])
    return prompt_from(decode(content.load([key])[key]))


def reply_of(effect: Effect) -> Part | None:
    """What the model answered; None before it did, or where it could not."""
    told = decode(bytes(effect.answer)).get("done") if effect.answer else None
    return _part("reply", "Reply", _reply(effect)) if told else None


def _reply(effect: Effect) -> str:
    key = bytes.fromhex(decode(bytes(effect.answer or b""))["done"]["reply"])
    return content.load([key])[key].decode(errors="replace")


def parts(prompt: Prompt, most: int = SHOWN) -> list[Part]:
    """The prompt from top to bottom; a system text that is empty is left out."""
    told = [(str(number), CALLED[message.by], message.text) for number, message in enumerate(prompt.messages)]
    every = [(SYSTEM, "System", prompt.system), *told] if prompt.system else told
    return [_part(*part, most) for part in every]


def edited(effect: Effect, texts: Mapping[str, str]) -> tuple[dict[str, str], dict[bytes, bytes]]:
    """What the question becomes, {"prompt": digest}, and the content behind it. Raises UserError.

    texts: the complete new text of each part that the person touched.
    """
    before = prompt_of(effect)
    known = {part.key: part.text for part in parts(before, LONGEST)}
    if unknown := sorted(texts.keys() - known.keys()):
        raise UserError(f"The prompt has no part {unknown[0]!r}; the edit was not stored.")
    said = {key: with_newlines_of(known[key], text) for key, text in texts.items()}
    for text in said.values():
        _check(text)
    messages = [replace(one, text=said.get(str(n), one.text)) for n, one in enumerate(before.messages)]
    after = replace(before, system=said.get(SYSTEM, before.system), messages=tuple(messages))
    if after == before:
        raise UserError("The edit changes nothing. Change the prompt, or approve it as it is.")
    after = replace(after, hints=tuple(hint for hint in before.hints if _holds(after, hint)))
    if not any(message.text.strip() for message in messages):
        raise UserError("Nothing would be asked. Leave something in the prompt, or reject it.")
    return _stored(after)


def with_changes(effect: Effect, hint: str) -> tuple[dict[str, str], dict[bytes, bytes]]:
    """The question with what a person wants changed: before it was asked as its end, afterwards as the next turn."""
    before = prompt_of(effect)
    told = f"A person who reviews this asks for changes:\n{hint.strip()}"
    _check(told)
    reply = _reply(effect) if effect.state == EffectState.HELD_AFTER else ""
    if not reply.strip():  # models take no turn that is empty
        *earlier, last = before.messages
        messages = (*earlier, replace(last, text=f"{last.text}\n\n{told}"))
    else:
        messages = (*before.messages, Message(ASSISTANT, reply), Message(USER, told))
    return _stored(replace(before, messages=messages, hints=(*before.hints, hint.strip())))


def ran(effect: Effect, details: Mapping[str, Any], by: str) -> bytes:
    """The question as it is carried out after a person's change."""
    asked = _asked(effect)
    return encode(asked | {"prompt": details["prompt"], "persons": [*asked.get("persons", ()), by]})


def _asked(effect: Effect) -> dict[str, Any]:
    return dict(decode(bytes(effect.asked if effect.ran is None else effect.ran)))


def _holds(prompt: Prompt, hint: str) -> bool:
    """Whether a hint still stands in a prompt: its receipt says that it was read."""
    told = " ".join([prompt.system, *(message.text for message in prompt.messages)])
    return " ".join(hint.split()) in " ".join(told.split())


def _part(key: str, title: str, text: str, most: int = SHOWN) -> Part:
    return Part(key, title, text[:most], max(0, len(text) - most))


def _stored(prompt: Prompt) -> tuple[dict[str, str], dict[bytes, bytes]]:
    data = encode(prompt_payload(prompt))
    return {"prompt": digest(data).hex()}, {digest(data): data}


def _check(text: str) -> None:
    if len(text) > LONGEST:
        raise UserError(f"The text has {len(text):,} characters; {LONGEST:,} are allowed. Shorten it and send it.")
    if not is_text(text):
        raise UserError("The text holds characters that are no text. Remove them and send it again.")
