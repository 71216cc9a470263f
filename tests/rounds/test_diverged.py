"""Runs that were recorded by other code than the one that takes them up: they end with a word to people, and whole."""

import pytest

from apps.engine.canonical import decode, encode
from apps.records.models import CandidateEdit, Effect, Run
from apps.rounds.opening import OtherCode
from apps.rounds.start import Order
from apps.rounds.sweep import due
from apps.rounds.verify import problems
from tests.rounds import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def looking(drives, performer):
    """A run that is about to compare a candidate with the champion on gate tasks."""
    run = world.begin(drives, world.project(gate=12), world.order(candidates=20))
    for _ in range(400):
        drives.turn(0.02)
        if due().filter(kind="compare").exists():
            drives.close()
            return run
        performer.turn(0.1)
    raise AssertionError("it never looked")


def recorded_before(run, change):
    """The open round's journal, as code of another time wrote it."""
    for row in Effect.objects.filter(round__run=run, round__state="open", answer__isnull=False):
        told = change(row, decode(bytes(row.answer)))
        Effect.objects.filter(pk=row.pk).update(answer=encode(told))


def without_looks(row, told):
    if row.kind == "choose" and "looks" in str(told):
        for standing in told["done"]:
            del standing["looks"], standing["confirmed"]
    return told


def test_a_promotion_from_before_the_ledger_of_looks_ends_its_run_with_a_clear_word(looking):
    before = CandidateEdit.objects.filter(run=looking).count()
    recorded_before(looking, without_looks)
    loop = world.new_loop([looking.pk])
    loop.turn(0.5)
    loop.close()
    run = world.reload(looking)
    assert run.state == "diverged"
    assert run.why == str(OtherCode(Effect.objects.filter(round__state="diverged").last().round.number))
    assert "a new run can go on from any of them" in run.why
    assert CandidateEdit.objects.filter(run=run).count() == before
    assert list(problems(run.project)) == []
    loop = world.new_loop()
    best = CandidateEdit.objects.get(run=run, pk=(run.pk << 32) + run.best)
    after = world.begin(loop, run.project, Order("hill_climb", 2, 1, "full-auto", origin=best.pk))
    assert world.finish(loop, after).state == "finished"
    loop.close()


def test_a_run_whose_method_is_gone_names_it(looking):
    Run.objects.filter(pk=looking.pk).update(method="gone_method")
    loop = world.new_loop([looking.pk])
    loop.turn(0.5)
    loop.close()
    run = world.reload(looking)
    assert (run.state, "unknown method 'gone_method'" in run.why) == ("diverged", True)
