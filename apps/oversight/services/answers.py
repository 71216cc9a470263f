"""Answering a gate: checked and stored at once, in effect when its undo window closes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.common.doorbell import ring
from apps.common.errors import Conflict, UserError
from apps.engine.canonical import encode
from apps.log.chain import Entry
from apps.log.services import append
from apps.oversight import consequences, edits, prompts, selectors
from apps.oversight.digests import answer as digest_of
from apps.oversight.models import Answer, Claim
from apps.oversight.vocabulary import DECISIONS, MOST_REPEATS, NEEDS_REASON, NOTED, WITHDRAW, offered
from apps.projects.access import may, require
from apps.projects.models import Project
from apps.records import content
from apps.records.models import HELD, Effect, EffectState, Run
from apps.records.transitions import lease_end

MOST_RELEASED = 100  # in one go


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person says to a gate. seen is the hex digest that the gate showed, key makes a double submit harmless.

    edit: the complete new text of each component by path, or of each part of a prompt; to: key of the person to
    escalate to.
    """

    decision: str
    reason: str
    revision: int
    seen: str
    key: str
    to: int | None = None
    edit: Mapping[str, str] | None = None
    repeats: int = 1


def answer(actor: Actor, effect: Effect, reply: Reply) -> Answer:
    """Store a reply to a held effect. Raises Conflict when it is not what the person saw; nothing is done then."""
    run = effect.round.run
    require(actor, "review", run.project)
    if said := _said_before(actor, effect, reply):
        return said
    _check(actor, effect, reply)
    details, texts = _details(effect, reply)
    content.store_files(texts)
    with transaction.atomic():
        return _answer(actor, effect, reply, details, texts)


def withdraw(actor: Actor, said: Answer, key: str) -> Answer:
    """Take an answer back before it takes effect. Raises Conflict once it has."""
    run = said.effect.round.run
    require(actor, "review", run.project)
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        if before := Answer.objects.filter(person=actor.user, key=key, withdraws=said).first():
            return before
        mine = Answer.objects.filter(pk=said.pk, person=actor.user, ended=None)
        if not mine.update(ended=timezone.now(), outcome="withdrawn"):
            raise Conflict(
                "This answer can no longer be taken back: its window is closed, or it is another person's. "
                "A candidate that was promoted can be reverted on its page."
            )
        effect = said.effect
        reply = Reply(WITHDRAW, "", said.revision, bytes(said.seen).hex(), key)
        taken = _made(actor, effect, reply, b"{}")
        taken.withdraws = said
        return _store(actor, run, effect, taken)


def release_due() -> int:
    """Let every answer whose undo window has closed take effect. Returns how many did."""
    due = Answer.objects.filter(ended__isnull=True, releases_at__lte=Now()).order_by("releases_at")
    return sum(_release(identifier) for identifier in due.values_list("pk", flat=True)[:MOST_RELEASED])


def _said_before(actor: Actor, effect: Effect, reply: Reply) -> Answer | None:
    """The answer that this very form gave when it was sent before. Raises Conflict when it is not that any more."""
    said = Answer.objects.filter(person=actor.user, key=reply.key).first()
    if said is None:
        return None
    if said.effect_id != effect.pk:
        raise Conflict("This form was sent before, for another gate. Open this one again; nothing was done.")
    if said.outcome == "withdrawn":
        raise Conflict("What this form said was taken back. Nothing was done; answer again on this page.")
    if said.decision != reply.decision:
        raise Conflict(f"This form was sent before, and said “{said.decision}”. That stands; nothing else was done.")
    return said


def _check(actor: Actor, effect: Effect, reply: Reply) -> None:
    if reply.decision not in DECISIONS:
        raise UserError(f"{reply.decision!r} is no answer; answers are {', '.join(DECISIONS)}")
    if reply.decision in NEEDS_REASON and not reply.reason.strip():
        raise UserError(NEEDS_REASON[reply.decision])
    if effect.state in HELD:
        when = "before" if effect.state == EffectState.HELD_BEFORE else "after"
        allowed = offered(effect.kind, when, repeatable=effect.round.run.project.repeatable)
        if reply.decision not in allowed:
            raise UserError(f"“{reply.decision}” is no answer to this gate; it takes {', '.join(allowed)}.")
    if reply.to is not None and not _may_decide(reply.to, effect.round.run.project):
        raise UserError("This person may not answer gates of this project. Choose another, or nobody in particular.")


def _may_decide(person: int, project: Project) -> bool:
    user = User.objects.filter(pk=person, is_active=True).first()
    return user is not None and may(Actor.person(user), "review", project)


