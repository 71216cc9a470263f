"""One step of a round, in memory: run the generator on, rule on what it asks, carry out what needs no sandbox.

Nothing here writes: rows and changes are collected in the book's step. The journal is never rewound.
"""

from typing import Any

from apps.common.ids import row_id, run_and_number
from apps.engine.canonical import decode, encode
from apps.engine.effects import (
    METHOD_SPLITS,
    QUEUED,
    Ask,
    Choose,
    Compare,
    Effect,
    Measure,
    Promote,
    Propose,
    Refused,
    kind_of,
)
from apps.engine.recipe import Barren, Grown
from apps.engine.replay import BY_PEOPLE, refused
from apps.log.chain import Entry
from apps.oversight import room
from apps.oversight.rules import Facts, Go, Revert
from apps.records import digests
from apps.records.models import EffectState, RoundState, Run, RunState
from apps.records.step import Move, Row
from apps.rounds import asking, execute
from apps.rounds.asking import GROWING
from apps.rounds.book import Book, Counters, OpenRound
from apps.rounds.brief import Brief
from apps.rounds.conclusion import conclusion
from apps.rounds.journal import TOGETHER, begin, change, tell_again, write
from apps.rounds.measuring import Errand, Place, errand
from apps.rounds.texts import of_candidate
from apps.rounds.voices import SPENT

FOR_ANYBODY = "-"  # holder of an effect that any performer may take


def advance(book: Book, opened: OpenRound) -> None:
    """Run a round as far as it goes: to an effect that must be measured or is held, or to its end."""
    opened.held, opened.waits = False, []
    while opened.play.current is not None:
        answer = (
            _meet_all(book, opened)
            if isinstance(opened.play.current, list)
            else _meet(book, opened, opened.play.current, TOGETHER)
        )
        if answer is None:
            _stand(book, opened)
            return
        opened.play.feed(answer)
    _close(book, opened)


def _meet_all(book: Book, opened: OpenRound) -> bytes | None:
    effects: Any = opened.play.current
    place = (opened.play.position, TOGETHER)
    if place not in opened.rows:
        write(book, opened, TOGETHER, effects, None)
    answers = [_meet(book, opened, effect, child) for child, effect in enumerate(effects)]
    if None in answers:
        return None
    answer = encode({"done": [decode(part) for part in answers if part is not None]})
    change(book, opened, opened.rows[place], EffectState.DONE, answer)
    return answer


def _meet(book: Book, opened: OpenRound, effect: Effect, child: int) -> bytes | None:
    """The effect's answer, or None while it has none. Idempotent: what is journaled already is taken from there."""
    row = opened.rows.get((opened.play.position, child))
    if row is None:
        return _ask(book, opened, effect, child)
    if row["state"] in (EffectState.DONE, EffectState.REFUSED, EffectState.UNMEASURABLE):
        return bytes(row["answer"])
    if row["state"] in (EffectState.HELD_BEFORE, EffectState.HELD_AFTER):
        opened.held = True
        return None
    if row["state"] != EffectState.READY or book.rests(row):
        return None
    if not row["approved"]:  # by nobody, and the policy may have changed since it was stored
        return _rule(book, opened, effect, row)
    return _carry_out(book, opened, effect, row)


def _ask(book: Book, opened: OpenRound, effect: Effect, child: int) -> bytes | None:
    row = write(book, opened, child, effect, execute.subject(book, effect, b""))
    if isinstance(effect, Ask):
        asking.keep(book, effect)
    return _rule(book, opened, effect, row)


def _rule(book: Book, opened: OpenRound, effect: Effect, row: Row) -> bytes | None:
    """Carry out a ready effect as the policy rules: at once, or once people let it go."""
    if may_run(book, opened, effect):
        return _carry_out(book, opened, effect, row)
    change(book, opened, row, EffectState.HELD_BEFORE, None)
    _gate(book, opened, row)
    return None


def may_run(book: Book, opened: OpenRound, effect: Effect) -> bool:
    """Whether the policy of now lets an effect be carried out without people."""
    seconds = expected_seconds(book.brief, book.counters, effect)
    facts = Facts(opened.kind, seconds, _tainted(book, effect), loose=_loose(book, effect))
    return isinstance(book.table.rule(kind_of(effect), "before", facts), Go)


