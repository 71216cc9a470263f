"""The only writer of states. Every change is conditional on the state it starts from."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from apps.common.ids import of_run, run_and_number
from apps.engine.canonical import encode
from apps.log.chain import Entry
from apps.log.services import append
from apps.projects.models import Project
from apps.records import content, digests
from apps.records.models import (
    HELD,
    CandidateEdit,
    Commission,
    Effect,
    EffectState,
    Round,
    RoundState,
    Run,
    RunState,
    Snapshot,
    Trajectory,
    Verdict,
)
from apps.records.sql import insert, update
from apps.records.step import Step

LEASE = timedelta(seconds=20)
READ = "read"  # the receipt of a hint

type Closing = tuple[str, str, bytes | None]  # a run's last state, why, and its conclusion


class Stale(Exception):
    """The database moved on under a step: another driver, a latch, a new policy, an effect that was taken away."""


def lease_end(length: timedelta = LEASE) -> "ExpressionWrapper[Any]":
    """Now plus length, by the database's clock."""
    return ExpressionWrapper(Now() + length, output_field=DateTimeField())


def lease_from_now() -> datetime:
    """The end of a first lease, for a row that is not written yet; renewals go by the database's clock."""
    return timezone.now() + LEASE


def commit(run: Run, step: Step, counters: Mapping[str, Any], closing: Closing | None = None) -> int:
    """Write one step in one transaction; returns the log's last sequence. Raises Stale, and then nothing was written.

    closing: the step is the run's last, which ends with it. Locks are taken in the order run, round, effect, log head.
    """
    content.store_files(step.contents)
    with transaction.atomic():
        _guard(run, counters)
        _crown(run, step)
        _serve(step)
        insert(Round, list(step.rounds.values()))
        _move(step)
        content.store(dict(sorted(step.contents.items())))
        insert(CandidateEdit, step.candidates)
        _change(step)
        insert(Effect, list(step.effects.values()))
        insert(Trajectory, step.trajectories)
        insert(Verdict, step.verdicts)
        _read(step)
        _grade(step)
        if step.snapshot is not None:
            Snapshot.objects.update_or_create(run=run, defaults={**step.snapshot, "at": timezone.now()})
        last = append(run.project_id, step.entries) if step.entries else 0
        if closing is not None:
            end(run, *closing)
        return last


def _guard(run: Run, counters: Mapping[str, Any]) -> None:
    names = ", ".join(f'"{name}" = %s' for name in counters)
    held = "id = %s AND driver_token = %s AND control = %s AND state = %s"
    statement = f'UPDATE "{Run._meta.db_table}" SET {names} WHERE {held}'
    if update(statement, [[*counters.values(), run.pk, run.driver_token, run.control, RunState.OPEN]]) != 1:
        raise Stale(f"{run} is no longer driven by this process, or its policy or latches changed")


def _crown(run: Run, step: Step) -> None:
    for old, new in step.crowned:
        if not Project.objects.filter(pk=run.project_id, champion=old).update(champion=new):
            raise Stale("the champion changed meanwhile")


def _serve(step: Step) -> None:
    for commission, (number, receipt) in step.served.items():
        waiting = Commission.objects.filter(pk=commission, served__isnull=True)
        if not waiting.update(served=number, receipt=receipt):
            raise Stale("a commission was served meanwhile")
    if step.heeded:
        Commission.objects.filter(pk__in=step.heeded).update(receipt=READ)


def _move(step: Step) -> None:
    rows = [[move.new, move.state, move.outcome, number, move.old] for number, move in step.moves.items()]
    here = "id = %s AND position = %s AND state = 'open'"
    statement = f'UPDATE "{Round._meta.db_table}" SET position = %s, state = %s, outcome = %s WHERE {here}'
    if update(statement, rows) != len(rows):
        raise Stale("a round moved on without this process")


def _change(step: Step) -> None:
    names = (
        *("state", "ran", "answer", "candidate", "token", "attempts", "failures"),
        *("holder", "until", "since", "approved"),
    )
    sets = ", ".join(f"{name} = %s" for name in names)
    where = "round_id = %s AND position = %s AND child = %s AND token = %s AND state = %s"
    rows = [[*(c.row[name] for name in names), *place, c.token, c.was] for place, c in step.changes.items()]
    if update(f'UPDATE "{Effect._meta.db_table}" SET {sets} WHERE {where}', rows) != len(rows):
        raise Stale("an effect was taken away from this process")


def _read(step: Step) -> None:
    rows = [[row["verdict"], row["score"], row["failure"], identifier] for identifier, row in step.readings.items()]
    update(f'UPDATE "{CandidateEdit._meta.db_table}" SET verdict = %s, score = %s, failure = %s WHERE id = %s', rows)


def _grade(step: Step) -> None:
    rows = [[graded, identifier] for identifier, graded in step.grades.items()]
    update(f'UPDATE "{CandidateEdit._meta.db_table}" SET graded = %s WHERE id = %s', rows)


