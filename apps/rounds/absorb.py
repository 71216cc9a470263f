"""What comes in from outside a step: finished measurements, answered gates, effects that dead processes left behind."""

from collections.abc import Mapping

from django.db.models import Count, Sum
from django.utils import timezone

from apps.common.ids import of_run, row_id, run_and_number
from apps.engine.canonical import decode, digest
from apps.engine.effects import QUEUED, Compare, Effect, Measure
from apps.engine.records import results_from
from apps.engine.replay import done, refused
from apps.llm.ledger import Settled
from apps.records.models import Effect as EffectRow
from apps.records.models import EffectState, Trajectory
from apps.records.step import Row
from apps.records.transitions import Stale
from apps.rounds import asking, conduct, execute, measuring
from apps.rounds.book import Book, OpenRound
from apps.rounds.journal import change
from apps.rounds.measuring import PERFORMED, Errand, Place, dice
from apps.rounds.slots import Slot
from apps.rounds.voices import Question
from apps.rounds.working import ATTEMPTS


def store(book: Book, errand: Errand) -> None:
    """Record a finished measurement and what the population makes of it. One whose claim was lost is dropped."""
    if not is_current(book, errand):
        return
    opened = book.rounds[errand.place[0]]
    row = opened.rows[errand.place[1:]]
    if errand.wait is not None or errand.refusal is not None:
        conduct.hold_up(book, opened, row, errand)
        return
    recorded = measuring.record(book.brief, errand, book.count())
    book.step.trajectories += recorded.rows
    book.step.entries += recorded.entries
    book.counters.evaluations += len(recorded.rows)
    book.counters.spent += recorded.seconds
    fold(book, errand.place, errand.effect, recorded.answer)
    if all(result[2] == "unmeasurable" for results in recorded.by_subject for result in results):
        change(book, opened, row, EffectState.UNMEASURABLE, recorded.answer)
    else:
        conduct.after(book, opened, row, recorded.answer)


def hear(book: Book, question: Question, settled: Settled | None) -> None:
    """Record what came of a call. One whose claim was lost is dropped: its effect is asked again, or was cancelled.

    settled: what the ledger makes of it. Raises Stale where it makes nothing of it.
    """
    if not is_current(book, question):
        return
    if settled is None:
        raise Stale("a call of this run was given up by another process")
    outcome = settled.outcome
    opened = book.rounds[question.place[0]]
    row = opened.rows[question.place[1:]]
    if outcome.failure is None:
        asking.receive(book, opened, outcome)
        text = outcome.text.encode(errors="surrogatepass")
        book.step.contents[digest(text)] = text
        conduct.after(book, opened, row, done(settled.answer))
    elif outcome.failure.blame == "model" or (outcome.failure.blame == "again" and row["failures"] + 1 < ATTEMPTS):
        asking.take_back(book, opened, row)  # the ledger, which hears of this too, will say what it waits for
        row["failures"] += outcome.failure.blame == "again"
    else:
        change(book, opened, row, EffectState.REFUSED, refused(*asking.why_not(outcome.failure)))


def is_current(book: Book, errand: Errand | Question) -> bool:
    """The effect still runs under the token with which this process claimed it."""
    opened = book.rounds.get(errand.place[0])
    row = opened.rows.get(errand.place[1:]) if opened else None
    return row is not None and row["state"] == EffectState.RUNNING and row["token"] == errand.token


def fold(book: Book, place: Place, effect: Measure | Compare, answer: bytes) -> None:
    """Bring the population and the run's counters up to a measurement's answer."""
    opened, value = book.rounds[place[0]], decode(answer)["done"]
    if isinstance(effect, Compare):
        book.counters.looks += opened.kind != "conclude"
        _pool(book, place, effect.candidate, value["candidate"])
        if effect.champion[0] == book.run.pk:
            _pool(book, place, effect.champion[1], value["champion"])
        return
    first = not book.population.members[effect.candidate].measured
    _pool(book, place, effect.candidate, value)
    if first and effect.candidate in opened.reserved:
        opened.reserved.remove(effect.candidate)
        book.counters.measured += 1
    if first and (label := book.population.failure(effect.candidate)):
        book.failures[label] += 1


def _pool(book: Book, place: Place, number: int, rows: list[list[object]]) -> None:
    book.population.measured(number, results_from([row for row in rows if row[0] in book.brief.required]))
    book.contracts.measured(number, results_from(rows), dice(book.run.seed, place))
    execute.read(book, number)


MOVING = (
    *("round_id", "position", "child", "state", "ran", "revision", "answer", "token", "holder"),
    *("attempts", "failures", "until", "since", "approved"),
)


def news(book: Book) -> set[int]:
    """Rounds whose gates were answered, or whose effects another process performed, since they were last read."""
    watched = [opened.id for opened in book.rounds.values() if opened.waiting or _elsewhere(book, opened)]
    if not watched:
        return set()
    moved = set()
    for found in EffectRow.objects.filter(round__in=watched).order_by("round", "position", "child").values(*MOVING):
        if (found["round_id"], found["position"], found["child"]) in book.step.changes:
            continue  # about to be changed by this process: the database still shows what was before
        opened = book.rounds[found["round_id"]]
        row = opened.rows.get((found["position"], found["child"]))
        if found["state"] == EffectState.RUNNING and _expired(book, found):
            raise Stale("a process that measured for this run is gone: its effect is to be taken back")
        if row is not None and row["state"] != found["state"]:
            _learn(book, opened, row, found)
            moved.add(opened.id)
    return moved


