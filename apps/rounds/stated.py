"""Contracts where runs are driven: folded with the records, graded when a candidate is judged, repeated as zero."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from apps.common.ids import of_run, row_id, run_and_number
from apps.engine.canonical import decode, encode
from apps.engine.contracts.fold import Author, Fold
from apps.engine.contracts.payload import grade_payload
from apps.engine.effects import Contract
from apps.engine.population import Member
from apps.engine.variation.noop import NoOp
from apps.log.chain import Entry
from apps.records import digests
from apps.records.models import CandidateEdit, Run
from apps.records.step import Row
from apps.rounds.book import Book

STATES = ("unsolved", "solved")
TURNS = ("better", "worse")
AA_SHARE = 0.05  # of a run's measurements, where scores are noisy and contracts are stated


def opened(run: Run, tasks: Collection[str], *, repeatable: bool) -> Fold:
    """The contracts of a run's candidates, before anything was measured."""
    found = Fold(sorted(tasks), repeatable=repeatable)
    names = ("id", "parents", "content_digest", "authors", "contract", "traits")
    rows = CandidateEdit.objects.filter(of_run(run.pk)).order_by("id").values(*names)
    for row in rows.iterator(chunk_size=2000):
        operator = decode(bytes(row["authors"])).get("operator", "")
        parents = decode(bytes(row["parents"]))["parents"]
        _stands(found, run_and_number(row["id"])[1], (bytes(row["content_digest"]), operator, parents), row)
    return found


def propose(book: Book, member: Member, row: Mapping[str, Any]) -> None:
    """A candidate stands."""
    _stands(book.contracts, member.number, (member.key, member.operator, member.parents), row)


def _stands(found: Fold, number: int, made: tuple[bytes, str, Collection[int]], row: Mapping[str, Any]) -> None:
    """made: digest of its content, operator, parents."""
    key, operator, parents = made
    base = found.behaviour(next(iter(parents))) if parents else None
    stated = decode(bytes(row["contract"]))
    author = None
    if base is not None and stated:
        names = tuple(_authors(decode(bytes(row["authors"])), decode(bytes(row["traits"]))))
        author = Author(contract_from(stated), base, names)
    found.proposed(number, base if operator == NoOp.name and base is not None else key, author)


def contract_from(stated: Mapping[str, Any]) -> Contract:
    """A contract from its JSON form."""
    lists = {name: tuple(stated.get(name, ())) for name in ("predicted_fixes", "at_risk")}
    return Contract(
        stated.get("hypothesis", ""),
        stated.get("evidence", ""),
        probabilities=dict(stated.get("probabilities", {})),
        **lists,
    )


def _authors(authors: Mapping[str, Any], traits: Mapping[str, Any]) -> Iterator[str]:
    """Whose word it was: persons alone, where they restated it; else the model and the operator."""
    if persons := authors.get("persons"):
        yield from map(str, persons)
        return
    if model := authors.get("model") or traits.get("model"):
        yield f"model:{model}"
    yield f"operator:{authors.get('operator', '')}"


def grade(book: Book, number: int) -> None:
    """Record what the contract of a candidate came to, when it is first judged; nothing where it states none."""
    found = book.contracts.judged(number)
    if found is None:
        return
    identifier = row_id(book.run.pk, number)
    kept = encode(grade_payload(found))
    book.step.grades[identifier] = kept
    salt = _salt(book, identifier)
    body = {"word": found.word, "digest": digests.grade(salt, kept)}
    book.step.entries.append(Entry("contract.graded", "system", f"candidate:{identifier}", body))


def _salt(book: Book, identifier: int) -> bytes:
    fresh: Row | None = next((row for row in book.step.candidates if row["id"] == identifier), None)
    if fresh is not None:
        return bytes(fresh["salt"])
    return bytes(CandidateEdit.objects.values_list("salt", flat=True).get(pk=identifier))


def control_due(book: Book) -> bool:
    """Whether it is time to measure again what is known already, so that it is known what turns by itself."""
    going = any(each.kind == "control" for each in book.rounds.values())
    if book.brief.plan.repeatable or going or not book.population.ranked:
        return False
    done = max(book.contracts.repeats, book.controls * len(book.brief.required))  # also what failed
    return done < aa_share(book) * book.counters.evaluations


def aa_share(book: Book) -> float:
    """The share of the run's measurements that repeat seed and best: as set, else where contracts are stated."""
    told = decode(bytes(book.run.contracts)).get("aa_share")
    if told is not None:
        return float(told)
    return AA_SHARE if book.contracts.contracts or book.brief.recipe.roles else 0.0


def payload(book: Book) -> bytes:
    """What pages read of all contracts of a run."""
    flips = book.contracts.flips
    told: dict[str, Any] = {"authors": book.contracts.calibration.payload(), "repeats": flips.repeats}
    if book.contracts.recalled:
        told["recalled"] = book.contracts.recalled
    if flips.repeats:
        told["flips"] = [_rate(book.contracts, state, turn) for state in STATES for turn in TURNS]
    return encode(told)


def _rate(found: Fold, state: Any, turn: Any) -> list[Any]:
    common = found.flips.common(state, turn)
    bounds = [float(f"{value:.6g}") for value in (common.mean, common.levels[1], common.levels[-2])]
    return [state, turn, *bounds, round(common.seen)]
