"""Varying whatever there is: which operators find work, and what is said where none does."""

import pytest

from apps.engine.effects import Propose, Refused
from apps.engine.mixture import mixed
from apps.engine.recipe import Context
from apps.engine.records import Chosen
from apps.engine.variation.anything import arms, nothing_to_vary
from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.variation.statements import MutateStatements

WHOLE = {"a": "whole", "a.py": "whole", "a.json": "whole"}


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        ({"a.json": '{"x": 1.5}'}, {"perturb_numbers"}),
        ({"a.py": "x = f(y)\nz = g(x)\n"}, {"mutate_statements"}),
        ({"a.py": "x = 1.5\ny = x\n"}, {"perturb_numbers", "mutate_statements"}),
        ({"a": "prose about 3 numbers"}, set()),
    ],
)
def test_the_arms_are_those_that_find_something(texts, names):
    assert {operator.name for _, operator in arms(texts, WHOLE)} == names
    assert bool(nothing_to_vary(texts, WHOLE)) == (not names)


def test_a_seed_with_nothing_to_vary_is_told_what_to_do():
    assert "EVOLVE-BLOCK markers" in nothing_to_vary({"a.py": "x = 1\n"}, {"a.py": "protected"})


def vary(made, first, second=None, refuse=()):
    """What mixed proposes round after round, each asked for until it is not refused."""
    parents = [Chosen(number, 0.0, {"a.py": text}) for number, text in enumerate(filter(None, (first, second)))]
    for round_ in range(40):
        ctx = Context(1, round_, WHOLE)
        steps = made(ctx, parents)
        try:
            asked = next(steps)
            for reason in refuse:
                ctx.position += 1
                yield asked
                asked = steps.throw(Refused(reason))
            yield asked
        except StopIteration:
            yield None


def test_an_operator_that_finds_nothing_gives_way_to_one_that_does():
    proposals = list(vary(mixed([(9.0, PerturbNumbers()), (1.0, MutateStatements())]), "x = f(y)\nz = g(x)\n"))
    assert {proposal.operator for proposal in proposals} == {"mutate_statements"}


def test_a_text_without_anything_to_vary_gives_nothing():
    assert set(vary(mixed(), "# nothing\n")) == {None}


def test_two_parents_are_coupled_with_the_probability_that_was_asked_for():
    asked = list(vary(mixed(crossed=0.5), "x = [1.0, 2.0]\n", "x = [5.0, 7.0]\n"))
    coupled = [each for each in asked if each.operator in ("crossover", "line_step")]
    assert 8 < len(coupled) < 32
    assert {each.operator for each in coupled} == {"crossover", "line_step"}
    assert all(each.parents == (0, 1) for each in coupled)
    assert all(each.parents == (0,) for each in asked if each not in coupled)


def test_a_refused_edit_is_drawn_again_and_then_given_up():
    first, second = list(vary(mixed(), "x = [1.0, 2.0]\n", refuse=["no"]))[:2]
    assert isinstance(second, Propose)
    assert first != second
    assert None in list(vary(mixed(), "x = [1.0, 2.0]\n", refuse=["no", "no", "no"]))


def test_children_carry_what_the_method_wants():
    made = mixed(traits=lambda ctx: {"island": ctx.round % 2})
    assert [each.traits for each in vary(made, "x = 1.0\n")][:2] == [{"island": 0}, {"island": 1}]
