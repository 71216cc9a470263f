"""Several hosts: drivers that only drive, performers that only measure, and the deaths of either."""

from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.log.models import Event
from apps.oversight import rules, selectors
from apps.oversight.services import answers, stops
from apps.oversight.services.answers import Reply
from apps.records import transitions
from apps.records.archive import archive_digest
from apps.records.models import CandidateEdit, Effect, Run, Trajectory
from apps.rounds import perform as perform_module
from apps.rounds.sweep import due, sweep
from apps.rounds.verify import problems
from apps.sandbox.contract import Outcome
from tests.rounds import world
from tests.rounds.people import maintainer
from tests.rounds.test_durability import Died, Faults, assert_whole, undisturbed
from tests.rounds.world import bury, driver, new_performer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def faults(monkeypatch):
    return Faults(monkeypatch)


@contextmanager
def spared(faults):
    """Commits in here belong to another process than the one that dies."""
    before = faults.commits, faults.at
    faults.at = 0
    yield
    faults.commits, faults.at = before


def together(loop, performer, run, turns=200):
    """Drive and perform until the run has ended."""
    for _ in range(turns):
        loop.turn(0.02)
        performer.turn(0.5)
        run.refresh_from_db()
        if run.state != "open":
            return run
    raise AssertionError(f"{run} did not end: {run.measured} measured, {list(open_effects(run))}")


def open_effects(run):
    return Effect.objects.filter(round__run=run, round__state="open", kind="measure").exclude(state="done")


def past(effects):
    """Time passes: leases and back-offs are over."""
    effects.update(until=timezone.now() - timedelta(seconds=1))


def test_a_driver_without_evaluators_claims_nothing(drives):
    run = world.begin(drives, world.project())
    drives.turn(0.1)
    effect = open_effects(run).get()
    assert (effect.state, effect.holder, effect.attempts) == ("ready", "-", 0)
    assert list(due()) == [effect]


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_run_that_others_perform_is_whole(drives, performer, parallel):
    run = together(drives, performer, world.begin(drives, world.project(), world.order(parallel=parallel)))
    assert_whole(run)
    assert {slot for (slot,) in Effect.objects.filter(kind="measure").values_list("holder")} == {performer._slot.name}
    if parallel == 1:
        assert archive_digest(run) == undisturbed()


def test_what_comes_from_another_process_is_counted_like_ones_own(drives, performer):
    there = together(drives, performer, world.begin(drives, world.project("There", tasks=3, gate=2)))
    loop = world.new_loop()
    here = world.finish(loop, world.begin(loop, world.project("Here", tasks=3, gate=2)))
    loop.close()
    for name in ("born", "measured", "evaluations", "rounds", "looks", "best", "best_score"):
        assert getattr(there, name) == getattr(here, name), name
    assert there.spent == pytest.approx(
        sum(Trajectory.objects.filter(candidate__run=there).values_list("seconds", flat=True))
    )
    assert archive_digest(there) == archive_digest(here)
    assert list(problems(there.project)) == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_performer_may_die_at_any_of_its_commits(drives, faults, after):
    wanted = undisturbed()
    for at in range(1, 2 * 11 + 1):  # a claim and a result for each of eleven measurements
        run = world.begin(drives, world.project(f"Toy {at}"))
        survive(drives, faults, run, at, after=after)
        assert_whole(run)
        assert archive_digest(run) == wanted, f"died {'after' if after else 'before'} commit {at}"
        again = Effect.objects.filter(round__run=run, attempts__gt=1).count()
        assert again == ((at % 2 == 1) == after), "what was stored is not repeated; what was claimed only, is"


def survive(drives, faults, run, at, *, after):
    """A run whose performer dies once, and the performer that takes over when the lease is over."""
    performer = new_performer()
    faults.arm(at, after=after)
    with suppress(Died):
        until_ended(drives, performer, run, faults)
        raise AssertionError("it did not die")
    faults.arm(0)
    bury(performer)
    past(Effect.objects.filter(state="running", kind="measure"))
    sweep()
    other = new_performer()
    together(drives, other, run)
    bury(other)


