"""The end of a run: it comes once, whenever the process dies, and says why."""

from io import StringIO

import pytest

from apps.accounts.actors import Actor
from apps.engine.axes import Axes, Descriptor
from apps.oversight import selectors
from apps.oversight.services import answers
from apps.oversight.services.answers import Reply
from apps.projects.services import axes
from apps.records.models import Effect, Round, Run
from apps.rounds import driver, terminal
from apps.rounds.verify import problems
from tests.rounds import questions, world
from tests.rounds.test_durability import Faults, survive

pytestmark = pytest.mark.django_db(transaction=True)
CANDIDATES = 3
NOTHING_TO_CHANGE = """# EVOLVE-BLOCK-START
def answer():
    return None
# EVOLVE-BLOCK-END
def run(given):
    return answer()
"""
CONSTANT = "def score(given, expected, output, seed):\n    return 1.0\n"


def project(name):
    return world.project(name, tasks=2, gate=2, repeatable=False)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_concludes_once_whenever_its_process_dies(monkeypatch, after):
    faults = Faults(monkeypatch)
    loop = world.new_loop()
    calm = world.begin(loop, project("Calm"), world.order(candidates=CANDIDATES))
    faults.arm(0)
    world.finish(loop, calm)
    loop.close()
    for at in range(faults.commits - 5, faults.commits + 1):
        run = survive(faults, project(f"Dying {at}"), world.order(candidates=CANDIDATES), at, after=after)
        assert run.state == "finished"
        assert Round.objects.filter(run=run, kind="conclude").count() == 1, f"died at commit {at}"
        assert (run.looks, run.evaluations) == (calm.looks, calm.evaluations)
        assert list(problems(run.project)) == []


def test_barren_rounds_in_a_row_end_a_run_as_exhausted(loop, monkeypatch):
    monkeypatch.setattr(driver, "BARREN_LIMIT", 6)
    run = world.begin(loop, world.project(program=NOTHING_TO_CHANGE, evaluator=CONSTANT))
    world.finish(loop, run)
    assert (run.state, run.measured, run.rounds) == ("exhausted", 0, 8)
    assert run.why == "6 rounds in a row brought no candidate: nothing was found to vary, or no edit stood"
    printed = StringIO()
    terminal.finish(run, printed, as_json=False)
    assert f"why              {run.why}. A method that asks a model changes files of any kind" in printed.getvalue()


def test_a_model_of_which_no_reply_can_be_used_is_told_while_the_run_is_open(loop, monkeypatch, settings):
    settings.EVOWEB_LLM_PRIVATE_URLS = ["127.0.0.1"]
    with questions.server(monkeypatch, "I would try something else."):
        run = world.begin(loop, world.project(), world.order("openevolve"))
        while not Round.objects.filter(run=run, kind="grow", outcome__isnull=False).exists():
            loop.turn(0.5)
    run.refresh_from_db()
    printed = StringIO()
    terminal.finish(run, printed, as_json=False)
    assert (
        "the model was told: the reply holds no SEARCH/REPLACE block. Calls, on the page of the run, has every reply"
        in printed.getvalue()
    )


def test_a_map_whose_axis_the_evaluator_never_tells_ends_a_run_with_the_axis_named(loop, monkeypatch):
    monkeypatch.setattr(driver, "BARREN_LIMIT", 6)
    made = world.project()
    axes.change(Actor.system(), made, Axes((Descriptor("fill", 0, 1),)))
    run = world.begin(loop, made, world.order("map_elites"))
    world.finish(loop, run)
    assert (run.state, run.measured) == ("exhausted", 0)
    assert run.why.endswith("no candidate has a place on the map: fill was never told")


def test_barren_rounds_are_counted_across_the_death_of_a_process(loop, monkeypatch):
    monkeypatch.setattr(driver, "BARREN_LIMIT", 6)
    made = world.project(program=NOTHING_TO_CHANGE, evaluator=CONSTANT)
    person = reviewer(made)
    run = world.begin(loop, made, world.order(mode="step-by-step"))
    Run.objects.filter(pk=run.pk).update(waiting_limit=1)  # one round after the other
    loop._drivers[run.pk].reload()
    for _ in range(4):
        loop.turn(0.5)
        approve_all(person, run)
    loop.turn(0.5)
    world.abandon(loop)
    after = world.new_loop([run.pk])
    for _ in range(10):
        after.turn(0.5)
        approve_all(person, run)
    after.close()
    run.refresh_from_db()
    assert (run.state, run.rounds) == ("exhausted", 8), "planted, six of the method's, concluded"
    assert run.why.endswith(", or no edit stood")


def reviewer(project):
    return world.member(project, "bob")


def approve_all(person, run):
    for gate in Effect.objects.filter(round__run=run, state__startswith="held"):
        answers.answer(person, gate, Reply("approve", "", gate.revision, selectors.shown(gate).hex(), f"{gate.pk}"))
