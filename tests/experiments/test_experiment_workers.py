"""Experiments that the workers of the running system take on: by the job that rings every second."""

import pytest

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.common.ids import row_id
from apps.engine.axes import Axes, Descriptor
from apps.engine.canonical import decode
from apps.experiments import conducting, jobs, making, outcome, reading
from apps.experiments.models import Cell, CellState, Experiment
from apps.log.selectors import last_sequence, read
from apps.oversight.models import Latch
from apps.oversight.services import stops
from apps.projects.models import Project
from apps.projects.services import axes
from apps.records.models import CandidateEdit, Run
from apps.rounds.verify import problems
from tests.experiments.conftest import plan
from tests.rounds import world

SYSTEM = Actor.system()
ERRORS = "def score(given, expected, output, seed):\n    return 1.5\n"


@pytest.fixture(autouse=True)
def fresh_summaries():
    jobs.summaries.cache_clear()


def run_through(loop, experiment, turns=100):
    """Ring, drive, ring again, until it is over."""
    for _ in range(turns):
        jobs.conduct_all()
        experiment.refresh_from_db()
        if experiment.ended:
            return experiment
        loop.turn(0.5)
    raise AssertionError(f"it did not end: {list(experiment.cells.values_list('state', 'why'))}")


def test_the_workers_start_drive_count_and_summarise(toy, loop):
    made = run_through(loop, making.make(SYSTEM, plan(toy), 2, served=True))
    assert (made.state, made.cells_over, made.summed) == ("done", 4, 4)
    assert reading.kept(made).boards[0].seeds == 2
    assert list(problems(toy)) == []


def test_what_a_command_conducts_is_only_counted(toy, loop):
    made = making.make(SYSTEM, plan(toy), 2, served=False)
    jobs.conduct_all()
    assert not Run.objects.exists()
    conducting.conduct(made, "bubblewrap")
    while Run.objects.filter(state="open").exists():
        loop.turn(0.5)
    jobs.conduct_all()
    made.refresh_from_db()
    assert (made.cells_over, made.summed, Run.objects.count()) == (2, 2, 2)


def test_the_curve_counts_candidates_measured(toy, loop):
    made = run_through(loop, making.make(SYSTEM, plan(toy, candidates=12, seeds=(1,)), 2, served=True))
    cell = made.cells.get(label="hill_climb")
    found = outcome.from_bytes(cell.outcome)
    scores = [CandidateEdit.objects.get(pk=row_id(cell.run_id, number)).score for number in range(13)]
    assert len(found.curve) == 13
    assert list(found.curve) == [max(scores[: measured + 1]) for measured in range(13)]
    assert found.final == cell.run.best_score


def test_while_everything_is_stopped_nothing_starts(toy):
    made = making.make(SYSTEM, plan(toy), 2, served=True)
    Latch.objects.create(reason="a fire", set_by="system")
    assert conducting.conduct(made, "bubblewrap") == []
    assert set(made.cells.values_list("state", flat=True)) == {CellState.WAITING}


def test_a_stop_of_one_project_leaves_the_others_going(toy):
    other = world.project("Other")
    made = making.make(SYSTEM, plan(toy, other), 2, served=True)
    stops.pause(SYSTEM, toy, "looking into it")
    assert {run.project for run in conducting.conduct(made, "bubblewrap")} == {other}


def test_after_a_stop_it_goes_on_with_new_runs_for_those_that_were_cut_short(toy, loop):
    made = making.make(SYSTEM, plan(toy, candidates=200), 2, served=True)
    first = conducting.conduct(made, "bubblewrap")
    assert making.stop(SYSTEM, made) == 2
    while Run.objects.filter(state="open").exists():
        loop.turn(0.5)
    jobs.conduct_all()
    made.refresh_from_db()
    assert (made.state, made.ended is not None) == ("stopped", True)
    assert set(Cell.objects.filter(run__in=first).values_list("state", flat=True)) == {CellState.SHORT}
    making.go_on(SYSTEM, made, served=True)
    jobs.conduct_all()
    assert not Cell.objects.filter(run__in=first).exists()
    assert Run.objects.filter(state="open").count() == 2


def test_one_that_goes_on_while_its_stop_still_finishes_runs_makes_those_again_too(toy, loop):
    made = making.make(SYSTEM, plan(toy, candidates=200, seeds=(1,)), 2, served=True)
    first = conducting.conduct(made, "bubblewrap")
    making.stop(SYSTEM, made)
    making.go_on(SYSTEM, made, served=True)
    jobs.conduct_all()
    while Run.objects.filter(pk__in=[run.pk for run in first], state="open").exists():
        loop.turn(0.5)
    jobs.conduct_all()
    assert not Cell.objects.filter(run__in=first).exists()
    assert set(made.cells.values_list("state", flat=True)) <= {CellState.RUNNING, CellState.DONE}
    assert Run.objects.filter(project=toy).count() == 4


