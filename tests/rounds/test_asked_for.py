"""What people ask a run for is done once, whenever its process dies, and leaves the run what its records say it is."""

from contextlib import suppress
from random import Random

import pytest

from apps.engine import registry
from apps.engine.acceptance import Always
from apps.engine.effects import Judge, Measure, Propose
from apps.engine.population import Population
from apps.engine.recipe import Grown, Recipe
from apps.oversight import edits, rules
from apps.oversight.services import verdicts
from apps.oversight.vocabulary import offered
from apps.records.models import CandidateEdit, Commission, Round
from apps.rounds import opening
from apps.rounds.verify import problems
from tests.rounds import world
from tests.rounds.people import approve_all, begin, gates, say, settle
from tests.rounds.test_durability import Died, Faults

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def modes(monkeypatch):
    """Modes with one kind of gate, so that a run asks little."""
    for kind in ("propose", "judge"):
        monkeypatch.setitem(rules.MODES, f"after {kind}", (rules.Rule(kind, "after"),))


def rewritten(gate, number):
    (path, text), *_ = edits.editable(CandidateEdit.objects.get(pk=gate.candidate)).items()
    return {path: text.replace("C = [", f"C = [{number}, ").replace(", 1.0]", "]")}


def dying(faults, run, at, *, after):
    """The process that drives the run dies at a commit. Whether it came to that."""
    loop = world.new_loop([run.pk])
    faults.arm(at, after=after)
    with suppress(Died):
        settle(loop, run)
        faults.arm(0)
        loop.close()
        return False
    faults.arm(0)
    world.abandon(loop)
    return True


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["propose", "judge"])
def test_an_edit_is_carried_out_once_whenever_the_process_dies(modes, monkeypatch, kind, after):
    faults, died = Faults(monkeypatch), 0
    for at in range(1, 5):
        toy = world.project(f"Toy {at}")
        bob = world.member(toy, f"bob {at}")
        loop = world.new_loop()
        run = begin(loop, toy, f"after {kind}", candidates=1)
        (gate,) = gates(run)
        loop.close()
        say(bob, gate, "edit", edit=rewritten(gate, 1.5))
        died += dying(faults, run, at, after=after)
        loop = world.new_loop([run.pk])
        settle(loop, run)
        approve_all(loop, run, bob)
        loop.close()
        original, edited = CandidateEdit.objects.filter(run=run, id__gt=run.pk << 32).order_by("pk")
        assert (original.verdict, edited.verdict != "", edited.score is not None) == ("drop", True, True), at
        assert Round.objects.filter(run=run, commission__isnull=False).count() == (kind == "judge"), at
        assert list(problems(toy)) == [], at
    assert died >= 2, "it did not die on the way: this test would prove nothing"


@pytest.mark.parametrize("seed", range(3))
def test_what_a_driver_knows_after_anything_that_people_say_is_what_the_records_give(modes, seed):
    """Parallel rounds, a noisy scorer, a memory, and random answers, reverts and holds."""
    dice = Random(seed)
    noisy = world.project("Noisy", evaluator=world.NOISY, repeatable=False, tasks=3, gate=2)
    bob = world.member(noisy, "bob", "maintainer")
    loop = world.new_loop()
    run = begin(loop, noisy, dice.choice(["after judge", "after propose", "gate-only"]), candidates=8, parallel=3)
    for _ in range(12):
        if run.state != "open":
            break
        for gate in dice.sample(gates(run), k=min(3, len(gates(run)))):
            _anything(dice, bob, gate)
        if dice.random() < 0.3:
            _something_is_reverted(dice, bob, run)
        settle(loop, run)
        if run.state == "open":
            _same(loop._drivers[run.pk].book.population, run)
    approve_all(loop, run, bob)
    loop.close()
    assert not Commission.objects.filter(served=None).exists()
    assert list(problems(noisy)) == []


def _anything(dice, actor, gate):
    words = offered(gate.kind, gate.state.removeprefix("held "), repeatable=False)
    decision = dice.choice([word for word in words if word not in ("escalate", "defer")])
    edit = rewritten(gate, dice.random()) if decision == "edit" else None
    say(actor, gate, decision, "because", f"{dice.random()}", repeats=2, edit=edit)


def _something_is_reverted(dice, actor, run):
    standing = CandidateEdit.objects.filter(run=run, id__gt=run.pk << 32).exclude(verdict="revert")
    if found := list(standing.select_related("run__project").order_by("pk")):
        verdicts.revert(actor, dice.choice(found), "it cheats")


def _same(known, run):
    tasks = {task.pk: task.key for task in run.project.tasks.filter(split="validation").order_by("position")}
    read = Population(tuple(tasks.values()), known._memory)
    opening.fold(run, tasks, read)
    assert known.members == read.members
    assert list(known.ranked) == list(read.ranked)
    assert (known.best_so_far, known.memory) == (read.best_so_far, read.memory)
    assert {number: known.score(number) for number in known.members} == {
        number: read.score(number) for number in read.members
    }


def test_equal_contents_share_what_is_measured_and_the_best_after_a_revert_knows_it(loop, modes, monkeypatch):
    text = world.PROGRAM.replace("0.25", "0.75")

    def the_same_again(recipe, ctx):
        child = yield Propose((0,), {"main.py": text}, "again")
        yield Measure(child)
        verdict = yield Judge(child, Always())
        return Grown(child, verdict["decision"])

    recipe = Recipe(vary=lambda ctx, parents: iter(()), round=the_same_again)
    monkeypatch.setattr(registry, "get", lambda name: recipe)
    noisy = world.project("Noisy", evaluator=world.NOISY, repeatable=False, tasks=3)
    bob = world.member(noisy, "bob", "maintainer")
    run = begin(loop, noisy, "after judge", candidates=2)
    say(bob, gates(run)[-1], "measure more", repeats=5)
    settle(loop, run)
    approve_all(loop, run, bob)
    first, second = CandidateEdit.objects.filter(run=run, id__gt=run.pk << 32).select_related("run__project")
    assert first.score == second.score
    verdicts.revert(bob, second, "it cheats")
    assert list(problems(noisy)) == []
