"""A list of effects is carried out concurrently, answered in its own order, held child by child, and survives death."""

import pytest

from apps.engine import registry
from apps.engine.effects import Choose, Judge, Measure, Propose, Refused
from apps.engine.recipe import Grown, Recipe
from apps.engine.selection import Best
from apps.engine.variation.numbers import PerturbNumbers
from apps.oversight import selectors
from apps.oversight.services import answers
from apps.oversight.services.answers import Reply
from apps.records.archive import archive_digest
from apps.records.models import Effect
from apps.rounds.verify import problems
from tests.rounds import world
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
