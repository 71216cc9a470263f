"""OpenEvolve's claim: with the defaults of the original it gets across a valley, and what its parts are for."""

import pytest

from apps.engine import registry
from apps.engine.axes import Axes
from apps.engine.setup import Setup
from apps.engine.testing.landscapes import DECEPTIVE, SMOOTH
from tests.engine.methods.reaching import climbed, reached

NAME = "openevolve"
RECIPE = registry.get(NAME)


def test_it_gets_across_the_valley_that_holds_a_climber_and_needs_more_candidates_for_it():
    """Five islands share the candidates, so that each is small."""
    assert reached(NAME, DECEPTIVE, candidates=500) > climbed(DECEPTIVE) + 0.03


def test_where_every_way_up_leads_to_the_top_it_gains_nothing():
    assert reached(NAME, SMOOTH) <= climbed(SMOOTH)


def test_without_a_map_that_tells_candidates_apart_it_reaches_less():
    with_map = reached(NAME, DECEPTIVE, candidates=500)
    assert reached(NAME, DECEPTIVE, candidates=500, axes=Axes()) < with_map - 0.02


def test_islands_meet_when_each_had_its_fifty_candidates():
    islands = SMOOTH.world(RECIPE, 1).evolve(249).population.archive
    assert not islands._abroad
    assert SMOOTH.world(RECIPE, 1).evolve(251).population.archive._abroad


def test_the_prompt_shows_top_programs_and_diverse_ones():
    shown = SMOOTH.world(RECIPE, 1).evolve(200).calls[-1].prompt.messages[0].text.count("\nProgram ")
    assert 3 <= shown <= 5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"explore": 0.5, "exploit": 0.6}, "together at most 1"),
        ({"explore": -0.1}, "probabilities"),
        ({"archive": 0}, "holds at least 1"),
        ({"top_programs": -1}, "0 or more"),
        ({"migration_rate": -0.5}, "no negative migrants"),
        ({"migration_rate": float("nan")}, "no negative migrants"),
        ({"migration_interval": 0}, "interval"),
    ],
)
def test_parameters_that_make_no_sense_are_told_before_the_run(given, said):
    setup = Setup(SMOOTH.seed_texts(1), {"main.py": "regions"}, parameters=RECIPE.settings(given))
    assert said in RECIPE.fits(setup)
