"""Die before and after every commit of a run: it goes on, and nobody can tell from its archive."""

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.records.archive import archive_digest
from apps.records.models import CandidateEdit, Effect, Trajectory, Verdict
from apps.rounds.verify import problems
from tests.rounds import world


class Died(BaseException):
    """The process is gone; nothing may catch this."""


class Faults:
    """Dies before or after the n-th commit; counts commits when n is 0."""

    def __init__(self, monkeypatch):
        self.commits = self.at = 0
        self.after = False
        original = BaseDatabaseWrapper.commit

        def commit(connection):
            self.commits += 1
            if self.commits == self.at and not self.after:
                connection.rollback()
                raise Died
            original(connection)
            if self.commits == self.at and self.after:
                raise Died

        monkeypatch.setattr(BaseDatabaseWrapper, "commit", commit)

    def arm(self, at, *, after=False):
        self.commits, self.at, self.after = 0, at, after


@pytest.fixture
def faults(monkeypatch):
    return Faults(monkeypatch)


def undisturbed(candidates=10, **ordered):
    loop = world.new_loop()
    run = world.finish(
        loop, world.begin(loop, world.project("Undisturbed"), world.order(candidates=candidates, **ordered))
    )
    loop.close()
    return archive_digest(run)


def survive(faults, project, ordered, at, *, after):
    """A run whose process dies once, and the process that takes over."""
    return taken_over(dead(faults, project, ordered, at, after=after))


def dead(faults, project, ordered, at, *, after):
    """A run whose process dies before or after its commit of that number."""
    loop = world.new_loop()
    run = world.begin(loop, project, ordered)
    faults.arm(at, after=after)
    try:
        while run.state == "open":
            loop.turn(0.5)
            run.refresh_from_db()
    except Died:
        world.abandon(loop)
    finally:
        faults.arm(0)
    return run


def taken_over(run):
    """The run, brought to its end by another process."""
    loop = world.new_loop([run.pk])
    run.refresh_from_db()
    if run.state == "open":
        world.finish(loop, run)
    loop.close()
    return run


def assert_whole(run):
    assert run.state == "finished"
    assert list(problems(run.project)) == []
    assert run.measured == 10
    assert CandidateEdit.objects.filter(run=run).count() == run.born
    first = Trajectory.objects.filter(candidate__run=run).values_list("round", "position", "task", "repeat")
    assert len(set(first)) == len(first), "a measurement was recorded twice"
    keeps = Verdict.objects.filter(candidate__run=run, decision__in=("keep", "drop")).values_list("candidate")
    assert len(set(keeps)) == len(keeps), "a candidate was judged twice"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_dying_at_any_commit_leaves_the_archive_of_the_undisturbed_run(faults, after):
    faults.arm(0)
    wanted = undisturbed()
    commits = faults.commits
    assert commits > 10
    repeated = 0
    for at in range(1, commits + 1):
        run = survive(faults, world.project(f"Toy {at}"), world.order(), at, after=after)
        assert_whole(run)
        assert archive_digest(run) == wanted, f"died {'after' if after else 'before'} commit {at}"
        repeated += Effect.objects.filter(round__run=run, attempts__gt=1).count()
    assert repeated >= 10, "nothing was in flight when the process died: this test would prove nothing"


@pytest.mark.django_db(transaction=True)
def test_dying_with_several_rounds_open_loses_and_repeats_nothing(faults):
    for at in range(2, 9):
        run = survive(faults, world.project(f"Toy {at}"), world.order(parallel=4), at, after=bool(at % 2))
        assert_whole(run)
