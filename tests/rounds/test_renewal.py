"""Another evaluator for a project: the old series is closed, and what stood by it is measured again."""

import pytest

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.engine.canonical import decode
from apps.oversight.services import verdicts
from apps.projects.facts import Facts
from apps.projects.importer import import_package
from apps.projects.models import FormerEvaluator, Project
from apps.projects.package import read_package
from apps.records.models import CandidateEdit, Effect, Trajectory, Verdict
from apps.rounds import baselines, control, renewal
from apps.rounds.verify import problems
from tests.projects.conftest import Workspace
from tests.rounds import world

SYSTEM = Actor.system()
PROGRAM = "FACTOR = 1.0\n\n\ndef run(number):\n    return FACTOR * number\n"


@pytest.fixture
def workspace(tmp_path):
    made = Workspace(tmp_path / "project")
    made.write("main.py", PROGRAM)
    return made


@pytest.fixture
def project(workspace, transactional_db):
    return import_package(SYSTEM, workspace.package(), facts())


def facts():
    return Facts(repeatable=True, noise=0.0, seed_score=-1.5, seconds=0.01, tasks=2)


def replaced(project, workspace, old="-abs(expected - output)", new="-2 * abs(expected - output)"):
    """The project once its folder has another evaluator."""
    workspace.change("evaluator.py", old, new)
    renewal.replace_evaluator(SYSTEM, project, read_package(workspace.root), facts())
    return Project.objects.get(pk=project.pk)


def measure(loop, project, best=5, candidates=0, **more):
    ordered = world.order(candidates=candidates, **more)
    run = renewal.measure_again(SYSTEM, project, ordered, best, "bubblewrap", loop.slot.name)
    loop.only = [run.pk]
    loop.adopt(run)
    return run


def champion(project):
    return CandidateEdit.objects.select_related("run__protocol", "run__project").get(
        pk=Project.objects.get(pk=project.pk).champion
    )


@pytest.fixture
def evolved(loop, project):
    """The project after a run whose champion is no seed."""
    world.finish(loop, world.begin(loop, project, world.order(candidates=12)))
    assert champion(project).number > 0
    return Project.objects.get(pk=project.pk)


def test_a_replaced_evaluator_closes_the_series_and_changes_no_record(evolved, workspace):
    before = list(CandidateEdit.objects.order_by("pk").values_list("pk", "score", "verdict"))
    project = replaced(evolved, workspace)
    assert list(CandidateEdit.objects.order_by("pk").values_list("pk", "score", "verdict")) == before
    assert [run.number for run in renewal.stale(project)] == [1]
    assert renewal.stale_champion(project).pk == project.champion
    assert project.slug == evolved.slug
    assert decode(bytes(FormerEvaluator.objects.get().columns))["evaluator"] == bytes(evolved.evaluator).decode()
    assert list(problems(project)) == []


def test_seed_champion_and_the_best_are_measured_again_and_the_champion_stands_by_its_new_score(
    loop, evolved, workspace
):
    project = replaced(evolved, workspace)
    chosen = renewal.candidates(project, 3)
    assert chosen[0] == project.champion
    run = world.finish(loop, measure(loop, project, best=3))
    assert (run.state, run.measured) == ("finished", len(chosen))
    taken = CandidateEdit.objects.filter(run=run).order_by("pk")
    assert [decode(bytes(one.parents)).get("origin") for one in taken] == [None, *chosen]
    for one in taken[1:]:
        origin = CandidateEdit.objects.get(pk=decode(bytes(one.parents))["origin"])
        assert (one.content_digest, one.score) == (origin.content_digest, pytest.approx(2 * origin.score))
    assert champion(project).run == run
    assert champion(project).content_digest == CandidateEdit.objects.get(pk=chosen[0]).content_digest
    assert not champion(project).run.is_stale
    assert Verdict.objects.filter(decision="promote").latest("pk").by == "rule:renewed"
    assert not Trajectory.objects.filter(candidate__run__number=1, protocol=run.protocol_id).exists()
    assert list(problems(project)) == []


def test_search_goes_on_from_what_was_measured_again(loop, evolved, workspace):
    project = replaced(evolved, workspace)
    run = world.finish(loop, measure(loop, project, best=2, candidates=6))
    taken = len(renewal.candidates(project, 2)) or 1
    assert run.candidates == run.measured
    own = CandidateEdit.objects.filter(run=run).order_by("-pk")
    assert run.measured > taken
    assert "origin" not in decode(bytes(own.first().parents))
    assert list(problems(project)) == []


