"""manage.py experiment: what it runs, in which order, what it prints, and how it goes on."""

import json

import pytest

from apps.accounts.actors import Actor
from apps.experiments import conducting, making
from apps.experiments.models import Cell, CellState, Experiment
from apps.records.models import Run
from apps.rounds.verify import problems
from tests.experiments.conftest import FILE, plan
from tests.rounds import world

SYSTEM = Actor.system()


def done(said):
    assert said.code == 0, said.err
    return json.loads(said.lines[-1], parse_constant=pytest.fail)


def test_all_methods_run_on_all_seeds_at_one_budget(file, manage):
    found = done(manage("experiment", file, "--json"))
    assert found["state"] == "done"
    assert found["runs"] == {"done": 4}
    assert {(run.method, run.seed, run.measured) for run in Run.objects.all()} == {
        *(("hill_climb", 1, 4), ("hill_climb", 2, 4), ("best_of_n", 1, 4), ("best_of_n", 2, 4))
    }
    board = found["boards"][0]
    assert board["closed_seeds"] == 2
    assert {row["label"] for row in board["rows"]} == {"hill_climb", "luck"}
    assert all(row["evaluations"] >= 5 and row["iqm"]["estimate"] <= 0 for row in board["rows"])


def test_the_log_of_the_project_tells_of_it_and_follows(file, manage):
    done(manage("experiment", file, "--json"))
    project = Run.objects.first().project
    assert list(problems(project)) == []


def test_run_again_it_keeps_what_there_is(file, manage):
    first = done(manage("experiment", file, "--json"))
    again = done(manage("experiment", file, "--json"))
    assert again == first
    assert Run.objects.count() == 4


def test_anew_is_a_new_edition_with_runs_of_its_own(file, manage):
    first = done(manage("experiment", file, "--json"))
    again = done(manage("experiment", file, "--json", "--anew"))
    assert (first["edition"], again["edition"], Run.objects.count()) == (1, 2, 8)
    scores = [[row["iqm"] for row in found["boards"][0]["rows"]] for found in (first, again)]
    assert scores[0] == scores[1]  # equal seeds, equal runs


def test_another_budget_is_another_experiment(file, manage, written):
    done(manage("experiment", file, "--json"))
    done(manage("experiment", written(FILE.replace("candidates = 4", "candidates = 3")), "--json"))
    assert Experiment.objects.count() == 2


def test_few_seeds_are_told(file, manage):
    assert "Only 2 seeds: the intervals are wide" in manage("experiment", file).out


def test_a_seed_runs_all_methods_before_the_next_one(toy):
    made = making.make(SYSTEM, plan(toy, seeds=(5, 3)), 1, served=True)
    order = [(cell.seed, cell.label) for cell in Cell.objects.filter(experiment=made)]
    assert order == [(5, "hill_climb"), (5, "best_of_n"), (3, "hill_climb"), (3, "best_of_n")]


def test_no_more_runs_than_allowed_are_under_way(toy):
    made = making.make(SYSTEM, plan(toy, seeds=range(5)), 3, served=True)
    assert len(conducting.conduct(made, "bubblewrap")) == 3
    assert conducting.conduct(made, "bubblewrap") == []
    assert Run.objects.count() == 3


def test_a_command_that_died_is_taken_up_where_it_stopped(toy):
    made = making.make(SYSTEM, plan(toy), 2, served=False)
    loop = world.new_loop()
    for run in conducting.conduct(made, "bubblewrap", loop.slot.name):
        loop.adopt(run)
    loop.only = [run.pk for run in Run.objects.all()]
    loop.turn(0.2)
    world.abandon(loop)
    loop = world.new_loop()
    try:
        finish(loop, made)
    finally:
        loop.close()
    assert Run.objects.count() == 4
    assert {cell.state for cell in made.cells.all()} == {CellState.DONE}


def finish(loop, experiment, turns=100):
    """Conduct an experiment to its end, as the command does."""
    for _ in range(turns):
        for run in conducting.conduct(experiment, "bubblewrap", loop.slot.name):
            loop.adopt(run)
        experiment.refresh_from_db()
        if experiment.ended:
            return
        loop.only = [run.pk for run in conducting.open_runs(experiment)] or [0]
        loop.turn(0.5)
    raise AssertionError(f"{experiment} did not end: {[str(cell.state) for cell in experiment.cells.all()]}")


def test_two_who_conduct_it_start_nothing_twice(toy):
    made = making.make(SYSTEM, plan(toy), 4, served=True)
    stale = Experiment.objects.get(pk=made.pk)
    assert len(conducting.conduct(made, "bubblewrap")) == 4
    assert conducting.conduct(stale, "bubblewrap") == []


def test_a_plan_that_is_sent_twice_is_one_experiment(toy):
    assert making.make(SYSTEM, plan(toy), 2, served=True) == making.make(SYSTEM, plan(toy), 2, served=True)


def test_a_paused_one_is_left_alone_until_asked(file, manage):
    manage("experiment", file, "--timeout=0.001")
    made = Experiment.objects.get()
    making.pause(SYSTEM, made)
    said = manage("experiment", file)
    assert (said.code, said.out) == (1, "")
    assert "The experiment is paused. Go on with it: --resume" in said.err
    assert done(manage("experiment", file, "--resume", "--json"))["state"] == "done"


def test_a_timeout_says_how_to_go_on(file, manage):
    said = manage("experiment", file, "--timeout=0.001")
    assert said.code == 0
    assert f"of 4 runs are over; the experiment is running. Go on with: manage.py experiment {file}" in said.out
