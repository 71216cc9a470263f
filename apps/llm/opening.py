"""Calls that are about to be made: may they be, what may they take, were they answered before."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.engine.canonical import digest, encode
from apps.engine.prompt import prompt_payload
from apps.llm import cassette, spending
from apps.llm.cassette import Recording
from apps.llm.contract import CallJob, CallOutcome, Usage
from apps.llm.ledger import Denied, Mode, Opened, Opening, Settled, Wanted, Why
from apps.llm.models import Call, CallState
from apps.llm.money import amount, said
from apps.llm.selectors import Known, known
from apps.llm.spending import Counter, Need, Scope
from apps.llm.tokens import estimated
from apps.llm.waits import Wait
from apps.records import content
from apps.records.models import Run
from apps.records.sql import insert

BUSY = timedelta(seconds=1)  # until calls in flight may have given back what they reserved
_RAISE = "Raise it (`manage.py models budget`, or the project's page Models and budgets) and start another run"
_LESS = "; a model whose replies may have fewer tokens (max-tokens) reserves less for a call"


@dataclass(slots=True)
class _Desk:
    """What all calls that are opened together share."""

    run: Run | None
    mode: Mode
    at: datetime
    scope: Scope | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    contents: dict[bytes, bytes] = field(default_factory=dict)
    # Occurrences of each request whose row is not in the database yet.
    asked: defaultdict[bytes, set[int]] = field(default_factory=lambda: defaultdict(set))
    opening: Opening = field(default_factory=Opening)


def open_calls(
    run: Run | None, wanted: Sequence[Wanted], mode: Mode = "record", *, project: int | None = None
) -> Opening:
    """Write a row for each call that may be made, and reserve what it may take. Inside the caller's transaction.

    mode: "record" makes every call; "reuse" answers from the ledger what it has answered before; "replay" makes none.
    Without a run they are calls of that project; without a project of nobody, and no budget bounds them.
    """
    desk = _Desk(run, mode, timezone.now())
    owner = run.project_id if run is not None else project
    if owner is not None:
        desk.scope = Scope(owner, run.pk if run is not None else None, desk.at.astimezone(UTC).date())
    models = known(one.model for one in wanted)
    for one in wanted:
        desk.opening.calls.append(_open(desk, one, models.get(one.model)))
    content.store_files(desk.contents)
    content.store(desk.contents)
    insert(Call, desk.rows)
    return desk.opening


def _open(desk: _Desk, one: Wanted, model: Known | None) -> Opened | Denied:
    """One call: answered from the ledger, opened, or denied."""
    if model is None:
        return Denied(
            "unknown",
            f"The catalogue has no model {one.model!r}.",
            "Add it with `manage.py models add`, or give its role to another one.",
        )
    most = min(one.max_tokens or model.row.max_tokens, model.row.max_tokens)
    job = CallJob(uuid.uuid4().hex, model.spec, one.prompt, one.schema, most, one.effort)
    request = cassette.request(job)
    number = cassette.occurrence(desk.run.pk if desk.run else None, request, desk.asked[request])
    recorded = cassette.recorded(desk.run, request, number) if desk.mode != "record" else None
    need = Need(0, 0)
    if recorded is None:
        size = estimated(one.prompt, one.schema, model.row.bytes_per_token)
        if not one.trying:  # a question that finds out whether it answers takes next to nothing
            need = Need(size + most, model.rates.most(size, most) if model.rates else 0)
        if denied := _too_long(model, size, most) or _denied(desk, one, model, need):
            return denied
    desk.asked[request].add(number)
    _write(desk, one, job, need, {"request": request, "occurrence": number, "catalogue_id": model.row.pk})
    return _replayed(desk, job, recorded) if recorded is not None else Opened(job)


def _too_long(model: Known, prompt: int, reply: int) -> Denied | None:
    """Why a call is not made whose prompt and reply do not fit into what the model holds; its server would say 400."""
    context = model.row.context
    if context is None or prompt + reply <= context:
        return None
    return Denied(
        "context",
        f"The prompt has about {prompt:,} tokens and its reply may have {reply:,}; {model.row.name} holds {context:,} "
        "together.",
        "Show less, let replies be shorter (the model's tokens of a reply), or give the role to a model that holds "
        "more.",
    )


def _denied(desk: _Desk, one: Wanted, model: Known, need: Need) -> Denied | None:
    """Why a call is not made, if it is not; else its need is reserved."""
    if desk.mode == "replay":
        return Denied(
            "replay", f"This project's ledger holds no answer of {one.model} to this.", "Run it in the mode reuse."
        )
    # Only a run waits for who is away: who calls for nobody finds out, and is told.
    if model.wait is not None and (model.wait.stopped or (desk.run is not None and not one.trying)):
        why: Why = "latched" if model.wait.stopped else "away"
        hint = f"Once that is mended: `manage.py models release {one.model}`." if model.wait.stopped else ""
        return Denied(why, model.wait.words, hint, wait=model.wait)
    if desk.scope is None or one.trying:
        return None
    if model.rates is None and any(counter.most_money is not None for counter in spending.counters(desk.scope)):
        return Denied(
            "price",
            f"There is a budget of money, and no price of {one.model} is known.",
            f"Give one with `manage.py models price {one.model}`, 0 for a model of your own, or bound tokens instead.",
        )
    full = spending.reserve(desk.scope, need)
    return None if full is None else _spent(desk, desk.scope, full, need)


def _spent(desk: _Desk, scope: Scope, full: Counter, need: Need) -> Denied:
    """That a budget has no room for the call, now or for good."""
    if full.fits(need):
        reason = f"Calls in flight have reserved what is left of the budget of the {full.whose}."
        return Denied("busy", reason, wait=Wait("room", "", desk.at + BUSY, reason, brief=True))
    passes = full.daily and replace(full, tokens=0, money=0, tokens_lost=0, money_lost=0).fits(need)  # tomorrow
    if passes or not full.daily:
        desk.opening.entries += spending.tell(scope, full, 100)
    if passes:
        return Denied("day", full.left, "Raise it, or wait for the next day.", spending.next_day(scope.day, full))
    if min(full.limits) == 0:
        return Denied("budget", f"The budget of the {full.whose} is 0: no calls are made.", f"{_RAISE}.")
    short = full.gone[0] + need.tokens > full.limits[0]
    takes = f"take {need.tokens:,} tokens" if short else f"cost {said(need.money)}"
    return Denied("budget", f"{full.left} This call may {takes}.", f"{_RAISE}{_LESS}.")


def _write(desk: _Desk, one: Wanted, job: CallJob, need: Need, found: dict[str, Any]) -> None:
    """The row of a call that is in flight from now on, and its prompt."""
    data = encode(prompt_payload(one.prompt))
    prompt = digest(data)
    desk.contents[prompt] = data
    round_, position, child = one.place or (None, None, -1)
    desk.rows.append(
        {
            **_BLANK,
            **found,
            "key": job.id,
            "model_id": job.spec.model,
            "role": one.role,
            "state": CallState.IN_FLIGHT,
            "project_id": desk.scope.project if desk.scope else None,
            "run_id": desk.run.pk if desk.run else None,
            "round": round_,
            "position": position,
            "child": child,
            "candidate": one.candidate,
            "task": one.task,
            "repeat": one.repeat,
            "prompt": prompt,
            "tokens_reserved": need.tokens,
            "money_reserved": need.money,
            "opened": desk.at,
        }
    )


_BLANK: dict[str, Any] = {
    "reply": None,
    "stop": "",
    "replayed": False,
    "input": 0,
    "output": 0,
    "cache_read": 0,
    "cache_write": 0,
    "cost": None,
    "seconds": None,
    "attempts": 0,
    "request_id": "",
    "estimated": False,
    "status": None,
    "blame": "",
    "detail": "",
}


def recalled(earlier: Call) -> tuple[str, dict[str, Any]]:
    """(text, answer) of a call that is done, as its own outcome gave them: for an effect that is carried out again.

    Raises content.ContentMissing.
    """
    told = {
        "reply": bytes(earlier.reply or b"").hex(),
        "model": earlier.catalogue.name,
        "stop": earlier.stop,
        "tokens": earlier.tokens,
        "cost": amount(earlier.cost),
        "call": earlier.key,
    }
    return cassette.text(earlier), told


def _replayed(desk: _Desk, job: CallJob, recording: Recording) -> Opened:
    """A call that is answered as it was before. Its row costs nothing; the journal gets what the first one got."""
    earlier = recording.call
    usage = Usage(earlier.input, earlier.output, earlier.cache_read, earlier.cache_write)
    copied = ("reply", "stop", "input", "output", "cache_read", "cache_write")
    row = desk.rows[-1]
    row |= {name: getattr(earlier, name) for name in copied} | {"state": CallState.DONE, "replayed": True, "cost": 0}
    outcome = CallOutcome(job, recording.text, earlier.stop, usage, attempts=0)  # type: ignore[arg-type]
    return Opened(job, Settled(outcome, answer(job, bytes(earlier.reply or b""), outcome, amount(earlier.cost))))


def answer(job: CallJob, reply: bytes, outcome: CallOutcome, cost: float | None) -> dict[str, Any]:
    """What the journal keeps of a call."""
    return {
        "reply": reply.hex(),
        "model": job.spec.name,
        "stop": outcome.stop,
        "tokens": outcome.usage.total,
        "cost": cost,
        "call": job.id,
    }
