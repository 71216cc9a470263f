"""Does the ledger of model calls say what the journal says, and do its sums add up?"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Q, Sum

from apps.common.ids import NUMBERS, of_run
from apps.engine.canonical import decode
from apps.llm.models import Call, CallState, Spend
from apps.records.models import Effect, EffectState, Run, RunState, Trajectory

COLUMNS = ("key", "state", "prompt", "reply", "round", "position", "child", "stop")


def problems(run: Run) -> Iterator[str]:
    """What is wrong with a run's calls, in words."""
    calls = Call.objects.filter(run=run)
    known = {row["key"]: row for row in calls.filter(task=None).values(*COLUMNS).iterator(chunk_size=1000)}
    asked = Effect.objects.filter(of_run(run.pk, "round"), kind="ask", state=EffectState.DONE)
    for effect in asked.order_by("pk").iterator(chunk_size=1000):
        answer = decode(bytes(effect.answer or b"{}")).get("done", {})
        call = known.get(answer.get("call"))
        if call is None or not _same(effect, answer, call):
            where = f"round {effect.round_id % NUMBERS} of run {run.number}, position {effect.position}"
            yield f"the ledger holds no call that was answered as the journal says, {where}"
    yield from _measured(run)
    if run.state != RunState.OPEN and calls.filter(state=CallState.IN_FLIGHT).exists():
        yield f"calls of run {run.number} are in flight, and it has ended"
    yield from _sums(run)


def _measured(run: Run) -> Iterator[str]:
    """Measurements through models name the calls that the ledger has of them."""
    if not (run.project.worker or run.project.rubric):
        return
    calls = Call.objects.filter(run=run, task__isnull=False, state=CallState.DONE).values(*COLUMNS, "candidate", "task")
    known = {row["key"]: row for row in calls.iterator(chunk_size=1000)}
    rows = Trajectory.objects.filter(of_run(run.pk, "round")).values("pk", "report", "candidate_id", "task_id", "round")
    for row in rows.iterator(chunk_size=1000):
        report = decode(bytes(row["report"]))
        told = [report[name] for name in ("asked", "judged") if "call" in report.get(name, {})]
        if not all(_paid(row, each, known.get(each["call"])) for each in told):
            yield f"the ledger holds no call that was answered as measurement {row['pk']} of run {run.number} says"


def _paid(row: Mapping[str, Any], told: Mapping[str, Any], call: Mapping[str, Any] | None) -> bool:
    if call is None:
        return False
    kept = (bytes(call["reply"] or b"").hex(), call["stop"], bytes(call["prompt"]).hex())
    place = (call["candidate"], call["task"], call["round"])
    return (told["reply"], told["stop"], told["prompt"]) == kept and place == (
        row["candidate_id"],
        row["task_id"],
        row["round"],
    )


def _same(effect: Effect, answer: dict[str, Any], call: dict[str, Any]) -> bool:
    ran = decode(bytes(effect.asked if effect.ran is None else effect.ran))
    told = (answer["reply"], answer["stop"], ran["prompt"])
    place = (effect.round_id, effect.position, effect.child)
    kept = (bytes(call["reply"] or b"").hex(), call["stop"], bytes(call["prompt"]).hex())
    return (
        call["state"] == CallState.DONE and told == kept and place == (call["round"], call["position"], call["child"])
    )


def _sums(run: Run) -> Iterator[str]:
    """Spend is a reading of the calls that have ended, and of what was reserved for those that are lost."""
    shown = Spend.objects.filter(run=run).first()
    if shown is None:
        return
    ended = Call.objects.filter(run=run, state__in=(CallState.DONE, CallState.FAILED), replayed=False)
    tokens = Sum("input") + Sum("output") + Sum("cache_read") + Sum("cache_write")
    found = ended.aggregate(calls=Count("pk"), money=Sum("cost"), tokens=tokens, unpriced=Count("pk", Q(cost=None)))
    gone = Call.objects.filter(run=run, state=CallState.LOST)
    lost = {"lost": Count("pk"), "money_lost": Sum("money_reserved"), "tokens_lost": Sum("tokens_reserved")}
    found |= gone.aggregate(**lost)
    for name, value in found.items():
        if getattr(shown, name) != (value or 0):
            yield f"run {run.number} shows {getattr(shown, name)} as {name} of its calls, the ledger gives {value or 0}"