def start(run: Run, actor: str) -> Run:
    """Write a new run and its first log entry."""
    with transaction.atomic():
        run.created = timezone.now()
        run.started_by = actor
        run.save(force_insert=True)
        run.since = append(run.project_id, [Entry("run.started", actor, f"run:{run.pk}", digests.started(run))])
        run.save(update_fields=["since"])
    return run


def end(run: Run, state: str, why: str, result: bytes | None = None, by: str = "system") -> bool:
    """Close an open run; its open rounds and effects are cancelled. False when it was, or another drives it."""
    with transaction.atomic():
        values = {
            "state": state,
            "why": why[:500],
            "result": result,
            "ended": timezone.now(),
            "driver": "",
            "driver_until": None,
            "waits": b"",
        }
        mine = Run.objects.filter(pk=run.pk, state=RunState.OPEN, driver_token=run.driver_token)
        if not mine.update(control=F("control") + 1, reserved=0, **values):
            return False
        rounds = Round.objects.filter(run=run, outcome__isnull=True, state=RoundState.OPEN)
        Effect.open.filter(round__in=rounds).update(state=EffectState.CANCELLED, until=None, since=None)
        rounds.update(state=RoundState.CANCELLED if state != RunState.DIVERGED else RoundState.DIVERGED)
        append(run.project_id, [Entry("run.ended", by, f"run:{run.pk}", digests.ended(run.pk, state, result))])
    return True


def take(run: int, slot: str, dead: Q) -> Run | None:
    """Become the driver of an open run whose driver is gone; dead selects drivers that are known to have died."""
    free = Q(driver="") | Q(driver_until__lt=Now()) | dead
    taken = Run.objects.filter(free, pk=run, state=RunState.OPEN).update(
        driver=slot, driver_token=F("driver_token") + 1, driver_until=lease_end()
    )
    return Run.objects.select_related("project", "protocol").get(pk=run) if taken else None


def renew(runs: Mapping[int, int], slot: str) -> None:
    """Renew this slot's leases on the runs that it drives (token by run id), and on what it measures for them."""
    if not runs:
        return
    mine = Q()
    for run, token in runs.items():
        mine |= Q(pk=run, driver_token=token)
    Run.objects.filter(mine, state=RunState.OPEN).update(driver_until=lease_end())
    Effect.open.filter(state=EffectState.RUNNING, holder=slot, round__run__in=runs).update(until=lease_end())


def renew_effects(effects: Iterable[int], slot: str) -> None:
    """Renew this slot's leases on effects that it measures for others, by key."""
    Effect.open.filter(pk__in=effects, state=EffectState.RUNNING, holder=slot).update(until=lease_end())


def held_by(effects: Iterable[int], slot: str) -> dict[int, int]:
    """Tokens of those among these effects, by key, that still run in this slot."""
    running = Effect.open.filter(pk__in=effects, state=EffectState.RUNNING, holder=slot)
    return dict(running.values_list("pk", "token"))


def let_go(run: Run) -> None:
    """Stop driving a run, so that another process may take it at once."""
    Run.objects.filter(pk=run.pk, driver_token=run.driver_token).update(driver="", driver_until=None)


def touch(runs: QuerySet[Run]) -> None:
    """Make every step that was computed under the policy and latches of before fail, and be computed anew."""
    # Locked in one order: two people who stop and revert at once would otherwise wait for each other.
    keys = list(runs.filter(state=RunState.OPEN).select_for_update().order_by("pk").values_list("pk", flat=True))
    Run.objects.filter(pk__in=keys).update(control=F("control") + 1)


def still(run: Run) -> bool:
    """Lock an open run until the end of the caller's transaction. False when its policy or latches have changed."""
    return Run.objects.select_for_update().filter(pk=run.pk, control=run.control, state=RunState.OPEN).exists()


def reclaimed(run: int, place: tuple[int, int, int], attempt: int) -> Entry:
    """The log's entry for an effect that is carried out again; place is round id, position, child."""
    body = {"round": place[0], "position": place[1], "child": place[2], "attempt": attempt}
    return Entry("effect.reclaimed", "system", f"run:{run}", body)


def claim(effect: Effect, run: Run, slot: str) -> bool:
    """Take a ready effect by its token, under the latches and the policy that the run was read with.

    False when somebody else was first, or when those have changed.
    """
    same = Effect.objects.filter(pk=effect.pk, token=effect.token, state=effect.state)
    values = {"state": EffectState.RUNNING, "holder": slot, "until": lease_end(), "since": Now()}
    with transaction.atomic():
        claimed = still(run) and same.update(token=F("token") + 1, attempts=F("attempts") + 1, **values)
        if claimed and effect.attempts:
            place = (effect.round_id, effect.position, effect.child)
            append(run.project_id, [reclaimed(run.pk, place, effect.attempts + 1)])
    if claimed:
        effect.token, effect.attempts, effect.state, effect.holder = (
            effect.token + 1,
            effect.attempts + 1,
            EffectState.RUNNING,
            slot,
        )
    return bool(claimed)


