"""The effects that are carried out in place, as records: drawing, proposing, judging, promoting."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from apps.common.ids import row_id, run_and_number
from apps.engine import inplace
from apps.engine.canonical import decode, digest, encode
from apps.engine.effects import Ask, Choose, Contract, Effect, Judge, Promote, Propose, Refused, contract_payload
from apps.engine.estimate import Estimate
from apps.engine.population import Member
from apps.engine.promotion import ConfirmedGain, Standing
from apps.engine.records import Result
from apps.engine.replay import done
from apps.engine.supervise import AGAIN, CHAMPION_MOVED
from apps.log.chain import Entry
from apps.oversight.rules import Facts, Revert
from apps.projects.models import Project
from apps.records import digests
from apps.records.models import CandidateEdit, Run, Trajectory
from apps.records.step import Row
from apps.rounds import stated
from apps.rounds.book import Book, OpenRound
from apps.rounds.showing import show
from apps.rounds.texts import load


@dataclass(frozen=True, slots=True)
class Persons:
    """Who had a hand in an edit, and the number of the candidate whose place it takes."""

    by: tuple[str, ...]
    replaces: int | None


def in_place(book: Book, opened: OpenRound, effect: Effect, row: Row) -> bytes:
    """Carry out an effect that needs no sandbox; its answer in journal form. row: of the journal. Raises Refused."""
    handler = cast(Callable[[Book, OpenRound, Any, Row], Any], _HANDLERS[type(effect)])
    return done(handler(book, opened, effect, row))


def subject(book: Book, effect: Effect, answer: bytes) -> int | None:
    """Id of the candidate that an effect makes, measures or judges; None where there is none, or none yet."""
    if isinstance(effect, Choose | Ask):
        return None
    if isinstance(effect, Propose):
        return row_id(book.run.pk, decode(answer)["done"]) if answer else None
    return row_id(book.run.pk, effect.candidate)


def _choose(book: Book, opened: OpenRound, effect: Choose, row: Row) -> list[Any]:
    if effect.kind == "champion":
        return [_standing(book, effect)]
    if effect.kind == "trajectory":
        return show(book, effect)
    child = row["child"]
    drawn = inplace.choose(book.population, effect, opened.ctx.random("choose" if child < 0 else f"choose/{child}"))
    return _pinned(book, opened, drawn, row) if effect.kind == "candidate" else drawn


def _pinned(book: Book, opened: OpenRound, drawn: list[Any], row: Row) -> list[Any]:
    """The first draw of a round that a person asked for begins with the candidate that it shall grow from."""
    asked = opened.commission
    if asked is None or asked.kind != "grow" or any(other["ran"] is not None for other in opened.rows.values()):
        return drawn
    number = run_and_number(asked.candidate)[1]
    row["ran"] = encode(decode(row["asked"]) | {"pinned": number})
    others = [each for each in drawn if each[0] != number]
    return [[number, book.population.score(number)], *others][: len(drawn)]


def _standing(book: Book, effect: Choose) -> dict[str, Any]:
    number = cast(Standing, effect.rule).candidate
    champion = _champion(book)
    ledger = {"looks": book.counters.looks, "confirmed": book.confirmed}
    standing = {"run": book.run.pk, "score": book.population.score(number)} | ledger
    if champion is None:
        return standing | {"champion": None, "champion_score": None, "same": False, "stale": False}
    run, rank = run_and_number(champion)
    mine = run == book.run.pk
    content = book.population.members[rank].key if mine else _content(champion)
    return standing | {
        "champion": [run, rank],
        "champion_score": book.population.score(rank) if mine else _score_elsewhere(book, champion),
        "same": content == book.population.members[number].key,
        "stale": not mine and _scorer(run) != bytes(book.run.protocol.scorer),
    }


def _champion(book: Book) -> int | None:
    """The project's champion, as this step may already have changed it."""
    if book.step.crowned:
        return book.step.crowned[-1][1]
    stored: int | None = Project.objects.values_list("champion", flat=True).get(pk=book.run.project_id)
    return stored


def _scorer(run: int) -> bytes:
    return bytes(Run.objects.values_list("protocol__scorer", flat=True).get(pk=run))


def _content(candidate: int) -> bytes:
    return bytes(CandidateEdit.objects.values_list("content_digest", flat=True).get(pk=candidate))


def _score_elsewhere(book: Book, champion: int) -> float | None:
    """Score of another run's candidate, under this run's protocol only."""
    found = Trajectory.objects.filter(candidate=champion, protocol=book.run.protocol_id).order_by("id")
    estimate = Estimate()
    estimate.pool(
        Result(key, score, failure) for key, score, failure in found.values_list("task__key", "score", "failure")
    )
    return estimate.over(book.brief.required)


def _propose(book: Book, opened: OpenRound, effect: Propose, row: Row) -> int:
    if row["ran"] is not None:
        return _add(book, opened, *_as_edited(row["ran"]))
    asked = opened.commission
    persons = Persons((asked.by,), run_and_number(asked.candidate)[1]) if asked and asked.kind == "edit" else None
    return _add(book, opened, effect, persons)


def _as_edited(ran: bytes) -> tuple[Propose, Persons]:
    """A proposal as people rewrote it, from its journal form."""
    said = decode(bytes(ran))
    edit = load(said["propose"])
    contract = Contract(**said.get("contract", {}))
    # Without traits: they describe what the method drew, not what a person made of it.
    parents, inspirations = tuple(said["parents"]), tuple(said.get("inspirations", ()))
    persons = Persons(tuple(said["persons"]), said.get("replaces"))
    return Propose(parents, edit, said["operator"], contract, inspirations), persons


