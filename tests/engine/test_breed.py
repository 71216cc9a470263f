"""Rounds that breed trees: founders first, then children of parents as each method chooses them; clear complaints."""

import pytest

from apps.engine import registry
from apps.engine.methods.mate_choice import IDEAL
from apps.engine.recipe import Barren
from apps.engine.setup import Setup
from apps.engine.testing.regression import EDITS
from apps.engine.testing.toy import EXPRESSION, NUMBERS
from apps.engine.testing.world import World
from apps.engine.variation.expressions_distance import distance
from apps.engine.variation.expressions_read import expression_of, known, parsed

METHODS = ("genetic_programming", "random_mate", "mate_choice")
FOUNDERS = 8


def lived(name, candidates=40, **parameters):
    settings = {"population": FOUNDERS, **parameters}
    return World(registry.get(name), 1, EXPRESSION.texts, EXPRESSION.score, parameters=settings).evolve(candidates)


def read(world, number):
    return expression_of(world.contents[number], EDITS)


@pytest.mark.parametrize("name", METHODS)
def test_a_population_is_founded_by_random_trees_and_goes_on_with_children_of_those_that_live(name):
    world = lived(name)
    members = world.population.members
    assert [members[number].operator for number in range(1, FOUNDERS + 1)] == ["random_tree"] * FOUNDERS
    assert {members[number].operator for number in range(FOUNDERS + 1, len(members))} == {"breed_trees"}
    assert all(1 <= len(member.parents) <= 2 for number, member in members.items() if number)
    assert len(world.population.archive.members) == FOUNDERS
    assert all(known(read(world, number).tree, read(world, number).language) for number in members)


def test_everybody_but_the_seed_carries_an_ideal_of_what_is_known():
    world = lived("mate_choice")
    language = read(world, 0).language
    for number, member in world.population.members.items():
        assert (IDEAL in member.traits) == (number != 0)
        assert number == 0 or known(parsed(member.traits[IDEAL], language), language)


def test_a_mate_chosen_from_a_large_pool_is_nearer_to_the_ideal_than_one_from_a_pool_of_one():
    assert unlikeness(pool=20) < unlikeness(pool=1)


def unlikeness(pool):
    """Mean distance of the second parents to the ideals of the first."""
    world = lived("mate_choice", 80, pool=pool)
    members, found = world.population.members, []
    for member in members.values():
        if member.operator == "breed_trees" and IDEAL in members[member.parents[0]].traits:
            ideal = parsed(members[member.parents[0]].traits[IDEAL], read(world, 0).language)
            found.append(distance(ideal, read(world, member.parents[-1]).tree))
    return sum(found) / len(found)


@pytest.mark.parametrize("name", METHODS)
def test_a_parent_that_a_person_made_into_something_else_makes_a_round_barren(name):
    world = lived(name)
    broken = {"main.py": world.contents[0]["main.py"].replace("return x + 0.5", "pass")}
    world.contents.update(dict.fromkeys(world.contents, broken))
    world.round(1000)
    assert isinstance(world.outcomes[1000], Barren)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"population": 0}, "population has to be at least 1"),
        ({"tournament": 0}, "tournament has to be at least 1"),
        ({"tournament": 10**9}, "tournament has to be at least 1 and at most 10,000"),
        ({"crossover": 1.5}, "crossover is a probability"),
        ({"mutation": -0.1}, "mutation is a probability"),
    ],
)
def test_parameters_that_make_no_sense_are_told_before_the_run(name, parameters, complaint):
    recipe = registry.get(name)
    assert complaint in recipe.fits(Setup(EXPRESSION.texts, EDITS, parameters=recipe.settings(parameters)))


@pytest.mark.parametrize("name", METHODS)
def test_a_seed_without_an_expression_is_told_before_the_run(name):
    recipe = registry.get(name)
    assert "no expression after `return`" in recipe.fits(Setup(NUMBERS.texts, EDITS, parameters=recipe.settings({})))
    assert not recipe.fits(Setup(EXPRESSION.texts, EDITS, parameters=recipe.settings({})))