def test_a_stop_that_dies_half_way_has_stopped_nothing(toy, monkeypatch):
    made = making.make(SYSTEM, plan(toy), 2, served=True)
    conducting.conduct(made, "bubblewrap")
    finish = stops.finish

    def dies(actor, run):
        if Run.objects.filter(finishing=True).exists():
            raise KeyboardInterrupt
        return finish(actor, run)

    monkeypatch.setattr(stops, "finish", dies)
    with pytest.raises(KeyboardInterrupt):
        making.stop(SYSTEM, made)
    made.refresh_from_db()
    assert (made.state, Run.objects.filter(finishing=True).count()) == ("running", 0)


def test_after_a_stop_the_figures_are_made_again_from_the_new_runs(toy, loop):
    made = making.make(SYSTEM, plan(toy, candidates=60, seeds=(1,)), 2, served=True)
    conducting.conduct(made, "bubblewrap")
    making.stop(SYSTEM, made)
    while Run.objects.filter(state="open").exists():
        loop.turn(0.5)
    jobs.conduct_all()
    made.refresh_from_db()
    assert (made.cells_over, made.summed) == (2, 2)
    assert [row.runs for row in reading.kept(made).boards[0].rows] == [0, 0]
    making.go_on(SYSTEM, made, served=True)
    made = run_through(loop, made, turns=400)
    assert [row.runs for row in reading.kept(made).boards[0].rows] == [1, 1]
    assert [row.runs for row in reading.current(made).boards[0].rows] == [1, 1]


def test_a_target_of_a_project_that_minimises_is_reached_from_above(loop, transactional_db):
    errors = world.project("Errors", direction="minimise", evaluator=ERRORS)
    made = run_through(loop, making.make(SYSTEM, plan(errors, seeds=(1,), target=2.0), 2, served=True))
    assert [row.successes for row in reading.kept(made).boards[0].rows] == [1, 1]
    made = run_through(loop, making.make(SYSTEM, plan(errors, seeds=(1,), target=0.5), 2, served=True))
    assert [row.successes for row in reading.kept(made).boards[0].rows] == [0, 0]


def test_a_run_that_was_given_more_than_the_others_does_not_count(toy, loop):
    made = making.make(SYSTEM, plan(toy, seeds=(1,)), 2, served=True)
    run = conducting.conduct(made, "bubblewrap")[0]
    Run.objects.filter(pk=run.pk).update(candidates=5)
    made = run_through(loop, made)
    assert made.cells.get(run=run).state == CellState.SHORT
    assert "another budget" in made.cells.get(run=run).why


def test_a_method_that_cannot_work_there_is_told_before_anything_is_made(toy):
    with pytest.raises(UserError, match="genetic_programming does not fit"):
        making.make(SYSTEM, plan(toy, methods=("genetic_programming", "best_of_n")), 2, served=True)
    assert not Experiment.objects.exists()


def test_a_run_that_fails_is_listed_and_the_experiment_goes_on(loop, transactional_db):
    broken = world.project("Broken", evaluator="def score(given, expected, output, seed):\n    raise ValueError\n")
    made = run_through(loop, making.make(SYSTEM, plan(broken, seeds=(1,)), 1, served=True))
    assert set(made.cells.values_list("state", flat=True)) == {CellState.FAILED}
    assert all("the seed does not score" in why for why in made.cells.values_list("why", flat=True))
    assert made.state == "done"


def test_on_a_machine_that_isolates_in_another_way_it_waits_for_a_person(toy):
    made = making.make(SYSTEM, plan(toy), 1, served=True)
    first = conducting.conduct(made, "bubblewrap")
    Run.objects.filter(pk=first[0].pk).update(state="finished")
    assert conducting.conduct(made, "landlock") == []
    made.refresh_from_db()
    assert (made.state, made.why[:38]) == ("paused", "Here candidates are isolated by landlo")
    making.go_on(SYSTEM, made, served=True)
    assert len(conducting.conduct(made, "bubblewrap")) == 1


def test_runs_of_two_evaluators_or_along_other_axes_do_not_count_together(toy, loop):
    for change in (
        lambda: axes.change(SYSTEM, toy, Axes((Descriptor("size", 0, 100),))),
        lambda: Project.objects.filter(pk=toy.pk).update(scorer=b"another"),
    ):
        made = making.make(SYSTEM, plan(toy), 1, served=True)
        conducting.conduct(made, "bubblewrap")
        while Run.objects.filter(state="open").exists():
            loop.turn(0.5)
        change()
        made = run_through(loop, made)
        assert list(made.cells.values_list("state", flat=True)) == ["done", "failed", "failed", "failed"]
        assert made.cells.last().why.startswith(("The axes were changed", "The evaluator was replaced"))


def test_a_run_that_cannot_be_started_is_told_at_once_to_who_looks_at_the_experiment(toy, loop):
    made = making.make(SYSTEM, plan(toy, seeds=(1,)), 1, served=True)
    first = conducting.conduct(made, "bubblewrap")
    Run.objects.filter(pk=first[0].pk).update(state="finished")
    Project.objects.filter(pk=toy.pk).update(scorer=b"another")
    before = last_sequence(toy.pk)
    conducting.conduct(made, "bubblewrap")
    told = [(event.kind, decode(bytes(event.body))) for event in read(toy.pk, before)]
    assert ("experiment.counted", {"experiment": made.pk, "state": "failed"}) in told