def until_ended(loop, performer, run, faults):
    """Drive and perform; only the performer's commits count."""
    while run.state == "open":
        with spared(faults):
            loop.turn(0.02)
        performer.turn(0.5)
        run.refresh_from_db()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("claims", [False, True], ids=["another driver", "a driver that measures itself"])
def test_a_driver_may_die_at_any_commit_while_others_perform(faults, performer, claims, after):
    wanted = undisturbed()
    for at in range(1, 16):
        loop = driver()
        run = world.begin(loop, world.project(f"Toy {at}"))
        faults.arm(at, after=after)
        with suppress(Died):
            until_dead(loop, performer, run, faults)
        loop.slot.close()
        faults.arm(0)
        performer.turn(0.5)  # stores its results while nobody drives
        loop = world.new_loop([run.pk]) if claims else driver([run.pk])
        together(loop, performer, run)
        loop.close()
        assert_whole(run)
        assert archive_digest(run) == wanted, f"died {'after' if after else 'before'} commit {at}"


def until_dead(loop, performer, run, faults):
    """Drive and perform; only the driver's commits count."""
    while run.state == "open":
        loop.turn(0.02)
        with spared(faults):
            performer.turn(0.5)
        run.refresh_from_db()


def test_what_a_dead_performer_held_is_released_by_the_sweep_and_performed_by_another(drives, performer):
    run = world.begin(drives, world.project())
    drives.turn(0.02)
    dead = new_performer()
    dead._claim()
    effect = open_effects(run).get()
    assert (effect.state, effect.holder) == ("running", dead._slot.name)
    bury(dead)
    assert sweep() == 0, "its lease runs"
    past(open_effects(run))
    assert sweep() == 1
    effect.refresh_from_db()
    assert (effect.state, effect.token) == ("ready", 2)
    assert_whole(together(drives, performer, run))
    effect.refresh_from_db()
    assert (effect.holder, effect.attempts, effect.state) == (performer._slot.name, 2, "done")


def test_a_late_result_of_a_lost_claim_is_refused(drives, performer):
    run = world.begin(drives, world.project())
    drives.turn(0.02)
    late = new_performer()
    late._claim()
    past(open_effects(run))
    sweep()
    transitions.claim(due().get(), world.reload(run), "somewhere/else/entirely")
    while late._errands:
        late.turn(0.5)
    bury(late)
    effect = open_effects(run).get()
    assert (effect.state, effect.holder, effect.answer) == ("running", "somewhere/else/entirely", None)
    assert not Trajectory.objects.exists()
    assert not Event.objects.filter(kind="candidate.measured").exists()
    past(open_effects(run))
    sweep()
    assert_whole(together(drives, performer, run))


class Broken(world.SharedPool):
    """Evaluators that fail on infrastructure, for jobs of which this says so."""

    fails = staticmethod(lambda job: True)

    def submit(self, job):
        self.jobs = {**getattr(self, "jobs", {}), job.id: job}
        super().submit(job)

    def collect(self, timeout, beside=None):
        return [
            Outcome(outcome.job, infrastructure="the disk is full") if self.fails(self.jobs[outcome.job]) else outcome
            for outcome in super().collect(timeout, beside)
        ]


def test_a_failure_of_infrastructure_backs_off_and_is_no_score(drives, monkeypatch):
    monkeypatch.setattr(perform_module, "Pool", Broken)
    performer = new_performer()
    run = world.begin(drives, world.project())
    drives.turn(0.02)
    for failures in (1, 2):
        performer.turn(0.5)
        effect = open_effects(run).get()
        assert (effect.state, effect.holder, effect.failures) == ("ready", "-", failures)
        assert not due().exists(), "not at once"
        assert not Trajectory.objects.exists()
        past(open_effects(run))
    Broken.fails = staticmethod(lambda job: False)
    together(drives, performer, run)
    bury(performer)
    assert_whole(run)
    assert not Trajectory.objects.filter(failure="unmeasurable").exists()


