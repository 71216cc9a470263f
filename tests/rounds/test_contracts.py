"""Contracts through the real driver: graded when a candidate is judged, against repeats that the driver measures."""

from dataclasses import replace

import pytest

from apps.engine import registry
from apps.engine.canonical import decode, encode
from apps.engine.contracts.payload import grade_from
from apps.engine.effects import Choose, Contract, Judge, Measure, Propose
from apps.engine.methods import hill_climb
from apps.engine.recipe import Grown
from apps.engine.selection import Best
from apps.log.models import Event
from apps.oversight.selectors import policy
from apps.records.models import CandidateEdit, Effect, Round, Snapshot, Trajectory, Verdict
from apps.rounds.opening import open_book
from apps.rounds.verify import problems
from tests.rounds import world

TASKS = tuple(f"t{number}" for number in range(12))
FIXES = TASKS[:4]
# Each task is solved with a chance of 0.8, with 7 as the first number with one of 0.97, with 9 never.
MIXED = """
import random
def score(given, expected, output, seed):
    if output[0] == 9.0:
        return 0.0
    return float(random.Random(f"{seed}/{output}").random() < (0.97 if output[0] == 7.0 else 0.8))
"""
STEADY = """
def score(given, expected, output, seed):
    return float(output[0] == 7.0)
"""


def claiming(first, contract):
    """A method whose every edit sets the first number and states the same contract."""

    def round_(recipe, ctx):
        yield Choose("candidate", Best(), 1)
        texts = {"main.py": world.PROGRAM.replace("0.5, -0.5", f"{first}, {ctx.round}.0")}
        child = yield Propose((0,), texts, "claim", contract, traits={"model": "sage"})
        yield Measure(child)
        return Grown(child, (yield Judge(child, known.accept))["decision"])

    known = hill_climb.RECIPE
    return replace(known, round=round_)


def evolve(monkeypatch, first, contract, *, contracts=None, repeatable=False, candidates=5, mode="full-auto"):
    recipe = claiming(first, contract)
    monkeypatch.setattr(registry, "get", lambda name: recipe)
    project = world.project(
        "Claims", evaluator=STEADY if repeatable else MIXED, tasks=len(TASKS), repeatable=repeatable
    )
    project.contracts = contracts or {}
    project.save()
    loop = world.new_loop()
    run = world.begin(loop, project, world.order(candidates=candidates, mode=mode))
    while not loop.idle or run.born == 0:
        loop.turn(0.5)
        run.refresh_from_db()
    loop.close()
    return run


def grades(run):
    rows = CandidateEdit.objects.filter(run=run).exclude(graded=b"").order_by("pk")
    return {row.number: grade_from(decode(bytes(row.graded))) for row in rows}


SURE = Contract("the first number matters", "it failed", FIXES, (), dict.fromkeys(FIXES, 0.9))


@pytest.mark.django_db(transaction=True)
def test_what_is_claimed_is_graded_against_repeats_that_the_driver_measures(monkeypatch):
    run = evolve(monkeypatch, 7.0, SURE, contracts={"aa_share": 0.3}, candidates=8)
    assert sorted(grades(run)) == list(range(1, 9))
    controls = Round.objects.filter(run=run, kind="control")
    assert controls.exists()
    repeats = Trajectory.objects.filter(round__in=controls.values("pk")).count()
    assert run.measured == 8, "repeats are no candidates"
    told = decode(bytes(Snapshot.objects.get(run=run).contracts))
    assert told["repeats"] >= repeats  # what promotions compare is measured once more too
    assert told["repeats"] >= 0.3 * Trajectory.objects.count()
    assert set(told["authors"]) == {"model:sage", "operator:claim"}
    assert sum(told["authors"]["model:sage"][0]) == 8
    last = grades(run)[8]
    assert [named.task for named in last.named if named.part == "fix"] == list(FIXES)
    assert all(0 < named.rate < 1 for named in last.named)
    said = Event.objects.filter(project=run.project_id, kind="contract.graded")
    assert {decode(bytes(event.body))["word"] for event in said} == {each.word for each in grades(run).values()}
    assert list(problems(run.project)) == []


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_read_again_knows_the_same_of_its_contracts(monkeypatch):
    run = evolve(monkeypatch, 7.0, SURE, contracts={"aa_share": 0.5}, candidates=4)
    book = open_book(run, "nobody", claims=False)
    assert book.contracts.calibration.payload() == decode(bytes(Snapshot.objects.get(run=run).contracts))["authors"]
    assert book.contracts.words == {number: each.word for number, each in grades(run).items()}
    assert book.controls == Round.objects.filter(run=run, kind="control").count() > 0


@pytest.mark.django_db(transaction=True)
def test_where_nothing_is_claimed_or_nothing_turns_by_itself_nothing_is_repeated(monkeypatch):
    quiet = evolve(monkeypatch, 7.0, Contract(), candidates=2)
    assert not Round.objects.filter(run=quiet, kind="control").exists()
    assert grades(quiet) == {}


@pytest.mark.django_db(transaction=True)
def test_a_harmful_edit_is_reverted_where_the_policy_says_so(monkeypatch):
    run = evolve(monkeypatch, 9.0, SURE, contracts={"harmful": "revert", "aa_share": 0.5}, candidates=8)
    harmful = {number for number, each in grades(run).items() if each.word == "harmful"}
    reverted = Verdict.objects.filter(candidate__run=run, decision="revert")
    assert {each.candidate.number for each in reverted} == harmful != set()
    assert {(each.by, each.why) for each in reverted} == {(f"policy:{run.pk}", "its contract: harmful")}
    answers = Effect.objects.filter(round__run=run, kind="judge", candidate__in=reverted.values("candidate"))
    assert {decode(bytes(row.answer))["done"]["decision"] for row in answers} == {"revert"}
    assert list(problems(run.project)) == []


@pytest.mark.django_db(transaction=True)
def test_people_are_asked_where_the_policy_says_so_and_only_there(monkeypatch):
    run = evolve(monkeypatch, 0.5, SURE, contracts={"ineffective": "gate"}, repeatable=True, candidates=2)
    row = Effect.objects.get(round__run=run, state="held after")
    assert (row.kind, grades(run)[row.candidate % (1 << 32)].word) == ("judge", "ineffective")


@pytest.mark.django_db(transaction=True)
def test_another_mode_keeps_what_contracts_lead_to(monkeypatch):
    run = evolve(monkeypatch, 7.0, Contract(), contracts={"harmful": "revert", "aa_share": 0.1}, candidates=1)
    rows = decode(bytes(policy(run).table))
    assert [(row["action"], row["contract"]) for row in rows] == [("revert", "harmful")]
    assert decode(bytes(run.contracts)) == {"harmful": "revert", "aa_share": 0.1}


@pytest.mark.django_db(transaction=True)
def test_verify_names_a_contract_whose_outcome_was_changed(monkeypatch):
    run = evolve(monkeypatch, 7.0, SURE, candidates=2)
    made = CandidateEdit.objects.get(run=run, pk=run.pk << 32 | 1)
    told = decode(bytes(made.graded)) | {"word": "effective", "why": []}
    CandidateEdit.objects.filter(pk=made.pk).update(graded=encode(told))
    assert any("contract of candidate 1" in what for what in problems(run.project))
