"""Taking up a run from its records: the fold of what it knows, and its open rounds replayed from their journals."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db.models.functions import Now

from apps.common.ids import of_run, row_id, run_and_number
from apps.engine import bundles, supervise
from apps.engine.canonical import decode
from apps.engine.contracts.fold import Fold as Contracts
from apps.engine.effects import Ask, Choose, Contract
from apps.engine.population import Member, Population
from apps.engine.promotion import ConfirmedGain
from apps.engine.recipe import Context, Outcome, Steps
from apps.engine.records import Chosen
from apps.engine.replay import Asked, Diverged, Play
from apps.engine.replay import Row as JournalRow
from apps.engine.replies import reply_from
from apps.engine.trajectories import shown_from
from apps.log.models import Event
from apps.log.selectors import last_sequence
from apps.oversight import selectors
from apps.projects.models import Project
from apps.records.models import (
    CandidateEdit,
    Commission,
    Effect,
    EffectState,
    Round,
    RoundState,
    Run,
    Verdict,
)
from apps.records.step import Row
from apps.records.transitions import Stale
from apps.rounds import asking, conduct, facts, stated, voices
from apps.rounds.book import Book, Counters, OpenRound
from apps.rounds.brief import brief, planted_texts
from apps.rounds.facts import Facts, measurements, place_in
from apps.rounds.measuring import Place, dice
from apps.rounds.recalling import recall
from apps.rounds.texts import Texts, load, of_candidate

JOURNAL = (
    *("round_id", "position", "child", "kind", "asked", "ran", "revision", "state", "answer", "candidate"),
    *("attempts", "failures", "token", "holder", "until", "since", "approved"),
)
READINGS = 10
RECENT = 100  # rounds among which the reason of a barren one is looked for
NOT_READ = "not read"  # until the hint stands in a prompt that was carried out
NOT_UNDERSTOOD = (LookupError, TypeError, ValueError, AttributeError)  # a recorded answer, by code of another time
ANSWERED = (EffectState.DONE, EffectState.REFUSED, EffectState.UNMEASURABLE)


class OtherCode(Exception):
    """An open round was recorded by code that this is not: it cannot go on. The words are for whoever started it."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Round {number} was recorded by another version of evoweb or of the method, and this one would not have "
            "gone the same way. So the run has ended here. Nothing is lost: what was measured and decided stays, its "
            "candidates can be judged by hand, and a new run can go on from any of them."
        )


def open_book(run: Run, holder: str, claims: bool) -> Book:
    """Read a run's state from the database. The run is this process's to drive. Raises OtherCode, LookupError.

    What another process recorded in between stands in some of what was read and not in the rest: then it is read again.
    Nothing new is begun meanwhile, so that this ends, unless somebody else drives the run by now: raises Stale.
    """
    for _ in range(READINGS):
        before = last_sequence(run.project_id)
        book = _read(run, holder, claims)
        if not facts.more(run, before):
            return book
    raise Stale(f"{run} was written {READINGS} times while it was read")


def _read(run: Run, holder: str, claims: bool) -> Book:
    known = brief(run)
    population = known.recipe.population(known.setup())
    contracts = stated.opened(run, known.shown, repeatable=known.plan.repeatable)
    if not known.plan.repeatable:
        recall(run, contracts, known.keys)
    uncounted = fold(run, known.keys, population, known.axes.metrics, contracts)
    book = Book(
        run=run,
        brief=known,
        table=selectors.table(run),
        latched=selectors.latches(run).exists(),
        population=population,
        contracts=contracts,
        uncounted=uncounted,
        counters=_counters(run, population),
        texts=Texts(run.pk, population),
        holder=holder,
        claims=claims,
        clock=_clock(),
        models=voices.of(run, known.models),
        controls=Round.objects.filter(run=run, kind="control").count(),
        barren=_barren(run),
        idle=idle(run),
        confirmed=_confirmed(run),
    )
    book.commissions = list(Commission.objects.filter(run=run, served__isnull=True).order_by("pk"))
    for number in range(len(population.members)):
        book.failures[population.failure(number)] += 1
    for row in Round.objects.filter(run=run, outcome__isnull=True, state=RoundState.OPEN).order_by("id"):
        book.rounds[row.pk] = _reopen(book, row)
    return book


