"""What people do to a run: answer its gates, stop and release it, change its mode."""

import os
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import Conflict, UserError
from apps.engine.canonical import digest, encode
from apps.engine.replay import REJECTED, refused
from apps.log.chain import Entry, salted
from apps.log.services import append
from apps.oversight import rules, selectors
from apps.oversight.models import Answer, Latch, Policy
from apps.projects.access import require
from apps.projects.models import Project
from apps.records import transitions
from apps.records.models import CandidateEdit, Effect, EffectState, Run

DECISIONS = ("approve", "reject")
# Rejecting one of these drops the candidate; rejecting a promotion or a draw judges nobody.
DROPPED_WITH = ("propose", "measure", "judge")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person says to a gate. seen is the hex digest that the gate showed, key makes a double submit harmless."""

    decision: str
    reason: str
    revision: int
    seen: str
    key: str


def set_policy(actor: Actor, run: Run, mode: str) -> Policy:
    """Put a mode in force; steps computed under the one before are thrown away. LookupError for an unknown one."""
    require(actor, "operate", run.project)
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        policy = put_in_force(actor, run, mode)
        transitions.touch(Run.objects.filter(pk=run.pk))
        transaction.on_commit(lambda: ring("rounds"))
    return policy


def put_in_force(actor: Actor, run: Run, mode: str) -> Policy:
    """The next version of a run's policy, inside the caller's transaction."""
    table = rules.to_bytes(rules.preset(mode))
    last = Policy.objects.filter(run=run).aggregate(last=Max("version"))["last"] or 0
    policy = Policy.objects.create(run=run, version=last + 1, mode=mode, table=table, actor=str(actor))
    body = {"run": run.pk, "version": policy.version, "mode": mode, "table": digest(table).hex()}
    append(run.project_id, [Entry("policy.changed", str(actor), f"run:{run.pk}", body)])
    return policy


def pause(actor: Actor, project: Project, reason: str) -> Latch:
    """Stop a project: nothing new starts from now on; what is being measured is finished and stored."""
    require(actor, "operate", project)
    with transaction.atomic():
        transitions.touch(Run.objects.filter(project=project))  # locks: run before project, as everywhere
        Project.objects.select_for_update().get(pk=project.pk)
        if latch := selectors.project_latch(project):
            return latch
        latch = Latch.objects.create(project=project, reason=reason[:500], set_by=str(actor))
        append(project.pk, [Entry("latch.set", str(actor), f"latch:{latch.pk}", {"latch": latch.pk})])
    return latch


def resume(actor: Actor, project: Project) -> bool:
    """Release the project's latch. False when it was not set."""
    require(actor, "operate", project)
    with transaction.atomic():
        transitions.touch(Run.objects.filter(project=project))
        Project.objects.select_for_update().get(pk=project.pk)
        latch = selectors.project_latch(project)
        if latch is None:
            return False
        latch.released_by, latch.released_at = str(actor), timezone.now()
        latch.save(update_fields=["released_by", "released_at"])
        append(project.pk, [Entry("latch.released", str(actor), f"latch:{latch.pk}", {"latch": latch.pk})])
        transaction.on_commit(lambda: ring("rounds"))
    return True


def answer(actor: Actor, effect: Effect, reply: Reply) -> Answer:
    """Let a held effect go, or refuse it. Raises Conflict when it is not what the person saw; nothing is done then."""
    run = effect.round.run
    require(actor, "review", run.project)
    if reply.decision not in DECISIONS:
        raise UserError(f"{reply.decision!r} is no answer; answers are {' and '.join(DECISIONS)}")
    if reply.decision == "reject" and not reply.reason.strip():
        raise UserError("A rejection needs a reason: it is what the next author learns from.")
    if said := Answer.objects.filter(person=actor.user, key=reply.key).first():
        if said.effect_id != effect.pk:
            raise Conflict("This form was sent before, for another gate. Open this one again; nothing was done.")
        return said
    with transaction.atomic():
        return _answer(actor, run, effect.pk, reply)


def _answer(actor: Actor, run: Run, identifier: int, reply: Reply) -> Answer:
    Run.objects.select_for_update().get(pk=run.pk)
    effect = Effect.objects.select_for_update().get(pk=identifier)
    _still_the_same(effect, reply)
    made = Answer(
        effect=effect,
        revision=reply.revision,
        seen=bytes.fromhex(reply.seen),
        decision=reply.decision,
        reason=reply.reason.strip()[:4000],
        person=actor.user,
        key=reply.key,
        salt=os.urandom(16),
    )
    made.save()
    state, result = _after(effect, made)
    if not transitions.answer_gate(effect, state, result):
        raise Conflict("This gate was answered a moment ago; nothing was changed.")
    body: dict[str, Any] = {
        "round": effect.round_id,
        "position": effect.position,
        "child": effect.child,
        "revision": effect.revision,
    }
    body |= {"answer": made.pk, "decision": made.decision, "digest": digest_of(made)}
    entries = [Entry("gate.closed", str(actor), f"run:{run.pk}", body)]
    if made.decision == "reject" and effect.kind in DROPPED_WITH and effect.candidate:
        candidate = CandidateEdit.objects.get(pk=effect.candidate)
        entries.append(transitions.drop(candidate, str(actor), made.reason))
        transitions.touch(Run.objects.filter(pk=run.pk))  # a step that still counts on the candidate is computed anew
    append(run.project_id, entries)
    transaction.on_commit(lambda: ring("rounds"))
    return made


def _still_the_same(effect: Effect, reply: Reply) -> None:
    if effect.state not in (EffectState.HELD_BEFORE, EffectState.HELD_AFTER):
        raise Conflict(f"This gate is closed: the effect is {effect.state}. Nothing was changed.")
    if effect.revision != reply.revision or selectors.shown(effect).hex() != reply.seen:
        raise Conflict("What waits here changed after you opened it. Nothing was done; look at it again.")


def _after(effect: Effect, said: Answer) -> tuple[EffectState, bytes | None]:
    if said.decision == "reject":
        return EffectState.REFUSED, refused(REJECTED, said.reason)
    held_before = effect.state == EffectState.HELD_BEFORE
    return (EffectState.READY if held_before else EffectState.DONE), None


def digest_of(said: Answer) -> str:
    """Salted digest of an answer's recorded fields."""
    words = [
        said.effect_id,
        said.revision,
        bytes(said.seen).hex(),
        said.decision,
        said.reason,
        said.person_id,
        said.key,
    ]
    return salted(bytes(said.salt), encode(words))