def test_what_fails_three_times_on_infrastructure_is_unmeasurable_and_the_run_goes_on(drives, monkeypatch):
    monkeypatch.setattr(perform_module, "Pool", Broken)
    performer = new_performer()
    run = world.begin(drives, world.project())
    monkeypatch.setattr(Broken, "fails", staticmethod(lambda job: job.id.startswith(f"{(run.pk << 32) + 3}/")))
    for _ in range(100):
        drives.turn(0.02)
        performer.turn(0.5)
        past(open_effects(run).filter(failures__gt=0, state="ready"))
        run.refresh_from_db()
        if run.state != "open":
            break
    bury(performer)
    assert_whole(run)
    effect = Effect.objects.get(round__run=run, state="unmeasurable")
    assert (effect.round.number, effect.attempts, effect.failures) == (3, 3, 2)
    candidate = CandidateEdit.objects.get(pk=effect.candidate)
    assert (candidate.score, candidate.failure, candidate.verdict) == (None, "unmeasurable", "drop")


def test_a_part_of_a_failed_attempt_never_counts_in_the_next(drives, monkeypatch):
    """A comparison has two jobs; the one that went well belongs to the claim that was given up."""
    monkeypatch.setattr(perform_module, "Pool", Broken)
    performer = new_performer()
    run = world.begin(drives, world.project(gate=2))
    failing: list[str] = []

    def fails(job):
        compared = job.id.endswith("/0") and len(job.tasks) == 2
        if compared and job.id not in failing and len(failing) < 2:
            failing.append(job.id)
        return job.id in failing

    monkeypatch.setattr(Broken, "fails", staticmethod(fails))
    for _ in range(100):
        drives.turn(0.02)
        performer.turn(0.5)
        past(Effect.objects.filter(round__run=run, failures__gt=0, state="ready"))
        run.refresh_from_db()
        if run.state != "open":
            break
    bury(performer)
    assert len(failing) == 2
    assert run.state == "finished"
    assert list(problems(run.project)) == []
    sides = Trajectory.objects.values_list("candidate", "round", "position", "task", "repeat")
    assert len(set(sides)) == len(sides)


def test_a_latch_keeps_performers_from_claiming(drives, performer):
    project = world.project()
    run = world.begin(drives, project)
    drives.turn(0.02)
    stops.pause(maintainer(project), project, "let me look")
    assert performer.turn(0.1) is False
    assert open_effects(run).get().state == "ready"
    stops.resume(maintainer(project), project)
    assert_whole(together(drives, performer, run))


def test_a_latch_that_is_set_while_a_performer_looks_still_keeps_it_from_claiming(drives, performer, monkeypatch):
    project = world.project()
    run = world.begin(drives, project)
    drives.turn(0.02)
    actor = maintainer(project)
    looked = selectors.latches

    def looks_and_then_it_is_set(run):
        found = looked(run).none()
        stops.pause(actor, project, "just now")
        return found

    monkeypatch.setattr(perform_module.selectors, "latches", looks_and_then_it_is_set)
    performer.turn(0.1)
    assert open_effects(run).get().state == "ready"


@pytest.mark.parametrize("others_perform", [False, True])
def test_a_gate_after_a_measurement_counts_it_once(performer, monkeypatch, others_perform):
    monkeypatch.setitem(rules.MODES, "results", (rules.Rule("measure", "after"),))
    loop = driver() if others_perform else world.new_loop()
    project = world.project()
    run = world.begin(loop, project, world.order(candidates=3, mode="results"))
    bob = maintainer(project)
    for _ in range(100):
        loop.turn(0.2)
        performer.turn(0.2)
        run.refresh_from_db()
        if run.state != "open":
            break
        for gate in Effect.objects.filter(round__run=run, state="held after"):
            answers.answer(bob, gate, Reply("approve", "", 0, selectors.shown(gate).hex(), f"{gate.pk}"))
    loop.close()
    assert (run.state, run.measured, run.evaluations) == ("finished", 3, 4)
    assert list(problems(project)) == []
    opened = Event.objects.filter(kind="gate.opened").count()
    assert opened == Event.objects.filter(kind="gate.closed").count() == 3


def test_the_driver_of_a_run_that_others_perform_keeps_its_lease(drives):
    run = world.begin(drives, world.project())
    drives.turn(0.02)
    Run.objects.filter(pk=run.pk).update(driver_until=timezone.now() + timedelta(seconds=1))
    drives._beaten -= 3.0  # seconds pass
    drives.turn(0.02)
    run.refresh_from_db()
    assert run.driver_until > timezone.now() + timedelta(seconds=10)
