"""The ledger as a recording: what was asked before is answered from it, by content, without asking anybody.

A request is the same when everything is that decides its reply: the model's name at the provider, system text and
messages, schema, the limit of the reply, effort, and what else goes into the body. Of several equal requests of one run
the first is answered as the first was, the second as the second: a model draws, and a run that asks twice means it.
"""

from collections.abc import Collection
from itertools import count

from django.db import connection

from apps.engine.canonical import digest, encode
from apps.engine.prompt import prompt_payload
from apps.llm.contract import CallJob
from apps.llm.models import Call, CallState
from apps.records import content


def request(job: CallJob) -> bytes:
    """Digest of everything that decides the reply."""
    spec, payload = job.spec, prompt_payload(job.prompt)
    asked = [spec.model, payload["system"], payload["messages"], dict(job.schema or {}), job.max_tokens, job.effort]
    return digest(encode([*asked, dict(spec.extra)] if spec.extra else asked))


_TABLE = f'"{Call._meta.db_table}"'
_TAKEN = f"SELECT occurrence FROM {_TABLE} WHERE request = %s AND run_id = %s AND state IN (%s, %s)"


def occurrence(run: int | None, digest_: bytes, also: Collection[int]) -> int:
    """The first number that no equal call of the run has, nor one of those that are opened with it (also).

    Calls that brought no reply have none, for they are repeated.
    """
    taken = set(also)
    if run is not None:
        with connection.cursor() as cursor:
            cursor.execute(_TAKEN, [digest_, run, CallState.IN_FLIGHT, CallState.DONE])
            taken.update(row[0] for row in cursor.fetchall())
    return next(number for number in count() if number not in taken)


def recorded(digest_: bytes, number: int) -> Call | None:
    """The latest paid call whose request was the number-th of its kind in its run."""
    paid = Call.objects.filter(request=digest_, occurrence=number, state=CallState.DONE, replayed=False)
    return paid.order_by("-pk").first()


def text(call: Call) -> str:
    """The reply of a call that is done. Raises content.ContentMissing."""
    key = bytes(call.reply or b"")
    return content.load([key])[key].decode(errors="surrogatepass")
