"""What turned by itself in earlier runs of a project is known to the next one, as long as scores are comparable."""

from dataclasses import replace

import pytest

from apps.common.ids import row_id
from apps.engine import registry
from apps.engine.canonical import decode
from apps.engine.contracts.grading import UNREPEATED
from apps.oversight.services import verdicts
from apps.records.models import CandidateEdit, Protocol, Run, Snapshot, Trajectory
from apps.rounds.opening import open_book
from apps.rounds.verify import problems
from tests.rounds import people, world
from tests.rounds.test_contracts import MIXED, SURE, TASKS, claiming, grades

METHOD = "hill_climb"


def evolve(project, *, seed=1, method=METHOD, candidates=3):
    loop = world.new_loop()
    run = world.begin(
        loop, project, replace(world.order(candidates=candidates, mode="full-auto"), seed=seed, method=method)
    )
    while not loop.idle or run.born == 0:
        loop.turn(0.5)
        run.refresh_from_db()
    loop.close()
    return run


@pytest.fixture
def project(monkeypatch):
    """One whose seed's scores are drawn anew at each measurement, and a method that states a contract."""
    known, recipe = registry.get, claiming(7.0, SURE)
    monkeypatch.setattr(registry, "get", lambda name: recipe if name == METHOD else known(name))
    made = world.project("Recalled", evaluator=MIXED, tasks=len(TASKS), repeatable=False)
    made.contracts = {"aa_share": 0.0}
    made.save()
    return made


def recalled(run):
    return open_book(run, "nobody", claims=False).contracts.recalled


def repeats_told(run):
    return decode(bytes(Snapshot.objects.get(run=run).contracts))["repeats"]


@pytest.mark.django_db(transaction=True)
def test_the_seed_that_is_measured_in_each_run_is_a_repeat(project):
    first, second = evolve(project, seed=1, candidates=1), evolve(project, seed=2, candidates=1)
    assert grades(first)[1].why == (UNREPEATED,)
    assert grades(second)[1].why != (UNREPEATED,)
    assert recalled(first) == 0
    assert repeats_told(second) - recalled(second) >= len(TASKS)
    assert list(problems(project)) == []


@pytest.mark.django_db(transaction=True)
def test_candidates_of_a_null_run_repeat_the_seed(project):
    null = evolve(project, seed=3, method="null_run", candidates=4)
    after = evolve(project, seed=4, candidates=1)
    assert recalled(after) >= 4 * len(TASKS)
    assert len(grades(after)[1].named) == 4
    assert recalled(null) == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_dice_tell_nothing_new(project):
    """Runs with one seed draw the same noise for what they measure at the same place."""
    evolve(project, seed=1, candidates=1)
    again, other = evolve(project, seed=1, candidates=1), evolve(project, seed=2, candidates=1)
    assert repeats_told(again) == recalled(again) > 0
    assert repeats_told(other) > recalled(other) > 0


@pytest.mark.django_db(transaction=True)
def test_scores_that_are_not_comparable_are_not_recalled(project):
    first = evolve(project, seed=3, method="null_run", candidates=4)
    other = Protocol.objects.create(digest=bytes(32), description=b"{}")
    Trajectory.objects.filter(candidate__run=first).update(protocol=other)
    Run.objects.filter(pk=first.pk).update(protocol=other)
    assert recalled(evolve(project, seed=4, candidates=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_a_run_recalls_the_same_whenever_it_is_taken_up(project):
    evolve(project, seed=3, method="null_run", candidates=4)
    run = evolve(project, seed=4, candidates=2)
    before = recalled(run)
    evolve(project, seed=5, candidates=2)
    assert recalled(run) == before
    book = open_book(run, "nobody", claims=False)
    assert book.contracts.words == {number: each.word for number, each in grades(run).items()}
    assert book.contracts.flips.repeats == repeats_told(run)


@pytest.mark.django_db(transaction=True)
def test_what_people_say_later_of_an_earlier_run_changes_nothing_of_what_is_recalled(project):
    first = evolve(project, seed=3, candidates=3)
    assert first.best, "there is nothing to revert"
    run = evolve(project, seed=4, candidates=1)
    before = recalled(run)
    best = CandidateEdit.objects.get(pk=row_id(first.pk, first.best))
    verdicts.revert(people.maintainer(project), best, "it was luck")
    assert recalled(run) == before
