"""Calls that have ended: what they brought, what they took, and what follows from that."""

from collections.abc import Collection, Iterable
from datetime import UTC
from operator import itemgetter
from typing import Any

from django.db.models import F, QuerySet

from apps.engine.canonical import digest
from apps.llm import absences, latches, spending
from apps.llm.contract import CallOutcome
from apps.llm.ledger import Settled, Settlement
from apps.llm.models import Call, CallState, LanguageModel
from apps.llm.money import amount
from apps.llm.opening import answer
from apps.llm.selectors import rates
from apps.llm.spending import Need, Scope, Used
from apps.llm.tokens import SLACK, STEP, observed, rises
from apps.log.chain import Entry
from apps.records import content
from apps.records.sql import update

_COLUMNS = "id, key, project_id, run_id, catalogue_id, opened, tokens_reserved, money_reserved"
_FIND = f'SELECT {_COLUMNS} FROM "{Call._meta.db_table}" WHERE state = %s AND key IN '
_NAMES = ("state", "input", "output", "cache_read", "cache_write", "cost", "seconds", "attempts", "request_id")
_FURTHER = ("estimated", "stop", "reply", "status", "blame", "detail")
_CLOSE = (
    f'UPDATE "{Call._meta.db_table}" SET {", ".join(f"{name} = %s" for name in _NAMES + _FURTHER)} '
    "WHERE id = %s AND state = %s"
)


def expected(outcomes: Iterable[CallOutcome]) -> dict[str, Settled]:
    """What `settle` will answer, by key, without writing anything: so a step is computed before its transaction."""
    by_key = {outcome.job.id: outcome for outcome in outcomes}
    found = {row.key: (row, by_key[row.key]) for row in _in_flight(by_key)}
    return {key: _settled(outcome, _cost(row, outcome)) for key, (row, outcome) in found.items()}


def settle(outcomes: Iterable[CallOutcome]) -> Settlement:
    """Write what came of calls, spend what they took, see which models answer and stop those that nobody can use.

    Inside the transaction. A call that was lost or settled before is left out: what comes of it now is thrown away.
    """
    settlement, ended = Settlement(), []
    by_key = {outcome.job.id: outcome for outcome in outcomes}
    replies: dict[bytes, bytes] = {}
    for row in _in_flight(by_key):
        outcome = by_key[row.key]
        cost = _cost(row, outcome)
        reply = b"" if outcome.failure else digest(_bytes(outcome))
        if not update(_CLOSE, [[*_values(outcome, cost, reply), row.pk, CallState.IN_FLIGHT]]):
            continue  # another process was faster
        if outcome.failure is None:
            replies[reply] = _bytes(outcome)
        settlement.calls[row.key] = _settled(outcome, cost)
        settlement.entries += _consequences(row, outcome, cost)
        ended.append((row.catalogue_id, outcome))
    ended.sort(key=itemgetter(0))  # whoever settles calls of several models locks their rows in the same order
    _see_who_answers(ended)
    content.store_files(replies)
    content.store(replies)
    _learn(ended)  # last: rows of models are locked after those of budgets
    return settlement


def lose(calls: QuerySet[Call]) -> int:
    """Mark those of these calls lost that are in flight: their process died, or they were stopped. Returns how many.

    What they cost nobody knows; the provider may well have counted it. So what was reserved for them, the most that
    they can have taken, stays in the budgets as lost, apart from what is known.
    """
    lost = 0
    for row in calls.filter(state=CallState.IN_FLIGHT).order_by("pk"):
        if Call.objects.filter(pk=row.pk, state=CallState.IN_FLIGHT).update(state=CallState.LOST):
            if row.project_id is not None:
                spending.lose(_scope(row, row.project_id), _reserved(row))
            lost += 1
    return lost


def _in_flight(keys: Collection[str]) -> list[Call]:
    """Rows that are still to be settled, oldest first; only the columns that this needs."""
    if not keys:
        return []
    places = ", ".join(["%s"] * len(keys))
    return list(Call.objects.raw(f"{_FIND} ({places}) ORDER BY id", [CallState.IN_FLIGHT, *keys]))


def _values(outcome: CallOutcome, cost: int | None, reply: bytes) -> list[Any]:
    """The columns of a call that has ended, in the order of _NAMES and _FURTHER."""
    failure, usage = outcome.failure, outcome.usage
    state = CallState.DONE if failure is None else CallState.FAILED
    spent = [usage.input, usage.output, usage.cache_read, usage.cache_write, cost]
    ended = [str(state), *spent, outcome.seconds, outcome.attempts, outcome.request_id[:100], outcome.estimated]
    if failure is None:
        return [*ended, outcome.stop, reply, None, "", ""]
    return [*ended, "", None, failure.status, failure.blame, failure.detail[:1000]]


def _settled(outcome: CallOutcome, cost: int | None) -> Settled:
    if outcome.failure is not None:
        return Settled(outcome, None)
    return Settled(outcome, answer(outcome.job, digest(_bytes(outcome)), outcome, amount(cost)))


def _bytes(outcome: CallOutcome) -> bytes:
    return outcome.text.encode(errors="surrogatepass")


def _cost(row: Call, outcome: CallOutcome) -> int | None:
    """By the prices of the moment at which it was made; None where none is known and something was used."""
    if not outcome.usage.total:
        return 0
    known = rates([row.catalogue_id], row.opened).get(row.catalogue_id)
    return known.cost(outcome.usage) if known else None


def _consequences(row: Call, outcome: CallOutcome, cost: int | None) -> list[Entry]:
    """Counts what was used. Entries: notices of budgets, and the latch of a model that answers nobody."""
    entries = _spend(row, Used(outcome.usage.total, cost or 0, unpriced=int(cost is None)))
    failure = outcome.failure
    if failure is not None and failure.blame == "model":
        entries += latches.stop(row.catalogue_id, row.project_id, failure.detail)
    return entries


def _see_who_answers(ended: Iterable[tuple[int, CallOutcome]]) -> None:
    """Note which models did not answer; one that answered any of these calls is there."""
    answering = []
    for model, outcome in ended:
        if outcome.failure is None:
            answering.append(model)
        elif outcome.failure.blame == "again":
            absences.noticed(model, outcome.failure)
    absences.answered(dict.fromkeys(answering))


def _learn(ended: Iterable[tuple[int, CallOutcome]]) -> None:
    """Fold into each model how many bytes the tokens of its prompts had; mostly that is known, and nothing written."""
    for model, outcome in ended:
        if outcome.estimated:
            continue
        job, usage = outcome.job, outcome.usage
        seen = observed(job.prompt, job.schema, usage.total - usage.output)
        if seen is None:
            continue
        row = LanguageModel.objects.filter(pk=model)
        if seen < job.spec.bytes_per_token:
            row.filter(bytes_per_token__gt=seen).update(bytes_per_token=seen)
        elif rises(job.spec.bytes_per_token, seen):
            row.filter(bytes_per_token__lt=seen / SLACK).update(bytes_per_token=F("bytes_per_token") * STEP)


def _spend(row: Call, used: Used) -> list[Entry]:
    """Give back what was reserved and count what was used; notices that are due."""
    if row.project_id is None:
        return []
    return spending.settle(_scope(row, row.project_id), _reserved(row), used)


def _scope(row: Call, project: int) -> Scope:
    """The day is that on which the call was opened: there the reservation stands."""
    return Scope(project, row.run_id, row.opened.astimezone(UTC).date())


def _reserved(row: Call) -> Need:
    return Need(row.tokens_reserved, row.money_reserved)
