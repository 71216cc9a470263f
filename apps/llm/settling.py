"""Calls that have ended: what they brought, what they took, and what follows from that."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.db.models import QuerySet

from apps.engine.canonical import digest
from apps.llm import latches, spending
from apps.llm.contract import CallOutcome
from apps.llm.ledger import Settled, Settlement
from apps.llm.models import Call, CallState
from apps.llm.money import amount
from apps.llm.opening import answer
from apps.llm.selectors import rates
from apps.llm.spending import Counter, Need, Scope, Used
from apps.log.chain import Entry
from apps.records import content


def settle(outcomes: Iterable[CallOutcome]) -> Settlement:
    """Write what came of calls, spend what they took, stop models that nobody can use. Inside the transaction.

    A call that was lost or settled before is left out of the answer: what comes now is thrown away.
    """
    settlement = Settlement()
    by_key = {outcome.job.id: outcome for outcome in outcomes}
    rows = Call.objects.filter(key__in=by_key, state=CallState.IN_FLIGHT).select_related("catalogue").order_by("pk")
    replies: dict[bytes, bytes] = {}
    for row in rows:
        outcome = by_key[row.key]
        values = _values(row, outcome)
        if not Call.objects.filter(pk=row.pk, state=CallState.IN_FLIGHT).update(**values):
            continue  # another process was faster
        if outcome.failure is None:
            replies[values["reply"]] = _bytes(outcome)
        settlement.calls[row.key] = _settled(outcome, values)
        settlement.entries += _consequences(row, outcome, values["cost"])
    content.store_files(replies)
    content.store(replies)
    return settlement


def lose(calls: QuerySet[Call]) -> int:
    """Mark those of these calls lost that are in flight: their process died, or they were stopped. Returns how many.

    What was reserved for them is free again. What they cost nobody knows; the provider may well have counted it.
    """
    lost = 0
    for row in calls.filter(state=CallState.IN_FLIGHT).order_by("pk"):
        if Call.objects.filter(pk=row.pk, state=CallState.IN_FLIGHT).update(state=CallState.LOST):
            _spend(row, Used())
            lost += 1
    return lost


def _values(row: Call, outcome: CallOutcome) -> dict[str, Any]:
    """The columns of a call that has ended."""
    failure, usage = outcome.failure, outcome.usage
    values: dict[str, Any] = {
        "state": CallState.DONE if failure is None else CallState.FAILED,
        "input": usage.input,
        "output": usage.output,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "cost": _cost(row, outcome),
        "seconds": outcome.seconds,
        "attempts": outcome.attempts,
        "request_id": outcome.request_id[:100],
    }
    if failure is None:
        return values | {"stop": outcome.stop, "reply": digest(_bytes(outcome))}
    return values | {"status": failure.status, "blame": failure.blame, "detail": failure.detail[:1000]}


def _bytes(outcome: CallOutcome) -> bytes:
    return outcome.text.encode(errors="surrogatepass")


def _settled(outcome: CallOutcome, values: dict[str, Any]) -> Settled:
    if outcome.failure is not None:
        return Settled(outcome, None)
    return Settled(outcome, answer(outcome.job, values["reply"], outcome, amount(values["cost"])))


def _cost(row: Call, outcome: CallOutcome) -> int | None:
    """By the prices of the moment at which it was made; None where none is known and something was used."""
    if not outcome.usage.total:
        return 0
    known = rates([row.catalogue_id], row.opened).get(row.catalogue_id)
    return known.cost(outcome.usage) if known else None


def _consequences(row: Call, outcome: CallOutcome, cost: int | None) -> list[Entry]:
    """Counts what was used. Entries: notices of budgets, and the latch of a model that answers nobody."""
    used = Used(outcome.usage.total, cost or 0, 1, int(cost is None))
    entries = spending.notices(_spend(row, used))
    failure = outcome.failure
    if failure is not None and failure.blame == "model":
        entries += latches.stop(row.catalogue, row.project_id, failure.detail)
    return entries


def _spend(row: Call, used: Used) -> list[Counter]:
    """Give back what was reserved and count what was used; the counters of whose money it was.

    The day is that on which the call was opened: there the reservation stands.
    """
    if row.project_id is None:
        return []
    day = row.opened.astimezone(UTC).date()
    counters = spending.counters(Scope(row.project_id, row.run_id, day))
    spending.settle(counters, Need(row.tokens_reserved, row.money_reserved), used)
    return counters