def _details(effect: Effect, reply: Reply) -> tuple[bytes, Mapping[bytes, bytes]]:
    """What an answer holds beyond its words, and the contents that it names."""
    if effect.kind == "ask" and reply.decision in ("edit", "request changes"):
        asked, texts = _question(effect, reply)
        return encode(asked), texts
    if reply.decision == "edit":
        edit, texts = edits.checked(effect, reply.edit or {})
        return encode({"edit": edit}), texts
    if reply.decision == "measure more":
        if not 1 <= reply.repeats <= MOST_REPEATS:
            raise UserError(f"Ask for 1 to {MOST_REPEATS} more measurements of each task, not {reply.repeats}.")
        return encode({"repeats": reply.repeats}), {}
    return b"{}", {}


def _question(effect: Effect, reply: Reply) -> tuple[dict[str, str], dict[bytes, bytes]]:
    """What a person makes of a question to a model."""
    if reply.decision == "edit":
        return prompts.edited(effect, reply.edit or {})
    return prompts.with_changes(effect, reply.reason)


def _answer(actor: Actor, effect: Effect, reply: Reply, details: bytes, texts: Mapping[bytes, bytes]) -> Answer:
    run = Run.objects.select_for_update().get(pk=effect.round.run_id)
    effect = Effect.objects.select_for_update().get(pk=effect.pk)
    if said := _said_before(actor, effect, reply):  # by the same form, sent twice at the same moment
        return said
    _still_the_same(effect, reply)
    _nobody_else(actor, effect)
    content.store(texts)
    said = _made(actor, effect, reply, details)
    if reply.decision in NOTED:
        Claim.objects.filter(effect=effect, person=actor.user).delete()
    _store(actor, run, effect, said)
    if said.ended is None and settings.EVOWEB_UNDO_SECONDS == 0:
        _take_effect(run, effect, said)
    return said


def _still_the_same(effect: Effect, reply: Reply) -> None:
    if effect.state not in HELD:
        raise Conflict(f"This gate is closed: the effect is {effect.state}. Nothing was changed.")
    if effect.revision != reply.revision or selectors.shown(effect).hex() != reply.seen:
        raise Conflict("What waits here changed after you opened it. Nothing was done; look at it again.")


def _nobody_else(actor: Actor, effect: Effect) -> None:
    pending = Answer.objects.filter(effect=effect, ended=None).select_related("person").first()
    if pending is not None:
        raise Conflict(
            f"{pending.person} answered this gate a moment ago: {pending.decision}. "
            "Nothing was changed; it is open again if that is taken back."
        )
    claim = selectors.live_claims().filter(effect=effect).exclude(person=actor.user).select_related("person").first()
    if claim is not None:
        minutes = max(1, round((claim.until - timezone.now()).total_seconds() / 60))
        raise Conflict(f"{claim.person} holds this gate for another {minutes} min. Nothing was changed.")


def _made(actor: Actor, effect: Effect, reply: Reply, details: bytes) -> Answer:
    noted = reply.decision in NOTED
    return Answer(
        effect=effect,
        revision=reply.revision,
        seen=bytes.fromhex(reply.seen),
        decision=reply.decision,
        reason=reply.reason.strip(),
        details=details,
        to_id=reply.to if reply.decision == "escalate" else None,
        person=actor.user,
        releases_at=lease_end(timedelta(seconds=settings.EVOWEB_UNDO_SECONDS)),
        ended=timezone.now() if noted else None,
        outcome="noted" if noted else "",
        key=reply.key,
        salt=os.urandom(16),
    )


def _store(actor: Actor, run: Run, effect: Effect, said: Answer) -> Answer:
    said.save()
    body = _place(effect) | {"answer": said.pk, "decision": said.decision, "digest": digest_of(said)}
    append(run.project_id, [Entry("answer.given", str(actor), f"run:{run.pk}", body)])
    return said


def _release(identifier: int) -> bool:
    with transaction.atomic():
        told = Answer.objects.select_related("effect__round").get(pk=identifier)
        run = Run.objects.select_for_update().get(pk=told.effect.round.run_id)
        effect = Effect.objects.select_for_update().get(pk=told.effect_id)
        said: Answer = Answer.objects.select_for_update().get(pk=identifier)
        return said.ended is None and _take_effect(run, effect, said)


def _take_effect(run: Run, effect: Effect, said: Answer) -> bool:
    """Carry an answer out, unless the gate is no longer what was answered, or its author may no longer answer it."""
    same = effect.state in HELD and selectors.shown(effect) == bytes(said.seen)
    counts = same and _may_decide(said.person_id, run.project)
    said.ended, said.outcome = timezone.now(), "released" if counts else "void"
    said.save(update_fields=["ended", "outcome"])
    if not counts:
        return False
    entries = consequences.carry_out(run, effect, said)
    Claim.objects.filter(effect=effect).delete()
    append(run.project_id, entries)
    transaction.on_commit(lambda: ring("rounds"))
    return True


def _place(effect: Effect) -> dict[str, Any]:
    names = ("position", "child", "revision")
    return {"round": effect.round_id} | {name: getattr(effect, name) for name in names}
