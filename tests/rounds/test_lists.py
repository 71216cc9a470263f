"""A list of effects is carried out concurrently, answered in its own order, held child by child, and survives death."""

import pytest

from apps.engine import registry
from apps.engine.canonical import decode
from apps.engine.effects import Choose, Judge, Measure, Propose, Refused
from apps.engine.recipe import Grown, Recipe
from apps.engine.selection import Best
from apps.engine.variation.numbers import PerturbNumbers
from apps.oversight import rules, selectors
from apps.oversight.services import answers
from apps.oversight.services.answers import Reply
from apps.records.archive import archive_digest
from apps.records.models import CandidateEdit, Effect
from apps.rounds.verify import problems
from tests.rounds import people, world
from tests.rounds.test_durability import Died, Faults

OPERATOR = PerturbNumbers()


def pairs(recipe, ctx):
    """Two children of the best, measured side by side."""
    parents = yield Choose("candidate", Best())
    children = []
    for label in ("left", "right"):
        edit = OPERATOR.edit(parents[0].texts, ctx.edits, ctx.random(label))
        children.append((yield Propose((parents[0].number,), edit, "pair")))
    answers = yield [Measure(child) for child in children]
    for child, answer in zip(children, answers, strict=True):
        if not isinstance(answer, Refused):
            yield Judge(child, recipe.accept)
    return Grown(children[-1], "keep")


@pytest.fixture(autouse=True)
def paired(monkeypatch):
    known = registry.get
    recipe = Recipe(vary=lambda ctx, parents: iter(()), round=pairs)
    monkeypatch.setattr(registry, "get", lambda name: recipe if name == "hill_climb" else known(name))


@pytest.mark.django_db(transaction=True)
def test_a_run_of_pairs_measures_every_candidate_once(loop, toy):
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=10)))
    assert (run.state, run.measured, run.born) == ("finished", 10, 11)
    together = Effect.objects.filter(round__run=run, kind="together", child=-1)
    assert together.count() == 5
    assert list(problems(toy)) == []


@pytest.mark.django_db(transaction=True)
def test_an_odd_budget_refuses_the_child_that_is_too_many(loop, toy):
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=5)))
    assert run.measured == 5
    assert Effect.objects.filter(round__run=run, kind="measure", state="refused").count() == 1
    assert list(problems(toy)) == []


@pytest.mark.django_db(transaction=True)
def test_dying_at_any_commit_of_pairs_leaves_the_same_archive(monkeypatch):
    loop = world.new_loop()
    wanted = archive_digest(
        world.finish(loop, world.begin(loop, world.project("Undisturbed"), world.order(candidates=6)))
    )
    loop.close()
    faults = Faults(monkeypatch)
    for at in range(2, 12):
        loop = world.new_loop()
        run = world.begin(loop, world.project(f"Toy {at}"), world.order(candidates=6))
        faults.arm(at, after=bool(at % 2))
        try:
            while run.state == "open":
                loop.turn(0.5)
                run.refresh_from_db()
        except Died:
            world.abandon(loop)
        faults.arm(0)
        after = world.new_loop([run.pk])
        run.refresh_from_db()
        if run.state == "open":
            world.finish(after, run)
        after.close()
        assert archive_digest(run) == wanted, f"died at commit {at}"
        assert list(problems(run.project)) == []


@pytest.mark.django_db(transaction=True)
def test_each_child_of_a_list_has_a_gate_of_its_own(loop, toy):
    bob = world.member(toy, "bob")
    run = world.begin(loop, toy, world.order(candidates=2, mode="step-by-step"))
    kinds = []
    while run.state == "open":
        for _ in range(30):
            if not loop.turn(0.2):
                break
        for gate in Effect.open.filter(round__run=run, state__startswith="held").order_by("position", "child"):
            kinds.append((gate.kind, gate.child))
            decision = "reject" if gate.kind == "measure" and gate.child == 1 and run.measured == 0 else "approve"
            seen = selectors.shown(gate).hex()
            answers.answer(bob, gate, Reply(decision, "no", gate.revision, seen, f"{gate.pk}{gate.state}"))
        run.refresh_from_db()
    assert {("measure", 0), ("measure", 1)} <= set(kinds)
    assert run.measured == 2
    assert Effect.objects.filter(round__run=run, kind="measure", child=1, state="refused").exists()
    assert list(problems(toy)) == []


def twins(recipe, ctx):
    """Two children of the best, proposed at once."""
    parents = yield Choose("candidate", Best())
    texts = parents[0].texts
    edits = [OPERATOR.edit(texts, ctx.edits, ctx.random(label)) for label in ("left", "right")]
    children = yield [Propose((parents[0].number,), edit, "pair") for edit in edits]
    stand = [child for child in children if not isinstance(child, Refused)]
    yield [Measure(child) for child in stand]
    for child in stand:
        yield Judge(child, recipe.accept)
    return Grown(stand[-1], "keep")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dies", [False, True], ids=["it lives", "its process dies"])
def test_one_of_a_list_is_edited_by_a_person_and_one_is_drawn_no_more(loop, toy, monkeypatch, dies):
    recipe = Recipe(vary=lambda ctx, parents: iter(()), round=twins)
    monkeypatch.setattr(registry, "get", lambda name: recipe)
    monkeypatch.setitem(rules.MODES, "proposals", (rules.Rule("propose", "after"),))
    bob = world.member(toy, "bob")
    run = people.begin(loop, toy, "proposals", candidates=2)
    left, right = people.gates(run)[:2]
    assert (left.child, right.child) == (0, 1)
    original = CandidateEdit.objects.get(pk=left.candidate)
    if dies:
        world.abandon(loop)
    text = world.PROGRAM.replace("1.0]", "3.0]")
    people.say(bob, left, "edit", "straight there", edit={"main.py": text})
    people.say(bob, right, "reject", "no")
    after = world.new_loop([run.pk]) if dies else loop
    people.settle(after, run)
    people.approve_all(after, run, bob)
    if dies:
        after.close()
    left.refresh_from_db()
    right.refresh_from_db()
    edited = CandidateEdit.objects.get(pk=left.candidate)
    assert (left.state, left.revision, right.state) == ("done", 1, "refused")
    assert edited.score is not None
    assert decode(bytes(edited.parents))["replaces"] == original.number
    assert run.state == "finished"
    assert list(problems(toy)) == []