def _counters(run: Run, population: Population) -> Counters:
    counters = Counters.of(run)
    counters.best = population.best  # a person's verdict may have changed it since the last step
    counters.best_score = None if population.best is None else population.score(population.best)
    return counters


def _clock() -> timedelta:
    now = Project.objects.values_list(Now(), flat=True).first() or datetime.now(UTC)
    return now - datetime.now(UTC)


def _barren(run: Run) -> int:
    """How many of the method's rounds in a row ended without a candidate, up to now."""
    # What people asked for brings a round of another kind, which says nothing about the method.
    asked = Commission.objects.filter(run=run, served__isnull=False).exclude(kind="grow")
    others = set(asked.values_list("served", flat=True))
    others.update(Round.objects.filter(run=run, kind="control").values_list("pk", flat=True))
    ends = Event.objects.filter(project=run.project_id, sequence__gt=run.since, kind="round.ended")
    own = ends.filter(subject=f"run:{run.pk}").order_by("-sequence").values_list("body", flat=True)
    told = (decode(bytes(body)) for body in own.iterator(chunk_size=100))
    outcomes = (body["outcome"] for body in told if body["round"] not in others)
    return sum(conduct.barren_after(0, outcome) for outcome in takewhile(lambda outcome: outcome != "grown", outcomes))


def idle(run: Run) -> str:
    """Why the last round that brought no candidate brought none, apart from what people rejected."""
    ended = Round.objects.filter(run=run, kind="grow", outcome__isnull=False).order_by("-id")
    told = (decode(bytes(outcome)) for outcome in ended.values_list("outcome", flat=True)[:RECENT] if outcome)
    return next((why for words in told if (why := words.get("barren") or words.get("refused"))), "")


def _confirmed(run: Run) -> int:
    """How many of the run's looks ended in a promotion. People's promotions spend and earn nothing."""
    by = f"rule:{ConfirmedGain.name}"
    return Verdict.objects.filter(of_run(run.pk, "candidate"), decision="promote", by=by).count()


def fold(
    run: Run,
    keys: Mapping[int, str],
    population: Population,
    metrics: Sequence[str] = (),
    contracts: Contracts | None = None,
) -> list[Place]:
    """An empty population, filled from the records as the run counted them; beside it what contracts came to.

    keys: those of the tasks that methods may see, by id; metrics: names of those that the run's axes read. Returns
    places of what other processes measured that no entry of a driver counts yet.
    """
    for member in members(run):
        population.add(member)
    measured, required, known = measurements(run, keys, metrics), frozenset(population.required), Facts(run)
    for kind, number, told in known:
        if kind == "candidate.measured":
            results = measured[number].get(place := place_in(told), [])
            population.measured(number, [result for result in results if result.task in required])
            if contracts is not None:
                contracts.measured(number, results, dice(run.seed, place))
        elif kind == "verdict.given":
            population.judged(number, told["decision"])
        elif contracts is not None:
            contracts.judged(number)
    return known.uncounted


def members(run: Run) -> Iterator[Member]:
    """All candidates of a run by birth."""
    names = ("id", "parents", "content", "content_digest", "authors", "traits", "size")
    for identifier, parents, content, key, authors, traits, size in (
        CandidateEdit.objects.filter(of_run(run.pk)).order_by("id").values_list(*names).iterator(chunk_size=2000)
    ):
        number = run_and_number(identifier)[1]
        operator = decode(bytes(authors)).get("operator", "")
        parents = tuple(decode(bytes(parents))["parents"])
        yield Member(number, parents, decode(bytes(content)), bytes(key), operator, decode(bytes(traits)), size)


def begin(book: Book, kind: str, commission: Commission | None = None) -> OpenRound:
    """A new round in memory; it is in the database after the step that it begins in."""
    identifier = row_id(book.run.pk, book.counters.rounds)
    opened = _play(book, Round(pk=identifier, kind=kind), None, commission)
    if commission is not None:
        book.step.served[commission.pk] = (identifier, NOT_READ if commission.kind == "grow" else "")
    book.counters.rounds += 1
    book.controls += kind == "control"
    book.rounds[opened.id] = opened
    return opened


