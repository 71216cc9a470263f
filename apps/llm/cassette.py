"""The ledger as a recording: what was asked before is answered from it, by content, without asking anybody.

A request is the same when everything is that decides its reply: the model's name at the provider, system text and
messages, schema, the limit of the reply, effort. Of several equal requests of one run the first is answered as the
first was, the second as the second: a model draws, and a run that asks twice means it.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from apps.engine.canonical import digest, encode
from apps.engine.prompt import Prompt, prompt_payload
from apps.llm.models import Call, CallState
from apps.records import content


def request(model_id: str, prompt: Prompt, schema: Mapping[str, Any] | None, max_tokens: int, effort: str) -> bytes:
    """Digest of everything that decides the reply."""
    payload = prompt_payload(prompt)
    asked = [model_id, payload["system"], payload["messages"], dict(schema or {}), max_tokens, effort]
    return digest(encode(asked))


_TABLE = f'"{Call._meta.db_table}"'
_COUNT = f"SELECT COUNT(*) FROM {_TABLE} WHERE request = %s AND run_id = %s AND state IN (%s, %s)"


def occurrence(run: int | None, digest_: bytes) -> int:
    """How often a run has asked the same before; calls that brought no reply do not count, for they are repeated."""
    if run is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [digest_, run, CallState.IN_FLIGHT, CallState.DONE])
        return int(cursor.fetchone()[0])


def recorded(digest_: bytes, number: int) -> Call | None:
    """The latest paid call whose request was the number-th of its kind in its run."""
    paid = Call.objects.filter(request=digest_, occurrence=number, state=CallState.DONE, replayed=False)
    return paid.order_by("-pk").first()


def text(call: Call) -> str:
    """The reply of a call that is done. Raises content.ContentMissing."""
    key = bytes(call.reply or b"")
    return content.load([key])[key].decode(errors="surrogatepass")
