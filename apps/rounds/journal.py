"""Journal rows in memory: new ones, and those of the database that change. They are written with the step."""

from typing import Any

from apps.engine.canonical import encode
from apps.engine.effects import kind_of, payload
from apps.records.models import CLOSED, EffectState
from apps.records.step import Change, Row
from apps.records.transitions import reclaimed
from apps.rounds.book import Book, OpenRound

TOGETHER = -1  # child number of a row that stands for itself, or for a whole list


def write(book: Book, opened: OpenRound, child: int, effect: Any, candidate: int | None) -> Row:
    """A new row at the round's present position, ready to be carried out."""
    row: Row = {
        "round_id": opened.id,
        "position": opened.play.position,
        "child": child,
        "kind": kind_of(effect),
        "asked": encode(payload(effect)) if child != TOGETHER else opened.play.asked,
        "ran": None,
        "revision": 0,
        "state": EffectState.READY,
        "answer": None,
        "candidate": candidate,
        "attempts": 0,
        "failures": 0,
        "token": 0,
        "holder": "",
        "until": None,
        "approved": False,
        "since": book.now(),
    }
    opened.rows[row["position"], child] = row
    book.step.effects[opened.id, row["position"], child] = row
    return row


def change(book: Book, opened: OpenRound, row: Row, state: str, answer: bytes | None) -> None:
    """Another state for a row: in the row itself if it is new, else conditional on what the database has."""
    place = (opened.id, row["position"], row["child"])
    if place not in book.step.effects and place not in book.step.changes:
        book.step.changes[place] = Change(row["token"], row["state"], row)
    row["state"], row["answer"] = state, answer
    row["since"] = None if state in CLOSED else book.now()
    if state != EffectState.RUNNING:
        row["until"] = None


def begin(book: Book, opened: OpenRound, row: Row) -> None:
    """This process carries the effect out: claimed under a new token, for as long as a lease lasts."""
    change(book, opened, row, EffectState.RUNNING, None)
    row["token"], row["attempts"] = row["token"] + 1, row["attempts"] + 1
    row["holder"], row["until"] = book.holder, book.lease_end()


def tell_again(book: Book, opened: OpenRound, row: Row) -> None:
    """The log hears that an effect is carried out once more."""
    if row["attempts"] > 1:
        book.step.entries.append(reclaimed(book.run.pk, (opened.id, row["position"], row["child"]), row["attempts"]))