def _elsewhere(book: Book, opened: OpenRound) -> bool:
    """Whether another process may have something of this round: it claimed it, or it may."""
    running = (row for row in opened.rows.values() if row["state"] == EffectState.RUNNING)
    return not book.claims or any(row["holder"] != book.holder for row in running)


def _learn(book: Book, opened: OpenRound, row: Row, found: Row) -> None:
    answered = row["state"] == EffectState.HELD_AFTER  # then its answer has been counted
    row.update({name: found[name] for name in found if name != "round_id"})
    if row["state"] == EffectState.REFUSED and row["candidate"]:
        raise Stale("whoever refused this may have judged the candidate: only the records tell")
    effect = effect_at(opened, row["child"])
    if answered or not isinstance(effect, QUEUED):
        return
    if row["state"] in (EffectState.DONE, EffectState.UNMEASURABLE, EffectState.HELD_AFTER):
        place = (opened.id, row["position"], row["child"])
        _count(book, row, effect)
        fold(book, place, effect, bytes(row["answer"]))
        book.uncounted.append(place)


def _count(book: Book, row: Row, effect: Measure | Compare) -> None:
    """What another process recorded: evaluations and their seconds."""
    subjects = [row["candidate"]] + ([row_id(*effect.champion)] if isinstance(effect, Compare) else [])
    place = {name: row[name] for name in ("position", "child")}
    rows = Trajectory.objects.filter(candidate__in=subjects, round=row["round_id"], **place)
    seconds = list(rows.values_list("seconds", flat=True))
    book.counters.evaluations += len(seconds)
    book.counters.spent += sum(seconds)


def recount(book: Book) -> None:
    """Counters and readings from the records, where another process recorded a result that no step took note of yet."""
    recorded = [
        opened.rows[place]
        for opened in book.rounds.values()
        for place, row in opened.rows.items()
        if place[0] == opened.stored and row["kind"] in PERFORMED and row["attempts"] and row["answer"] is not None
    ]
    if not recorded:
        return
    counters, population = book.counters, book.population
    trajectories = Trajectory.objects.filter(of_run(book.run.pk, "round"))
    found = trajectories.aggregate(evaluations=Count("pk"), spent=Sum("seconds"))
    counters.evaluations, counters.spent = found["evaluations"], found["spent"] or 0.0
    counters.measured = sum(member.measured for number, member in population.members.items() if number)
    compared = EffectRow.objects.filter(of_run(book.run.pk, "round"), kind="compare", attempts__gt=0)
    compared = compared.exclude(round__kind="conclude")
    counters.looks = compared.filter(answer__isnull=False).count()
    for row in recorded:
        champion = decode(bytes(row["asked"])).get("champion")
        execute.read(book, run_and_number(row["candidate"])[1])
        if champion and champion[0] == book.run.pk:
            execute.read(book, champion[1])


def effect_at(opened: OpenRound, child: int) -> Effect | None:
    """The effect behind a row at the round's present position; None for the row of a list."""
    current = opened.play.current
    if isinstance(current, list):
        return current[child] if child >= 0 else None
    return current


def take_up(book: Book, opened: OpenRound, known: Mapping[Place, int], slot: Slot) -> None:
    """A round that was open before: what this process has on its way goes on, what dead processes had is repeated.

    known: the tokens of what this process has on its way.
    """
    for (position, child), row in opened.rows.items():
        if row["kind"] == "ask" and row["state"] == EffectState.RUNNING:
            if known.get((opened.id, position, child)) != row["token"] and _left(book, row, slot):
                asking.take_back(book, opened, row)
            continue
        if position != opened.play.position or row["kind"] not in PERFORMED:
            continue
        number = run_and_number(row["candidate"])[1]
        first = row["answer"] is None and not book.population.members[number].measured
        if opened.kind in asking.GROWING and row["kind"] == "measure" and first:
            opened.reserved.add(number)
        if row["state"] != EffectState.RUNNING:
            continue
        effect = effect_at(opened, child)
        if known.get((opened.id, position, child)) == row["token"] or not isinstance(effect, QUEUED):
            continue
        if _left(book, row, slot):
            _take_back(book, opened, effect, row)


def _take_back(book: Book, opened: OpenRound, effect: Measure | Compare, row: Row) -> None:
    """An effect was running in a process that is gone: again, by this process where it may, else when it may."""
    free = row["approved"] or conduct.may_run(book, opened, effect)
    if book.claims and free and not book.latched:
        conduct.claim(book, opened, effect, row)
    else:
        conduct.offer(book, opened, row)


def _left(book: Book, row: Row, slot: Slot) -> bool:
    """Whether nobody carries out a running effect any more, known to be so of this process' own."""
    return row["holder"] == slot.name or _expired(book, row) or bool(slot.dead([row["holder"]]))


def resumable(book: Book) -> set[int]:
    """Rounds with something ready that may go on now, or must wait for something else than before."""
    changed, now = book.models.look(), timezone.now()
    standing = set(book.models.waits.values())
    return {
        opened.id
        for opened in book.rounds.values()
        if any(wait.over(now) if wait.on == "room" else wait not in standing for wait in opened.waits)
        or (changed and any(row["state"] == EffectState.READY for row in opened.rows.values()))
    }


def _expired(book: Book, row: Row) -> bool:
    return row["until"] is None or row["until"] < book.now()
