"""The ledger as a recording: what was asked before is answered from it, by content, without asking anybody.

A request is the same when everything is that decides its reply: the model's name at the provider, system text and
messages, schema, the limit of the reply, effort, and what else goes into the body. Of several equal requests of one run
the first is answered as the first was, the second as the second: a model draws, and a run that asks twice means it.

A project is answered from its own calls alone: what others asked and were told is theirs. Recordings whose text is gone
or damaged are none.
"""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count

from django.db import connection
from django.db.models import Case, When

from apps.common.ids import run_and_number
from apps.engine.canonical import digest, encode
from apps.engine.prompt import prompt_payload
from apps.llm.contract import CallJob
from apps.llm.models import Call, CallState
from apps.records import content
from apps.records.models import Run

MOST_TRIED = 8  # recordings whose texts are looked for


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


@dataclass(frozen=True, slots=True)
class Recording:
    """A call that was paid before, and the text of its reply."""

    call: Call
    text: str


def recorded(run: Run | None, digest_: bytes, number: int) -> Recording | None:
    """A paid call of the run's project whose request was the number-th of its kind in its own run.

    Of several that of the nearest run: one that this run goes on from or is the baseline of, one of the same method and
    seed, any other; then the latest.
    """
    project = run.project_id if run is not None else None
    paid = Call.objects.filter(
        project=project, request=digest_, occurrence=number, state=CallState.DONE, replayed=False
    )
    nearest = [_distance(run)] if run is not None else []
    for call in paid.order_by(*nearest, "-pk")[:MOST_TRIED]:
        with contextlib.suppress(content.ContentMissing):
            return Recording(call, text(call))
    return None


def _distance(run: Run) -> Case:
    """Of a call's run from this one."""
    before = [run.baseline_of_id, run_and_number(run.origin)[0] if run.origin is not None else None]
    return Case(
        When(run__in=[one for one in before if one is not None], then=0),
        When(run__method=run.method, run__seed=run.seed, then=1),
        default=2,
    )


def text(call: Call) -> str:
    """The reply of a call that is done. Raises content.ContentMissing."""
    key = bytes(call.reply or b"")
    return content.load([key])[key].decode(errors="surrogatepass")
