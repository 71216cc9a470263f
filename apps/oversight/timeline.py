"""What was said and decided about a candidate, by whom, when and why: answers, verdicts and comments in one order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BinaryField, Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Concat

from apps.accounts.names import name_of, names, said, with_names
from apps.oversight.models import Answer, Comment
from apps.oversight.vocabulary import BECAME, SAID
from apps.records.models import CandidateEdit, Commission, RunState, Verdict

MOST = 200
SHOWN = 2_000  # characters of a text
WAITS = "waits"  # the outcome of what an open run has not taken up
LEFT = "left"  # of what a run that has ended never took up
_ASKED = {
    "grow": "the run was asked to grow from it once more",
    "edit": "the run was asked to take up an edit of it",
    "measure": "the run was asked to measure it again",
    "again": "a run was asked to take it over and measure it again",
    "parts": "a run was asked to measure it without each of its parts",
}
_WORDS = {"answer": SAID, "commission": _ASKED}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was said. by and text are hostile; on_other: it was said on other content than the candidate's.

    run: number of the run that was asked for something.
    """

    at: datetime
    kind: str
    what: str
    by: str
    text: str
    on_other: bool = False
    outcome: str = ""
    run: int | None = None


def read(candidate: CandidateEdit, authors: Sequence[str]) -> tuple[list[Entry], list[str]]:
    """The latest MOST of them, the oldest first; and the names of the authors, actors such as person:7."""
    about = Q(effect__candidate=candidate.pk) | Q(effect__candidate=None, effect__kind="propose")
    answers = Answer.objects.filter(about, effect__round=candidate.round_id)
    verdicts = with_names(Verdict.objects.filter(candidate=candidate), "by")
    commissions = with_names(Commission.objects.filter(candidate=candidate.pk), "by")
    told = verdicts.values_list(
        "at", _word("verdict"), "decision", "by", "name", "why", "content_digest", _word("")
    ).union(
        answers.values_list("at", _word("answer"), "decision", _PERSON, _NAME, "reason", _NO_DIGEST, "outcome"),
        Comment.objects.filter(candidate=candidate).values_list(
            "at", _word("comment"), _word(""), _PERSON, _NAME, "text", _NO_DIGEST, _word("")
        ),
        commissions.values_list("at", _word("commission"), "kind", "by", "name", _RUN, _NO_DIGEST, _RECEIPT),
        all=True,
    )
    rows = list(told.order_by("-at")[:MOST])[::-1]
    people = {row[3]: said(row[3], row[4]) for row in rows}
    people |= names(set(authors) - people.keys())  # an author mostly said something, too
    entries = [_entry(candidate, people, *row[:4], *row[5:]) for row in rows]
    return entries, [people.get(author, author) for author in authors]


_PERSON = Concat(Value("person:"), Cast("person_id", CharField()), output_field=CharField())
_NAME = name_of("person__")
_NO_DIGEST = Value(None, BinaryField())
_RUN = Cast("run__number", CharField())
_RECEIPT = Case(
    When(served=None, run__state=RunState.OPEN, then=Value(WAITS)),
    When(served=None, then=Value(LEFT)),
    default=F("receipt"),
    output_field=CharField(),
)


def _word(word: str) -> Value:
    return Value(word, CharField())


def _entry(
    candidate: CandidateEdit, people: Mapping[str, str], at: datetime, kind: str, what: str, *rest: Any
) -> Entry:
    by, text, content, outcome = rest
    run, text = (int(text), "") if kind == "commission" else (None, text)
    other = content is not None and bytes(content) != bytes(candidate.content_digest)
    shown = _WORDS.get(kind, {}).get(what, what)
    became = BECAME.get(outcome, "") if kind == "answer" else outcome
    return Entry(at, kind, shown, people.get(by, by), text[:SHOWN], other, became, run)
