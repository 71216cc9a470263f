"""What a run makes of measurements of other processes, and what a process that reads the run again makes of them."""

import pytest

from apps.engine import registry
from apps.engine.acceptance.always import Always
from apps.engine.effects import Judge, Measure, Propose
from apps.engine.population import Memory
from apps.engine.recipe import Grown, Recipe
from apps.log.models import Event
from apps.records.models import Effect
from apps.rounds import driver as driver_module
from apps.rounds import opening
from apps.rounds.opening import open_book
from apps.rounds.verify import problems
from tests.rounds import world

pytestmark = pytest.mark.django_db(transaction=True)


def a_round(recipe, ctx):
    """A child of the seed, which is measured again beside it: with every round its score is another."""
    text = world.PROGRAM.replace("0.25", f"{ctx.round}.0")
    child = yield Propose((0,), {"main.py": text}, "renamed")
    yield Measure(child)
    verdict = yield Judge(child, Always())
    yield Measure(0, repeats=3)
    return Grown(child, verdict["decision"])


def facts(memory, judged):
    return [*memory, [judged.number, judged.score, judged.base_score, judged.decision]]


@pytest.fixture
def remembers(monkeypatch):
    """A method that remembers each verdict with the scores that were known when it was given."""
    recipe = Recipe(vary=lambda ctx, parents: iter(()), round=a_round, memory=lambda setup: Memory([], facts))
    monkeypatch.setattr(registry, "get", lambda name: recipe)


@pytest.fixture
def busy(monkeypatch, performer):
    """The performer records what it measured between a driver's look and what the driver then writes."""
    looked = driver_module.absorb.news

    def news(book):
        found = looked(book)
        for _ in range(3):
            performer.turn(0.01)
        return found

    monkeypatch.setattr(driver_module.absorb, "news", news)


def drive(loop, run, turns=400):
    """To its end, reading it again after each turn as a process would that takes over."""
    seen = 0
    for _ in range(turns):
        loop.turn(0.02)
        run.refresh_from_db()
        if run.state != "open":
            return seen
        known = loop._drivers[run.pk].book
        assert open_book(world.reload(run), "another", claims=False).population.memory == known.population.memory
        seen = len(known.population.memory)
    raise AssertionError(f"{run} did not end: {run.measured} measured")


def test_a_run_that_is_read_again_remembers_what_was_known_at_each_verdict(drives, busy, remembers):
    noisy = world.project("Noisy", evaluator=world.NOISY, tasks=3, repeatable=False)
    run = world.begin(drives, noisy, world.order(candidates=12, parallel=3))
    assert drive(drives, run) > 8
    assert Event.objects.filter(project=noisy.pk, kind="candidate.measured").count() > 20
    assert list(problems(noisy)) == []


def test_who_measures_itself_counts_what_others_measured_where_they_did(busy, remembers):
    noisy = world.project("Noisy", evaluator=world.NOISY, tasks=3, repeatable=False)
    loop = world.driver()
    run = world.begin(loop, noisy, world.order(candidates=12, parallel=3))
    while run.measured < 4:
        loop.turn(0.02)
        run.refresh_from_db()
    loop.slot.close()  # it dies
    after = world.new_loop([run.pk])
    assert drive(after, run) > 8
    after.close()
    assert list(problems(noisy)) == []


def test_what_is_recorded_while_a_run_is_read_counts_too(drives, performer, remembers, monkeypatch):
    noisy = world.project("Noisy", evaluator=world.NOISY, tasks=3, repeatable=False)
    run = world.begin(drives, noisy, world.order(candidates=12, parallel=3))
    while run.measured < 2:
        drives.turn(0.02)
        performer.turn(0.02)
        run.refresh_from_db()
    while not Effect.objects.filter(round__run=run, kind="measure", state="ready").exists():
        drives.turn(0.02)
    read = opening.measurements

    def measurements(*args):
        found, before = read(*args), recorded(noisy)
        while recorded(noisy) == before:
            performer.turn(0.02)
        monkeypatch.setattr(opening, "measurements", read)
        return found

    monkeypatch.setattr(opening, "measurements", measurements)
    book = open_book(world.reload(run), "another", claims=False)
    again = open_book(world.reload(run), "another", claims=False)
    assert book.population.members == again.population.members
    assert scores(book) == scores(again)
    assert book.uncounted == again.uncounted


def recorded(project):
    return Event.objects.filter(project=project.pk, kind="candidate.measured").count()


def scores(book):
    return [book.population.score(number) for number in book.population.members]
