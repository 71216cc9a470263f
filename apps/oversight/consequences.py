"""What an answer does once its undo window has closed: the words mean what they say, one function each.

Inside the caller's transaction, with run and effect locked; each returns the log's entries, in order.
"""

from collections.abc import Callable
from typing import Any

from apps.common.ids import run_and_number
from apps.engine.canonical import decode, encode
from apps.engine.replay import CHANGES, REJECTED, SUPERSEDED, refused
from apps.engine.supervise import MEASURE_MORE
from apps.log.chain import Entry
from apps.oversight import prompts
from apps.oversight.models import Answer
from apps.records import transitions
from apps.records.models import CandidateEdit, Effect, EffectState, Run

# Rejecting one of these drops the candidate; rejecting a promotion or a draw judges nobody.
DROPPED_WITH = ("propose", "measure", "judge")


def carry_out(run: Run, effect: Effect, said: Answer) -> list[Entry]:
    """Close the gate as the answer says, or let it stand and ask the run for more."""
    return _CONSEQUENCES[said.decision](run, effect, said)


def _approve(run: Run, effect: Effect, said: Answer) -> list[Entry]:
    held_before = effect.state == EffectState.HELD_BEFORE
    return [_close(effect, said, EffectState.READY if held_before else EffectState.DONE, None)]


def _reject(run: Run, effect: Effect, said: Answer) -> list[Entry]:
    closed = _close(effect, said, EffectState.REFUSED, refused(REJECTED, said.reason))
    if effect.kind in DROPPED_WITH and effect.candidate:
        return [closed, *_judge(run, effect, said, "drop", said.reason)]
    return [closed]


def _request_changes(run: Run, effect: Effect, said: Answer) -> list[Entry]:
    """A question is asked again with the hint, a proposal is drawn again. What was measured is held, and the run grows
    from it once more."""
    if effect.kind == "ask":
        return [_ask_again(effect, said)]
    closed = _close(effect, said, EffectState.REFUSED, refused(CHANGES, said.reason))
    if effect.kind == "propose":
        return [closed, *_judge(run, effect, said, "drop", f"changes requested: {said.reason}")]
    asked = {"hint": said.reason}
    return [closed, *_judge(run, effect, said, "hold", said.reason), _commission(run, effect, said, "grow", asked)]


def _measure_more(run: Run, effect: Effect, said: Answer) -> list[Entry]:
    """The gate stands while the candidate is measured again; a promotion is put together anew from what is known."""
    entries = [_commission(run, effect, said, "measure", decode(bytes(said.details)))]
    if effect.kind == "promote":
        entries.append(_close(effect, said, EffectState.REFUSED, refused(MEASURE_MORE)))
    return entries


def _edit(run: Run, effect: Effect, said: Answer) -> list[Entry]:
    """A question or a proposal is carried out as edited; after its measurement the edit is a new round's proposal."""
    if effect.kind == "ask":
        return [_ask_again(effect, said)]
    superseded = _judge(run, effect, said, "drop", SUPERSEDED)
    if effect.kind == "propose":
        revised = transitions.revise(effect, _edited(effect, said))
        return [_closed(effect, said, revised), *superseded]
    closed = _close(effect, said, EffectState.REFUSED, refused(SUPERSEDED))
    asked = decode(bytes(said.details)) | ({"hypothesis": said.reason} if said.reason else {})
    return [closed, *superseded, _commission(run, effect, said, "edit", asked)]


def _ask_again(effect: Effect, said: Answer) -> Entry:
    """The same row runs once more, with the prompt that the person made of it."""
    revised = prompts.ran(effect, decode(bytes(said.details)), _by(said))
    return _closed(effect, said, transitions.revise(effect, revised))


def _edited(effect: Effect, said: Answer) -> bytes:
    """The proposal as the person rewrote it. Its contract is void unless they restated it."""
    asked: dict[str, Any] = decode(bytes(effect.asked))
    ran: dict[str, Any] = {name: asked[name] for name in ("parents", "inspirations", "operator") if name in asked}
    ran["propose"] = decode(bytes(said.details))["edit"]
    ran["persons"] = [_by(said)]
    if effect.candidate:
        ran["replaces"] = run_and_number(effect.candidate)[1]
    if said.reason:
        ran["contract"] = {"hypothesis": said.reason}
    return encode(ran)


def _close(effect: Effect, said: Answer, state: EffectState, answer: bytes | None) -> Entry:
    return _closed(effect, said, transitions.answer_gate(effect, state, answer))


def _closed(effect: Effect, said: Answer, done: bool) -> Entry:
    if not done:
        raise RuntimeError(f"{effect} is locked and held, and yet could not be closed")
    place = {name: getattr(effect, name) for name in ("position", "child", "revision")}
    body = {"round": effect.round_id} | place | {"answer": said.pk, "decision": said.decision}
    return Entry("gate.closed", _by(said), f"run:{run_and_number(effect.round_id)[0]}", body)


def _judge(run: Run, effect: Effect, said: Answer, decision: str, why: str) -> list[Entry]:
    transitions.touch(Run.objects.filter(pk=run.pk))  # a step that still counts on the candidate is computed anew
    candidate = CandidateEdit.objects.get(pk=_subject(effect))
    if candidate.verdict == "revert":
        return []  # what was reverted stays so
    given = transitions.give(candidate, decision, _by(said), why)
    if run.best == run_and_number(candidate.pk)[1]:
        transitions.reread_best(run.pk)
    return [given]


def _commission(run: Run, effect: Effect, said: Answer, kind: str, asked: dict[str, Any]) -> Entry:
    transitions.touch(Run.objects.filter(pk=run.pk))
    return transitions.commission(run, kind, _subject(effect), asked, _by(said))


def _subject(effect: Effect) -> int:
    """Id of the candidate that is judged or worked on."""
    if effect.candidate is None:
        raise RuntimeError(f"{effect} is about no candidate")
    return effect.candidate


def _by(said: Answer) -> str:
    return f"person:{said.person_id}"


_CONSEQUENCES: dict[str, Callable[[Run, Effect, Answer], list[Entry]]] = {
    "approve": _approve,
    "reject": _reject,
    "request changes": _request_changes,
    "measure more": _measure_more,
    "edit": _edit,
}