def _add(book: Book, opened: OpenRound, effect: Propose, persons: Persons | None) -> int:
    base = _base(book, effect)
    texts = {**base, **effect.edit}
    number = book.counters.born
    parent = book.population.members[effect.parents[0]] if effect.parents else None
    content = dict(parent.content) if parent else {}
    size = parent.size if parent else 0
    for path, text in effect.edit.items():
        data = text.encode()
        key = digest(data)
        book.step.contents[key] = data
        content[path] = key.hex()
        size += len(data) - len(base.get(path, "").encode())
    row = _candidate_row(book, opened, effect, content, persons) | {"size": size}
    book.step.candidates.append(row)
    book.counters.born += 1
    traits = decode(row["traits"])
    member = Member(number, effect.parents, content, row["content_digest"], effect.operator, traits, size)
    book.population.add(member)
    stated.propose(book, member, row)
    book.texts.keep(number, texts)
    body = {"candidate": number, "round": opened.id, "digest": digests.candidate(row)}
    by = persons.by[0] if persons else f"method:{book.run.method}"
    book.step.entries.append(Entry("candidate.proposed", by, f"candidate:{row['id']}", body))
    return number


def _base(book: Book, effect: Propose) -> Mapping[str, str]:
    if not effect.parents:
        return {}
    for number in (*effect.parents, *effect.inspirations):
        if number not in book.population.members:
            raise Refused(f"there is no candidate {number} in this run")
        _not_reverted(book, number)
    base = book.texts.of(effect.parents[0])
    inplace.check(effect, base, book.brief.edits, book.brief.shown)
    return base


def _candidate_row(
    book: Book, opened: OpenRound, effect: Propose, content: Mapping[str, str], persons: Persons | None
) -> Row:
    listed = encode(content)
    authors: dict[str, Any] = {"method": book.run.method, "operator": effect.operator}
    parents: dict[str, Any] = {"parents": effect.parents}
    if not effect.parents and book.run.origin is not None:
        parents["origin"] = book.run.origin
    if opened.commission is not None and effect.operator == AGAIN:
        parents["origin"] = opened.commission.candidate
    if effect.inspirations:
        parents["inspirations"] = effect.inspirations
    if persons is not None:
        authors["persons"] = persons.by
        if persons.replaces is not None:
            parents["replaces"] = persons.replaces
    return {
        "id": row_id(book.run.pk, book.counters.born),
        "run_id": book.run.pk,
        "round_id": opened.id,
        "parents": encode(parents),
        "content": listed,
        "content_digest": digest(listed),
        "authors": encode(authors),
        "contract": encode(contract_payload(effect.contract)),
        "traits": encode(dict(effect.traits)),
        "salt": os.urandom(16),
        "base": row_id(book.run.pk, effect.parents[0]) if effect.parents else None,
        "verdict": "",
        "score": None,
        "failure": "",
        "graded": b"",
    }


def _judge(book: Book, opened: OpenRound, effect: Judge, row: Row) -> dict[str, str]:
    _not_reverted(book, effect.candidate)
    decision = inplace.judge(book.population, effect)
    give(book, effect.candidate, decision.decision, f"rule:{effect.rule.name}", decision.why)
    stated.grade(book, effect.candidate)
    word = book.contracts.words.get(effect.candidate, "")
    ruling = book.table.rule("judge", "after", Facts(opened.kind, contract=word))
    if isinstance(ruling, Revert):
        give(book, effect.candidate, "revert", f"policy:{book.run.pk}", ruling.why)
        return {"decision": "revert", "why": ruling.why}
    return {"decision": decision.decision, "why": decision.why}


def _not_reverted(book: Book, number: int) -> None:
    """What a person reverted stays so: no rule judges it anew, and an approval of before does not promote it."""
    if number in book.population.members and book.population.members[number].verdict == "revert":
        raise Refused(f"candidate {number} was reverted")


def _promote(book: Book, opened: OpenRound, effect: Promote, row: Row) -> dict[str, str]:
    _not_reverted(book, effect.candidate)
    now = _champion(book)
    if now != (row_id(*effect.champion) if effect.champion else None):
        raise Refused(CHAMPION_MOVED)
    rule = cast(Any, effect.rule)
    ruling = rule.rule(effect.evidence, opened.ctx.random("promote"))
    if ruling.decision == "promote":
        give(book, effect.candidate, "promote", f"rule:{effect.rule.name}", ruling.why)
        book.confirmed += effect.rule.name == ConfirmedGain.name
        book.step.crowned.append((now, row_id(book.run.pk, effect.candidate)))
    return {"decision": ruling.decision, "why": ruling.why}


def give(book: Book, number: int, decision: str, by: str, why: str) -> None:
    """A verdict: its record, its log entry, and what the run makes of it."""
    identifier = row_id(book.run.pk, number)
    row: Row = {
        "candidate_id": identifier,
        "decision": decision,
        "by": by,
        "why": why,
        "content_digest": book.population.members[number].key,
        "salt": os.urandom(16),
    }
    book.step.verdicts.append(row)
    body = {"decision": decision, "digest": digests.verdict(row), **book.count()}
    book.step.entries.append(Entry("verdict.given", by, f"candidate:{identifier}", body))
    book.population.judged(number, decision)
    read(book, number)


def read(book: Book, number: int) -> None:
    """Bring the cached columns of a candidate and of the run up to what the population now says."""
    population = book.population
    for each in {number, *population.sharing(number)}:
        book.step.readings[row_id(book.run.pk, each)] = {
            "verdict": population.members[each].verdict,
            "score": population.score(each),
            "failure": population.failure(each),
        }
    best = population.best
    book.counters.best = best
    book.counters.best_score = None if best is None else population.score(best)


_HANDLERS: Mapping[type, Callable[..., Any]] = {
    Choose: _choose,
    Propose: _propose,
    Judge: _judge,
    Promote: _promote,
}
