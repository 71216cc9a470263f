"""A tampered, deleted or reordered entry or record is found: two hundred random trials, and each kind by name."""

import contextlib
import random

import pytest
from django.db import IntegrityError, connection, transaction

from apps.engine.axes import Axes, Descriptor
from apps.oversight import selectors
from apps.oversight.services import answers, discussion, stops
from apps.oversight.services.answers import Reply
from apps.projects.services import axes
from apps.records.models import CandidateEdit, Commission, Effect, Run
from apps.rounds.verify import problems
from tests.rounds import world

TRIALS = 200
TABLES = {
    "log_event": ("kind", "at", "actor", "subject", "body", "hash", "sequence"),
    "log_loghead": ("sequence", "hash"),
    "records_candidateedit": (
        "parents",
        "content",
        "content_digest",
        "authors",
        "contract",
        "traits",
        "size",
        "salt",
        "verdict",
        "score",
        "base",
    ),
    "records_trajectory": ("score", "failure", "report", "output", "seconds", "seed", "salt", "round"),
    "records_verdict": ("decision", "by", "why", "content_digest", "salt"),
    "records_effect": ("asked", "answer", "kind", "state", "candidate"),
    "records_content": ("data",),
    "records_round": ("outcome", "kind", "commission"),
    "records_commission": ("kind", "candidate", "asked", "by", "salt", "served"),
    "records_run": (
        *(
            "method",
            "seed",
            "candidates",
            "parameters",
            "axes",
            "code",
            "measured",
            "best",
            "best_score",
            "evaluations",
        ),
        *("result", "state", "rounds", "spent", "waiting_limit", "born", "looks"),
    ),
    "oversight_answer": ("decision", "reason", "seen", "salt", "details", "outcome", "withdraws_id", "to_id"),
    "oversight_comment": ("text", "salt", "candidate_id", "person_id"),
    "oversight_latch": ("set_by", "released_by", "run_id"),
    "oversight_policy": ("mode", "table"),
    "projects_axesversion": ("version", "axes", "salt"),
}
NEVER_DELETED = (
    "log_loghead",
    "records_run",
    "records_round",
)  # what hangs on them is deleted with them, or keeps them
REORDERED = {"records_verdict": "why", "records_trajectory": "output", "log_event": "body", "records_effect": "asked"}


@pytest.fixture
def recorded(transactional_db, monkeypatch):
    """A project with a finished run that was stopped for a moment, and what people said and asked for."""
    world.use_shared_pool(monkeypatch)
    toy = world.project()
    bob = world.member(toy, "bob", "maintainer")
    loop = world.new_loop()
    run = world.begin(loop, toy, world.order(mode="gate-only", candidates=6))
    axes.change(bob, toy, Axes((Descriptor("size", 0, 100),)))
    stops.pause(bob, toy, "let me look")
    stops.resume(bob, toy)
    stops.pause_run(bob, run, "and again")
    stops.resume_run(bob, run)
    while run.state == "open":
        for _ in range(30):
            if not loop.turn(0.3):
                break
        for number, gate in enumerate(Effect.objects.filter(round__run=run, state__startswith="held")):
            _say(bob, gate, "defer")
            decision = "reject" if number % 3 == 2 else "approve"
            first = not Commission.objects.exists()
            _say(bob, gate, "request changes" if first and gate.kind == "promote" else decision)
        run.refresh_from_db()
    loop.close()
    discussion.comment(bob, CandidateEdit.objects.select_related("run__project").first(), "well done", "key")
    assert Commission.objects.filter(served__isnull=False).exists()
    toy.refresh_from_db()
    assert list(problems(toy)) == []
    return toy


def _say(actor, gate, decision):
    seen = selectors.shown(gate).hex()
    answers.answer(actor, gate, Reply(decision, "because", gate.revision, seen, f"{gate.pk}{gate.state}{decision}"))


class Undone(Exception):
    pass


