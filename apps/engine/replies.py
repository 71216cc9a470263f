"""From a model's reply to its journal form and back: the journal names the text by its digest."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.engine.canonical import digest
from apps.engine.effects import Ask
from apps.engine.records import Reply

LARGEST = 1_000_000  # characters of a reply that are looked at


def reply_payload(reply: Reply) -> dict[str, Any]:
    """{"reply": digest of the text, "model", "stop", "tokens", "cost"}."""
    text = digest(reply.text.encode(errors="surrogatepass")).hex()
    return {"reply": text, "model": reply.model, "stop": reply.stop, "tokens": reply.tokens, "cost": reply.cost}


def reply_from(payload: Mapping[str, Any], text: str, asked: Ask) -> Reply:
    """The reply behind its journal form and its text; with data where the question came with a schema."""
    reply = Reply(text, payload["model"], payload["stop"], None, payload["tokens"], payload["cost"])
    return reply if asked.schema is None else replace(reply, data=_recordable(json_in(text)))


def _recordable(data: Any) -> Any:
    """The data, None where a text in it is no Unicode: JSON can spell half a pair of surrogates."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return None
    return data


def json_in(text: str) -> Any:
    """The JSON that a reply consists of, or that its first to last brace hold; None where there is none."""
    text = text[:LARGEST].strip()
    for part in (text, text[text.find("{") : text.rfind("}") + 1]):
        try:
            return json.loads(part)
        except (ValueError, RecursionError):
            continue
    return None