def test_a_stale_champion_is_renewed_also_by_the_seed_of_any_run(loop, project, workspace):
    world.finish(loop, world.begin(loop, project, world.order("null_run", candidates=1)))
    assert champion(project).number == 0
    project = replaced(project, workspace)
    assert renewal.candidates(project, 0) == []
    run = world.finish(loop, world.begin(loop, project, world.order("null_run", candidates=1)))
    assert champion(project).run == run


def test_a_better_one_must_beat_the_champion_on_todays_scores(loop, evolved, workspace):
    """The new evaluator turns the order round: what was worst is best now."""
    project = replaced(evolved, workspace, "-abs(", "abs(")
    run = world.finish(loop, measure(loop, project, best=12))
    now = champion(project)
    assert now.run == run
    assert now.score == max(CandidateEdit.objects.filter(run=run, verdict="keep").values_list("score", flat=True))
    compared = [effect for effect in Effect.objects.filter(kind="compare")]
    assert compared == []  # the champion has a score of today before the others come


def test_an_evaluator_is_not_replaced_while_a_run_is_open(loop, project, workspace):
    run = world.begin(loop, project)
    with pytest.raises(UserError, match="run 1 is still open"):
        replaced(project, workspace)
    assert not FormerEvaluator.objects.exists()
    assert bytes(Project.objects.get().evaluator) == bytes(project.evaluator)
    world.finish(loop, run)


def test_a_run_does_not_start_under_an_evaluator_that_was_replaced_meanwhile(project, workspace):
    replaced(project, workspace)
    with pytest.raises(UserError, match="was replaced at this moment"):
        renewal.start(SYSTEM, project, world.order(), "bubblewrap")


def test_the_evaluator_of_before_brings_its_series_back(evolved, workspace):
    project = replaced(evolved, workspace)
    project = replaced(project, workspace, "-2 * abs", "-abs")
    assert not renewal.stale(project).exists()
    assert FormerEvaluator.objects.count() == 2
    assert list(problems(project)) == []


def test_another_seed_or_other_tasks_are_another_project(evolved, workspace):
    workspace.change("tasks.jsonl", '"expected": 4', '"expected": 5')
    workspace.change("main.py", "FACTOR = 1.0", "FACTOR = 2.0")
    with pytest.raises(UserError, match=r"What evolves is another: main.py\. Its tasks are others: two\."):
        replaced(evolved, workspace)
    assert not FormerEvaluator.objects.exists()


def test_a_stale_candidate_is_not_promoted_by_hand(evolved, workspace):
    replaced(evolved, workspace)
    other = CandidateEdit.objects.filter(score__isnull=False, verdict="keep").exclude(pk=evolved.champion).first()
    with pytest.raises(UserError, match="An earlier evaluator gave its score"):
        verdicts.promote(SYSTEM, other, "it was good")


def test_nothing_is_measured_again_where_nothing_is_stale(evolved):
    with pytest.raises(UserError, match="Nothing is to be measured again"):
        renewal.measure_again(SYSTEM, evolved, world.order(candidates=0), 3, "bubblewrap")
    with pytest.raises(UserError, match="Between 0 and 100"):
        renewal.measure_again(SYSTEM, evolved, world.order(candidates=0), 101, "bubblewrap")


def test_in_gate_only_people_are_asked_before_the_champion_stands_anew_and_for_nothing_else(loop, evolved, workspace):
    project = replaced(evolved, workspace)
    run = measure(loop, project, best=0, mode="gate-only")
    for _ in range(30):
        loop.turn(0.3)
        if loop.idle:
            break
    held = Effect.open.filter(round__run=run, state="held before")
    assert [effect.kind for effect in held] == ["promote"]
    assert decode(bytes(held[0].asked))["rule"] is not None
    words = [waiting.words for waiting in control.ControlRoom(SYSTEM, control.runs(project).get(pk=run.pk)).commissions]
    assert all(word.startswith("Take over candidate") for word in words)


def test_a_tampered_evaluator_is_found(evolved, workspace):
    project = replaced(evolved, workspace)
    kept = FormerEvaluator.objects.get()
    kept.columns = bytes(kept.columns).replace(b"-abs(", b"-2*abs(")
    kept.save()
    told = list(problems(project))
    assert "the tasks, the evaluator or the limits of Doubling are not those of run 1" in told
    assert "evaluator 1 was changed" in told


def test_baselines_that_were_ordered_are_not_measured_under_another_evaluator(loop, project, workspace):
    ended = world.finish(loop, world.begin(loop, project, world.order(candidates=3, options={"baseline": True})))
    assert baselines.ordered(world.reload(ended))
    replaced(project, workspace)
    assert not baselines.ordered(world.reload(ended))
