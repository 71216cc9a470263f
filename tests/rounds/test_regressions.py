"""Sequences that once lost, doubled or let through something: each stays impossible."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.engine import registry
from apps.engine.effects import Choose, Judge, Measure, Propose, Refused
from apps.engine.recipe import Grown, Recipe
from apps.engine.selection import Best
from apps.engine.variation.numbers import PerturbNumbers
from apps.oversight import selectors
from apps.oversight.services import answers, policies, stops
from apps.oversight.services.answers import Reply
from apps.projects.models import Component
from apps.records.models import Effect, Run, Trajectory, Verdict
from apps.rounds import perform
from apps.rounds.loop import Loop
from apps.rounds.perform import Performer
from apps.rounds.sweep import sweep
from apps.rounds.verify import problems
from tests.rounds import world

pytestmark = pytest.mark.django_db(transaction=True)
OPERATOR = PerturbNumbers()
RAISES = """
def score(given, expected, output, seed):
    if seed % 4 == 0:
        raise ValueError("now and then")
    return -sum((a - b) ** 2 for a, b in zip(output, expected, strict=True))
"""


@pytest.fixture
def method(monkeypatch):
    """Puts a round in the place of hill_climb's."""

    def use(grow):
        known = registry.get
        recipe = Recipe(vary=lambda ctx, parents: iter(()), round=grow)
        monkeypatch.setattr(registry, "get", lambda name: recipe if name == "hill_climb" else known(name))

    return use


@pytest.fixture
def performer(monkeypatch):
    monkeypatch.setattr(perform, "Pool", world.SharedPool)
    made = Performer(Path(settings.EVOWEB_HOME))
    yield made
    made._pool.close()
    made._slot.close()


def propose(ctx, parents, label):
    edit = OPERATOR.edit(parents[0].texts, ctx.edits, ctx.random(label))
    return Propose((parents[0].number,), edit, "test")


def owner(project):
    return world.member(project, "alice", "maintainer")


def say(who, gate, decision):
    seen = selectors.shown(gate).hex()
    answers.answer(who, gate, Reply(decision, "no", gate.revision, seen, f"{gate.pk}{gate.state}"))


def settle(loop, run):
    for _ in range(40):
        if not loop.turn(0.2):
            break
    run.refresh_from_db()


def test_a_method_that_is_always_refused_ends_as_exhausted(loop, toy, method):
    def grow(recipe, ctx):
        yield Choose("lesson", Best())

    method(grow)
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=3)))
    assert (run.state, run.measured) == ("exhausted", 0)


def test_several_candidates_a_round_and_a_budget_that_they_do_not_divide_come_to_an_end(loop, toy, method):
    def grow(recipe, ctx):
        parents = yield Choose("candidate", Best())
        children = []
        for label in "abc":
            children.append((yield propose(ctx, parents, label)))
        answers = yield [Measure(child) for child in children]
        for child, answer in zip(children, answers, strict=True):
            if not isinstance(answer, Refused):
                yield Judge(child, recipe.accept)
        return Grown(children[0], "keep")

    method(grow)
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=4, parallel=3)))
    assert (run.state, run.measured) == ("finished", 4)
    assert list(problems(toy)) == []


def test_a_scorer_that_raises_now_and_then_takes_nobody_out_for_good(loop):
    toy = world.project("Flaky", evaluator=RAISES, repeatable=False)
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=30, parallel=2, seed=2)))
    assert run.state == "finished"
    assert run.best is not None
    assert list(problems(toy)) == []


def test_a_run_whose_best_is_the_seed_verifies(loop):
    evaluator = (
        "def score(g, e, output, seed):\n    return -sum(abs(a - b) for a, b in zip(output, [0.5, -0.5, 0.25, 1.0]))\n"
    )
    noisy = world.project("Noisy", evaluator=evaluator, repeatable=False)
    run = world.finish(loop, world.begin(loop, noisy, world.order(candidates=3)))
    assert run.best == 0
    assert list(problems(noisy)) == []


def test_measuring_one_candidate_twice_in_a_list_verifies(loop, toy, method):
    def grow(recipe, ctx):
        parents = yield Choose("candidate", Best())
        child = yield propose(ctx, parents, "a")
        yield [Measure(child), Measure(child)]
        yield Judge(child, recipe.accept)
        return Grown(child, "keep")

    method(grow)
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=2)))
    assert run.measured == 2
    assert list(problems(toy)) == []


def test_the_comparisons_of_a_later_run_do_not_change_an_earlier_one(loop):
    noisy = world.project("Noisy", evaluator=world.NOISY, tasks=12, repeatable=False)
    for seed in range(3):
        world.finish(loop, world.begin(loop, noisy, world.order(candidates=6, seed=seed)))
    others = [row for row in Trajectory.objects.all() if row.candidate_id >> 32 != row.round >> 32]
    assert others, "no run compared with another run's champion: this test would prove nothing"
    assert list(problems(noisy)) == []


