"""The conformance suite finds methods that are wrong: for each check a method that must not pass."""

import ast
from random import Random

import pytest

from apps.engine.effects import Choose, Compare, Judge, Measure, Propose, Refused
from apps.engine.recipe import Grown, Recipe
from apps.engine.selection import Best
from apps.engine.testing import bad_inputs, conformance
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World
from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.vary import edited_by


def recipe(**changes):
    return Recipe(**{"vary": edited_by((1.0, PerturbNumbers())), **changes})


@pytest.fixture
def method(monkeypatch):
    """Makes conformance look at this recipe, whatever name it is asked for."""

    def use(made):
        monkeypatch.setattr(conformance.registry, "get", lambda _name: made)

    return use


def test_a_method_with_a_generator_of_its_own_is_found(method):
    dice = Random(1)

    def vary(ctx, parents):
        edit = PerturbNumbers().edit(parents[0].texts, ctx.edits, dice)
        return (yield Propose((parents[0].number,), edit, "dice"))

    method(recipe(vary=vary))
    with pytest.raises(AssertionError, match="again with the same seed"):
        conformance.same_seed_same_effects("any")


def test_a_method_that_remembers_outside_the_journal_is_found(method):
    calls = []

    def vary(ctx, parents):
        calls.append(1)
        edit = {"main.py": parents[0].texts["main.py"].replace("C = [", f"C = [{len(calls)}.0, ")}
        return (yield Propose((parents[0].number,), edit, "counting"))

    method(recipe(vary=vary))
    with pytest.raises(AssertionError, match="diverges"):
        conformance.resumes_from_every_position("any")


def test_a_method_that_proposes_orphans_is_found(method):
    def vary(ctx, parents):
        return (yield Propose((), {"main.py": parents[0].texts["main.py"]}, "orphan"))

    method(recipe(vary=vary))
    with pytest.raises(ValueError, match="base parent"):
        conformance.names_its_parents("any")


def test_a_method_that_measures_nothing_is_found(method):
    def measure(ctx, child):
        return
        yield

    method(recipe(measure=measure))
    with pytest.raises(AssertionError, match="stops when"):
        conformance.failed_measurement_is_data("any")


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("try:\n    x()\nexcept Exception:\n    pass", "catches everything"),
        ("def f():\n    try:\n        pass\n    finally:\n        yield 1", "yields in finally"),
        ("def f(recipe, ctx):\n    recipe.measure(ctx, 1)\n    yield", "without `yield from`"),
    ],
)
def test_unsound_source_is_found(source, what):
    tree = ast.parse(source)
    found = [*conformance._broad(tree), *conformance._yield_in_finally(tree), *conformance._lost_generators(tree)]
    assert any(what in problem for problem in found)


def test_a_method_may_not_measure_on_gate_tasks():
    def grow(_recipe, ctx):
        yield Measure(0, "gate")

    with pytest.raises(ValueError, match="gate tasks"):
        World(recipe(round=grow), 1, TEXTS, distance).evolve(1, most_rounds=2)


@pytest.mark.parametrize("effect", [Compare(0, (0, 0), "gate"), "measure"])
def test_a_method_may_not_yield_what_is_not_its_own(effect):
    def grow(_recipe, ctx):
        yield effect

    with pytest.raises(TypeError, match="a method yielded"):
        World(recipe(round=grow), 1, TEXTS, distance).evolve(1, most_rounds=2)


def test_a_list_of_effects_is_answered_in_its_own_order():
    answers = []

    def grow(_recipe, ctx):
        parents = yield Choose("candidate", Best())
        texts = parents[0].texts["main.py"]
        first = yield Propose((0,), {"main.py": texts.replace("0.5,", "0.6,", 1)}, "a")
        second = yield Propose((0,), {"main.py": texts.replace("0.5,", "0.7,", 1)}, "b")
        answers.append((yield [Measure(second), Measure(first), Measure(99)]))
        yield Judge(first, _recipe.accept)
        return Grown(first, "keep")

    World(recipe(round=grow), 1, TEXTS, distance).evolve(1, most_rounds=2)
    second, first, refused = answers[0]
    assert second[0][1] > first[0][1]
    assert "no candidate 99" in refused.reason


def test_a_method_that_waits_for_a_better_score_is_found(method):
    def vary(ctx, parents):
        if parents[0].score == 1.0:
            return None
        edit = PerturbNumbers().edit(parents[0].texts, ctx.edits, ctx.random("vary"))
        return (yield Propose((parents[0].number,), edit, "waiting"))

    method(recipe(vary=vary))
    with pytest.raises(AssertionError, match="all scores are equal"):
        bad_inputs.goes_on_with_constant_scores("any")


def test_a_method_that_can_do_with_one_task_only_is_found(method):
    def vary(ctx, parents):
        if len(ctx.tasks) > 1:
            return None
        edit = PerturbNumbers().edit(parents[0].texts, ctx.edits, ctx.random("vary"))
        return (yield Propose((parents[0].number,), edit, "one task"))

    method(recipe(vary=vary))
    with pytest.raises(AssertionError, match="several tasks"):
        bad_inputs.goes_on_with_several_tasks("any")


@pytest.mark.parametrize(("reason", "clear"), [("fill was never told", True), ("nothing there", False)])
def test_a_method_that_ends_for_want_of_an_axis_has_to_name_it(method, reason, clear):
    def grow(_recipe, ctx):
        raise Refused(reason)
        yield

    method(recipe(round=grow))
    if clear:
        bad_inputs.says_which_axis_was_never_told("any")
        return
    with pytest.raises(AssertionError, match="nothing there"):
        bad_inputs.says_which_axis_was_never_told("any")


def test_a_method_that_needs_every_fact_is_found(method):
    def grow(_recipe, ctx):
        if ctx.round > 3:
            raise Refused("a fact is missing")
        yield Measure(0)
        return Grown(0, "keep")

    method(recipe(round=grow))
    with pytest.raises(AssertionError, match="facts are missing"):
        bad_inputs.goes_on_with_facts_that_come_and_go("any")