def _reopen(book: Book, stored: Round) -> OpenRound:
    commission = Commission.objects.get(pk=stored.commission) if stored.commission else None
    opened = _play(book, stored, stored.position, commission)
    rows: list[Row] = list(Effect.objects.filter(round=stored).order_by("position", "child").values(*JOURNAL))
    opened.rows = {(row["position"], row["child"]): row for row in rows}
    journal = [JournalRow(row["position"], bytes(row["asked"]), _answer(row)) for row in rows if row["child"] == -1]
    try:
        opened.play.replay(journal)
    except (Diverged, *NOT_UNDERSTOOD) as error:
        raise OtherCode(opened.number) from error
    opened.held = any(row["state"] in (EffectState.HELD_BEFORE, EffectState.HELD_AFTER) for row in rows)
    return opened


def _answer(row: Row) -> bytes | None:
    return bytes(row["answer"]) if row["state"] in ANSWERED else None


def _play(book: Book, row: Round, stored: int | None, commission: Commission | None) -> OpenRound:
    number = run_and_number(row.pk)[1]
    known = book.brief
    ctx = Context(book.run.seed, number, known.edits, known.parameters, run=book.run.pk, tasks=known.required)
    ctx.train, ctx.models, ctx.about, ctx.templates = known.split("train"), known.models, known.about, known.templates
    ctx.hints = asking.hints_of(commission)
    play = Play(_steps(book, row.kind, ctx, commission), ctx, lambda effect, value: deliver(book, effect, value))
    return OpenRound(row.pk, row.kind, ctx, play, stored, commission=commission)


def _steps(book: Book, kind: str, ctx: Context, commission: Commission | None) -> Steps[Outcome]:
    recipe = book.brief.recipe
    if kind == "plant":
        operator = supervise.PLANTED if book.run.origin is None else supervise.CONTINUED
        return supervise.plant(ctx, book.brief.plan, planted_texts(book.run.project, book.run.origin), operator)
    if kind == "control":
        return supervise.control()
    if kind == "conclude":
        return supervise.conclude(ctx, book.brief.plan)
    if commission is not None and kind != "grow":
        return _asked_for(book, kind, ctx, commission)
    return supervise.supervised(ctx, book.brief.plan, recipe.round(recipe, ctx))


def _asked_for(book: Book, kind: str, ctx: Context, commission: Commission) -> Steps[Outcome]:
    asked, number = decode(bytes(commission.asked)), run_and_number(commission.candidate)[1]
    if kind == "measure":
        return supervise.measured_again(number, asked["repeats"])
    if kind == "again":
        texts = of_candidate(*run_and_number(commission.candidate))
        return supervise.again(ctx, book.brief.plan, texts)
    if kind == "parts":
        return supervise.supervised(ctx, book.brief.plan, _apart(book, commission.candidate, asked))
    contract = Contract(hypothesis=asked.get("hypothesis", ""))
    edited = supervise.edited(book.brief.recipe, ctx, number, load(asked["edit"]), contract)
    return supervise.supervised(ctx, book.brief.plan, edited)


def _apart(book: Book, candidate: int, asked: Mapping[str, Any]) -> Steps[Outcome]:
    """A candidate of this run, or one of another that is taken over, without each of the parts that were asked for."""
    (owner, number), recipe = run_and_number(candidate), book.brief.recipe
    if owner == book.run.pk:
        return bundles.told_apart(recipe, number, asked["parts"], asked["most"])
    return bundles.taken_over(recipe, of_candidate(owner, number), asked["parts"], asked["most"])


def deliver(book: Book, effect: Asked, value: Any) -> Any:
    """What the generator gets for a journaled value: texts in the place of their numbers and digests."""
    if isinstance(effect, Choose) and effect.kind == "candidate":
        members = book.population.members
        return [Chosen(number, score, book.texts.of(number), members[number].traits) for number, score in value]
    if isinstance(effect, Choose) and effect.kind == "trajectory":
        return [shown_from(decode(data)) for data in book.contents(value)]
    if isinstance(effect, Ask):
        (text,) = book.contents([value["reply"]])
        return reply_from(value, text.decode(errors="replace"), effect)  # what is no text could not be recorded
    return value