def test_a_driver_that_lost_its_run_lets_go_of_it(loop, toy):
    run = world.begin(loop, toy, world.order(candidates=50))
    loop.turn(0.2)
    loop._broken[run.pk] = 0.0  # the database had failed
    Run.objects.filter(pk=run.pk).update(driver_until=timezone.now() - timedelta(seconds=1))
    Effect.open.update(until=timezone.now() - timedelta(seconds=1))
    second = world.new_loop([run.pk])
    second._take()
    loop._step_all()
    assert run.pk in second._drivers
    assert run.pk not in loop._drivers
    world.finish(second, run)
    second.close()
    assert list(problems(toy)) == []


def test_a_performer_asks_the_policy_of_now_before_it_claims(toy, performer):
    driver = Loop(Path(settings.EVOWEB_HOME), 0)
    run = world.begin(driver, toy)
    while not Effect.open.filter(round__run=run, round__kind="grow", kind="measure").exists():
        driver.turn(0.05)
        if not Effect.open.filter(round__run=run, round__kind="grow", kind="measure").exists():
            performer.turn(0.3)
    policies.set_policy(owner(toy), run, "step-by-step")
    performer._claim()
    effect = Effect.open.get(round__run=run, kind="measure")
    assert effect.state == "ready"
    driver.turn(0.3)
    effect.refresh_from_db()
    assert effect.state == "held before"
    driver.close()


def test_a_driver_without_evaluators_offers_what_a_dead_performer_held(toy, performer):
    driver = Loop(Path(settings.EVOWEB_HOME), 0)
    run = world.begin(driver, toy, world.order(candidates=2))
    driver.turn(0.05)
    dead = Performer(Path(settings.EVOWEB_HOME))
    dead._claim()
    dead._pool.close()
    dead._slot.close()
    driver._drivers[run.pk].reload()
    for _ in range(40):
        driver.turn(0.05)
        performer.turn(0.2)
        sweep()
        run.refresh_from_db()
        if run.state != "open":
            break
    driver.close()
    assert (run.state, run.measured) == ("finished", 2)


def test_after_a_stop_nothing_starts_that_had_not_started(loop, toy):
    run = world.begin(loop, toy, world.order(candidates=100, parallel=16))
    loop.turn(0.2)
    stops.pause(owner(toy), toy, "stop")
    measured = Trajectory.objects.count()
    settle(loop, run)
    assert Trajectory.objects.count() - measured <= 2, "only what two evaluators had begun"
    assert not selectors.running(toy).exists()
    stops.resume(Actor.system(), toy)
    settle(loop, run)
    assert run.measured == 100
    assert list(problems(toy)) == []


def test_rejecting_a_judgement_takes_the_candidate_off_the_top(loop, toy):
    who = owner(toy)
    run = world.begin(loop, toy, world.order(candidates=6, mode="step-by-step"))
    while run.state == "open":
        settle(loop, run)
        for gate in Effect.open.filter(round__run=run, state__startswith="held"):
            say(who, gate, "reject" if gate.kind == "judge" else "approve")
    assert run.best == 0
    assert list(problems(toy)) == []


def test_a_method_reaches_gate_tasks_by_no_name(loop, method):
    asked = []

    def grow(recipe, ctx):
        parents = yield Choose("candidate", Best())
        child = yield propose(ctx, parents, "a")
        for key in ("t1", "nothing"):
            try:
                yield Measure(child, (key,))
            except Refused as refused:
                asked.append(refused.reason)
        yield Measure(child)
        yield Judge(child, recipe.accept)
        return Grown(child, "keep")

    method(grow)
    toy = world.project("Gated", tasks=1, gate=1)
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=1)))
    assert run.measured == 1
    assert len(asked) == 2


def test_a_method_cannot_plant_what_is_protected(loop, toy, method):
    def grow(recipe, ctx):
        yield Propose((), {"main.py": "C = []"}, "plant")

    method(grow)
    Component.objects.update(edit="protected")
    run = world.begin(loop, toy, world.order(candidates=1))
    settle(loop, run)
    assert run.state == "failed"
    assert "may not plant" in run.why


def test_planting_never_takes_the_place_of_a_champion(loop, toy):
    first = world.finish(loop, world.begin(loop, toy, world.order(candidates=20)))
    toy.refresh_from_db()
    champion = toy.champion
    assert champion >> 32 == first.pk
    toy.limits = {**toy.limits, "wall_seconds": 3.0}  # another protocol: the stored score does not count any more
    toy.save()
    second = world.begin(loop, toy, world.order(candidates=1, mode="gate-only"))
    settle(loop, second)
    toy.refresh_from_db()
    assert toy.champion == champion
    assert not Verdict.objects.filter(candidate__run=second, decision="promote").exists()