def tamper(dice):
    """One random change in the database, in words; None when the draw changed nothing."""
    table = dice.choice(sorted(TABLES))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys=ON")
        key = "project" if table == "log_loghead" else "digest" if table == "records_content" else "id"
        cursor.execute(f"SELECT {key} FROM {table} ORDER BY {key}")
        keys = [row[0] for row in cursor.fetchall()]
        victim = dice.choice(keys)
        deed = dice.choice(["change", "change", "delete", "reorder"])
        if deed == "delete" and table not in NEVER_DELETED:
            return _delete(cursor, table, key, victim)
        if deed == "reorder" and table in REORDERED:
            return _swap(cursor, table, REORDERED[table], dice.sample(keys, 2))
        return _change(cursor, table, key, victim, dice)


def _delete(cursor, table, key, victim):
    if table == "records_candidateedit":
        for column in ("records_trajectory", "records_verdict"):
            cursor.execute(f"DELETE FROM {column} WHERE candidate_id = %s", [victim])
    if table == "records_effect":
        cursor.execute("DELETE FROM oversight_answer WHERE effect_id = %s", [victim])
    cursor.execute(f"DELETE FROM {table} WHERE {key} = %s", [victim])
    return f"deleted {table} {victim!r}"


def _swap(cursor, table, column, keys):
    cursor.execute(f'SELECT id, "{column}" FROM {table} WHERE id IN (%s, %s)', keys)
    (first, a), (second, b) = cursor.fetchall()
    if bytes(a, "utf8") == bytes(b, "utf8") if isinstance(a, str) else bytes(a) == bytes(b):
        return None
    cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE id = %s', [b, first])
    cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE id = %s', [a, second])
    return f"swapped {column} of {table} {first} and {second}"


def _change(cursor, table, key, victim, dice):
    column = dice.choice(TABLES[table])
    cursor.execute(f'SELECT "{column}" FROM {table} WHERE {key} = %s', [victim])
    old = cursor.fetchone()[0]
    cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE {key} = %s', [_other(old, dice), victim])
    return f"changed {column} of {table} {victim!r}"


def _other(old, dice):
    if isinstance(old, bytes | memoryview):
        data = bytearray(bytes(old)) or bytearray(b"x")
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        return bytes(data)
    if isinstance(old, str):
        return old[:-1] + ("x" if old[-1:] != "x" else "y")
    return (old or 0) + 1


@pytest.mark.django_db(transaction=True)
def test_every_random_change_is_found(recorded):
    dice, found, tried = random.Random(20), 0, 0
    while tried < TRIALS:
        # Undone afterwards, or refused by the database itself: then nothing was tampered with.
        with contextlib.suppress(Undone, IntegrityError), transaction.atomic():
            deed = tamper(dice)
            if deed is not None:
                tried += 1
                assert next(problems(recorded), None), f"not found: {deed}"
                found += 1
            raise Undone
    assert found == TRIALS
    assert list(problems(recorded)) == []


@pytest.mark.django_db(transaction=True)
def test_the_first_bad_entry_is_named(recorded):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE log_event SET actor = 'nobody' WHERE sequence = 7")
    assert "entry 7" in next(problems(recorded))


@pytest.mark.django_db(transaction=True)
def test_entries_cut_off_at_the_end_are_found(recorded):
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(sequence) FROM log_event")
        last = cursor.fetchone()[0]
        cursor.execute("DELETE FROM log_event WHERE sequence = %s", [last])
    assert f"entry {last - 1}" in next(problems(recorded))


@pytest.mark.django_db(transaction=True)
def test_a_champion_that_nobody_promoted_is_found(recorded):
    other = Run.objects.get().pk * (1 << 32)
    recorded.champion = other if recorded.champion != other else other + 1
    recorded.save(update_fields=["champion"])
    assert any("champion" in problem for problem in problems(recorded))


@pytest.mark.django_db(transaction=True)
def test_a_run_that_nobody_ended_early_is_not_shown_as_if(recorded):
    Run.objects.update(finishing=True)
    assert any("ended early" in problem for problem in problems(recorded))