def release(effects: QuerySet[Effect]) -> int:
    """Running effects whose holder is gone become ready again. Returns how many."""
    free = {"state": EffectState.READY, "token": F("token") + 1, "until": None, "holder": "-", "since": Now()}
    return effects.filter(state=EffectState.RUNNING).update(**free)


def performed(effect: Effect, state: EffectState, answer: bytes) -> bool:
    """A performer has the answer of the effect that it claimed. False when the claim was lost meanwhile."""
    same = Effect.objects.filter(pk=effect.pk, token=effect.token, state=EffectState.RUNNING)
    since = Now() if state in HELD else None
    return bool(same.update(state=state, answer=answer, until=None, since=since))


def back_off(effect: Effect, seconds: float) -> None:
    """An attempt failed on infrastructure: ready again, for anybody, after so many seconds."""
    Effect.objects.filter(pk=effect.pk, token=effect.token, state=EffectState.RUNNING).update(
        state=EffectState.READY,
        since=Now(),
        holder="-",
        failures=F("failures") + 1,
        token=F("token") + 1,
        until=lease_end(timedelta(seconds=seconds)),
    )


def give(candidate: CandidateEdit, decision: str, by: str, why: str) -> Entry:
    """A person's verdict; returns the entry that belongs into the log at the end of the same transaction."""
    row = {
        "candidate_id": candidate.pk,
        "decision": decision,
        "by": by,
        "why": why,
        "content_digest": bytes(candidate.content_digest),
        "salt": os.urandom(16),
    }
    insert(Verdict, [row])
    if decision != "promote":  # a promotion judges no candidate for the archive
        CandidateEdit.objects.filter(pk=candidate.pk).update(verdict=decision)
    body = {"decision": decision, "digest": digests.verdict(row)}
    return Entry("verdict.given", by, f"candidate:{candidate.pk}", body)


def crown(project: Project, champion: int | None) -> None:
    """Another champion, inside the transaction of the verdict that says so. The project's row is locked."""
    Project.objects.filter(pk=project.pk).update(champion=champion)


def reread_best(run: int) -> None:
    """Bring a run's cached best up to a verdict that was given outside of its steps."""
    kept = CandidateEdit.objects.filter(of_run(run), verdict="keep", score__isnull=False)
    best = kept.order_by("-score", "pk").values_list("pk", "score").first()
    number, score = (run_and_number(best[0])[1], best[1]) if best else (None, None)
    Run.objects.filter(pk=run).update(best=number, best_score=score)


def commission(run: Run, kind: str, candidate: int, asked: Mapping[str, Any], by: str) -> Entry:
    """A person asks a run for something; returns its log entry. candidate: row id."""
    made = Commission(run=run, kind=kind, candidate=candidate, asked=encode(dict(asked)), by=by, salt=os.urandom(16))
    made.save()
    body = {"commission": made.pk, "kind": kind, "candidate": candidate, "digest": digests.commission(made)}
    return Entry("commission.made", by, f"run:{run.pk}", body)


def revise(effect: Effect, ran: bytes) -> bool:
    """A held effect is carried out, or once more, as a person rewrote it, only if it is still held at this revision."""
    held = Effect.objects.filter(pk=effect.pk, state__in=HELD, revision=effect.revision)
    values: dict[str, Any] = {"state": EffectState.READY, "since": Now(), "approved": True}
    return bool(held.update(ran=ran, answer=None, revision=F("revision") + 1, **values))


def extend(run: Run, candidates: int, seconds: float | None, by: str) -> bool:
    """Another budget for an open run, inside a transaction. False when it has begun to conclude, or has ended."""
    locked = Run.objects.select_for_update().filter(pk=run.pk, state=RunState.OPEN, finishing=False)
    if not locked.exists() or Round.objects.filter(run=run, kind="conclude").exists():
        return False
    locked.update(candidates=candidates, seconds=seconds, control=F("control") + 1)
    body = {"run": run.pk, "candidates": candidates, "seconds": seconds}
    append(run.project_id, [Entry("run.extended", by, f"run:{run.pk}", body)])
    return True


def finish(run: Run) -> bool:
    """No new rounds for an open run: what is open ends, then the run concludes. False when it was so already."""
    found = Run.objects.filter(pk=run.pk, state=RunState.OPEN, finishing=False)
    return bool(found.update(finishing=True, control=F("control") + 1))


def answer_gate(effect: Effect, state: EffectState, answer: bytes | None) -> bool:
    """A gate closes: the held effect goes on to state, only if it is still held at this revision."""
    ready = state == EffectState.READY
    values: dict[str, Any] = {"state": state, "since": Now() if ready else None, "approved": ready}
    if answer is not None:
        values["answer"] = answer
    return bool(Effect.objects.filter(pk=effect.pk, state__in=HELD, revision=effect.revision).update(**values))
