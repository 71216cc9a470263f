"""A prompt made of its parts: what stays the same first, what changes from call to call last."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from apps.engine.prompt import ASSISTANT, USER, Message, Prompt
from apps.engine.prompting.budget import Section, fitted, tokens
from apps.engine.prompting.sections import clipped
from apps.engine.prompting.templates import written
from apps.engine.variation.text import Complaint

ROOM = 24_000  # tokens of a whole prompt, unless its operator says otherwise
LONGEST_REPLY = 20_000  # characters of a reply that its author is shown again
NOTE = 20  # tokens that say how much of a reply was left out
SHORTEST_REPLY = 200  # where less would be shown of it, nothing is


def assembled(system: str, sections: Sequence[Section], room: int = ROOM) -> Prompt:
    """The prompt: system as it is, then of the sections, in their order, what fits into so many tokens."""
    kept, cuts = fitted([section for section in sections if section.pieces], room - tokens(system))
    text = "\n\n".join(f"# {section.name}\n\n" + "\n\n".join(section.pieces) for section in kept)
    shown = tuple(hint for section in kept for hint in section.hints[: len(section.pieces)])
    return Prompt(readable(system), (Message(USER, readable(text) or "Begin."),), tuple(cuts), shown)


def complained(prompt: Prompt, reply: str, said: Complaint, own: Mapping[str, str], room: int = 0) -> Prompt:
    """The prompt with the reply that could not be used, and why. An earlier one gives way: the prompt does not grow.

    room: tokens of the whole that the model can hold; the reply is clipped to what is left of them. 0: not known.
    """
    told = readable(written("complaint", own, {"reason": said.reason, "hint": said.hint}))
    first = prompt.messages[0]
    taken = tokens(prompt.system) + tokens(first.text) + tokens(told) + NOTE
    most = _fitting(reply, room - taken) if room else LONGEST_REPLY
    if not reply.strip() or most < SHORTEST_REPLY:
        return replace(prompt, messages=(Message(USER, f"{first.text}\n\n{told}"),))
    shown = readable(clipped(reply, min(most, LONGEST_REPLY)))
    return replace(prompt, messages=(first, Message(ASSISTANT, shown), Message(USER, told)))


def _fitting(text: str, room: int) -> int:
    """About how many of its characters fit into so many tokens."""
    return int(room * len(text) / max(1, tokens(text)))


def readable(text: str) -> str:
    """text with ? in the place of NUL and of what is no Unicode: what a model wrote may hold such."""
    return text.encode(errors="replace").decode().replace("\0", "?")