def _tainted(book: Book, effect: Effect) -> bool:
    number = None if isinstance(effect, Ask | Choose | Propose) else effect.candidate
    return number in book.population.members and book.population.tainted(number)


def _loose(book: Book, effect: Effect) -> bool:
    """Whether a promotion is of a candidate that would score less if its evaluator allowed no tolerance."""
    if not isinstance(effect, Promote) or not book.brief.project.forgeable:
        return False
    candidate = row_id(book.run.pk, effect.candidate)
    fresh = [row["report"] for row in book.step.trajectories if row["candidate_id"] == candidate]
    return room.relies(candidate, book.run.protocol_id, fresh)


def _carry_out(book: Book, opened: OpenRound, effect: Effect, row: Row) -> bytes | None:
    try:
        if isinstance(effect, QUEUED):
            _send(book, opened, effect, row)
            return None
        if isinstance(effect, Ask):
            asking.send(book, opened, effect, row)
            return None
        answer = execute.in_place(book, opened, effect, row)
    except Refused as refusal:
        return _refuse(book, opened, row, refusal)
    row["candidate"] = execute.subject(book, effect, answer)
    return after(book, opened, row, answer)


def after(book: Book, opened: OpenRound, row: Row, answer: bytes) -> bytes | None:
    """An effect was carried out: its answer is sent, or held for people."""
    edited = row["kind"] == "propose" and row["ran"] is not None  # by a person, who need not be asked about it
    word = book.contracts.words.get(run_and_number(row["candidate"])[1], "") if row["kind"] == "judge" else ""
    ruling = book.table.rule(row["kind"], "after", Facts(opened.kind, contract=word))
    if edited or isinstance(ruling, Go | Revert):  # what the policy reverts, `execute` has reverted
        change(book, opened, row, EffectState.DONE, answer)
        return answer
    change(book, opened, row, EffectState.HELD_AFTER, answer)
    _gate(book, opened, row)
    return None


def _send(book: Book, opened: OpenRound, effect: Measure | Compare, row: Row) -> None:
    _check_tasks(book, opened, effect)
    if any(asking.must_wait(book, opened, player.model) for player in book.brief.players):
        return
    _reserve(book, opened, effect)
    if not book.claims:
        offer(book, opened, row)
        return
    claim(book, opened, effect, row)


def claim(book: Book, opened: OpenRound, effect: Measure | Compare, row: Row) -> None:
    """This process carries the effect out: its jobs go out once that is committed."""
    begin(book, opened, row)
    tell_again(book, opened, row)
    place: Place = (opened.id, row["position"], row["child"])
    book.errands.append(
        errand(book.brief, place, effect, row["token"], lambda run, number: texts_of(book, run, number))
    )


def hold_up(book: Book, opened: OpenRound, row: Row, errand: Errand) -> None:
    """A measurement needs a model that may not be asked: not now, or not at all."""
    number = errand.effect.candidate
    if errand.refusal is not None:
        reason, hint = errand.refusal
        opened.reserved.discard(number)
        if reason == SPENT:
            book.models.spent = hint
        change(book, opened, row, EffectState.REFUSED, refused(reason, hint))
        return
    asking.take_back(book, opened, row)
    book.models.look()


def offer(book: Book, opened: OpenRound, row: Row) -> None:
    """Whichever process performs may take the effect; a claim of before, if there was one, is void."""
    if row["state"] == EffectState.READY and row["holder"] == FOR_ANYBODY:
        return
    claimed = row["state"] == EffectState.RUNNING
    change(book, opened, row, EffectState.READY, None)
    row["token"], row["holder"] = row["token"] + claimed, FOR_ANYBODY


def _check_tasks(book: Book, opened: OpenRound, effect: Measure | Compare) -> None:
    """A method sees no gate, sealed or canary task, by whatever name it asks for one."""
    if opened.kind not in GROWING or isinstance(effect, Compare) or isinstance(effect.tasks, str):
        return
    for key in effect.tasks:
        if key not in book.brief.tasks or book.brief.tasks[key].split not in METHOD_SPLITS:
            raise Refused(f"there is no task {key!r} for methods in this project")


def texts_of(book: Book, run: int, number: int) -> Any:
    """Texts of a candidate of this run or of another."""
    return book.texts.of(number) if run == book.run.pk else of_candidate(run, number)


def _reserve(book: Book, opened: OpenRound, effect: Measure | Compare) -> None:
    number = effect.candidate
    if number not in book.population.members:
        raise Refused(f"there is no candidate {number} in this run")
    first = opened.kind in GROWING and not book.population.members[number].measured
    if not first or isinstance(effect, Compare):
        return
    others = sum(len(each.reserved - {number}) for each in book.rounds.values())
    if opened.commission is None and book.counters.measured + others >= book.run.candidates:
        raise Refused("the budget of candidates is spent")
    opened.reserved.add(number)


def expected_seconds(known: Brief, counted: Counters | Run, effect: Effect) -> float:
    """How long an effect will take, by the mean of the run's evaluations so far."""
    if not isinstance(effect, QUEUED) or not counted.evaluations:
        return 0.0
    named = known.split(effect.tasks) if isinstance(effect.tasks, str) else effect.tasks
    times = 2 if isinstance(effect, Compare) else effect.repeats
    return times * len(named) * counted.spent / counted.evaluations


def _refuse(book: Book, opened: OpenRound, row: Row, refusal: Refused) -> bytes:
    answer = refused(refusal.reason, refusal.hint)
    change(book, opened, row, EffectState.REFUSED, answer)
    return answer


def barren_after(before: int, outcome: str) -> int:
    """Rounds in a row that brought no candidate, after one with this outcome. What people rejected does not count."""
    if outcome in BY_PEOPLE:
        return before
    return 0 if outcome == "grown" else before + 1


def _gate(book: Book, opened: OpenRound, row: Row) -> None:
    opened.held = True
    place: Place = (opened.id, row["position"], row["child"])
    book.step.entries.append(gate_opened(book.run.pk, place, row["kind"], row["state"]))


def gate_opened(run: int, place: Place, kind: str, state: str) -> Entry:
    """The log entry of an effect that is now held for people."""
    body = {"round": place[0], "position": place[1], "child": place[2], "kind": kind, "state": state}
    return Entry("gate.opened", f"policy:{run}", f"run:{run}", body)


def _stand(book: Book, opened: OpenRound) -> None:
    """The round waits at its present position."""
    _move(book, opened, RoundState.OPEN, None)


def _move(book: Book, opened: OpenRound, state: str, outcome: bytes | None) -> None:
    position = max((position for position, _ in opened.rows), default=0)
    if opened.stored is None:
        book.step.rounds[opened.id] = {
            "id": opened.id,
            "run_id": book.run.pk,
            "kind": opened.kind,
            "state": state,
            "position": position,
            "outcome": outcome,
            "commission": opened.commission.pk if opened.commission else None,
        }
    elif state != RoundState.OPEN or position != opened.stored:
        book.step.moves[opened.id] = Move(opened.stored, position, state, outcome)


def _outcome(opened: OpenRound) -> dict[str, Any]:
    """What the round came to; its first word is one of a closed list."""
    outcome, refusal = opened.play.outcome, opened.play.refused
    if isinstance(outcome, Grown):
        return {"grown": outcome.candidate, "decision": outcome.decision}
    if refusal is not None and refusal.reason in BY_PEOPLE:
        return {refusal.reason: refusal.hint}
    for row in reversed(opened.rows.values()):  # a method that draws again may get nothing else past people
        if row["state"] == EffectState.REFUSED and (said := decode(bytes(row["answer"])))["refused"] in BY_PEOPLE:
            return {said["refused"]: said.get("hint", "")}
    if refusal is not None:
        return {"refused": refusal.reason}
    return {"barren": outcome.why if isinstance(outcome, Barren) else "the method returned no outcome"}


def _close(book: Book, opened: OpenRound) -> None:
    words = _outcome(opened)
    ended = encode(words)
    _move(book, opened, RoundState.DONE, ended)
    word = next(iter(words))
    body = {
        "round": opened.id,
        "outcome": word,
        "effects": len(opened.rows),
        "journal": digests.journal(opened.kind, ended, opened.rows.values()),
    }
    book.step.entries.append(Entry("round.ended", f"method:{book.run.method}", f"run:{book.run.pk}", body))
    if opened.kind == "grow":
        book.barren = barren_after(book.barren, word)
        book.idle = words.get("barren") or words.get("refused") or book.idle
    del book.rounds[opened.id]
    if opened.kind == "plant" and word != "grown":
        book.ended = (RunState.FAILED, next(iter(words.values())))
    if opened.kind == "conclude":
        book.concluded = encode(conclusion(book, opened))
