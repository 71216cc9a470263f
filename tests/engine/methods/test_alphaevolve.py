"""AlphaEvolve's claim: islands of maps get across a valley that a climber does not leave; and what each part is for."""

from collections import Counter
from dataclasses import replace

import pytest

from apps.engine import registry
from apps.engine.axes import Axes
from apps.engine.measurement import everything
from apps.engine.setup import Setup, Voice
from apps.engine.testing.landscapes import DECEPTIVE, SMOOTH, Landscape, smooth
from tests.engine.methods.reaching import climbed, reached

NAME = "alphaevolve"
RECIPE = registry.get(NAME)
NO_MAP = Axes()
MANY = Landscape("smooth", smooth, numbers=16)


def test_it_gets_across_the_valley_that_holds_a_climber():
    assert reached(NAME, DECEPTIVE) > climbed(DECEPTIVE) + 0.03


def test_where_every_way_up_leads_to_the_top_it_gains_nothing():
    """The twin world: keeping what is different only costs candidates."""
    assert climbed(SMOOTH) > 0.99
    assert reached(NAME, SMOOTH) <= climbed(SMOOTH)


def test_without_a_map_that_tells_candidates_apart_the_valley_holds_it_too():
    blind = reached(NAME, DECEPTIVE, axes=NO_MAP)
    assert blind < reached(NAME, DECEPTIVE) - 0.03


def test_the_cascade_saves_measurements():
    """Sixteen tasks, of which the first tell something of the others."""
    whole, staged = (MANY.world(replace(RECIPE, measure=by), 1).evolve(60) for by in (everything, RECIPE.measure))
    assert staged.measurements < 0.8 * whole.measurements


def test_an_ensemble_is_asked_in_proportion_to_its_weights():
    models = {"mutate": (Voice("quick", 3.0), Voice("strong", 1.0))}
    world = SMOOTH.world(RECIPE, 1, models=models).evolve(200)
    asked = Counter(call.model for call in world.calls)
    assert asked["quick"] / asked["strong"] == pytest.approx(3.0, rel=0.35)
    made = {member.traits["model"] for member in world.population.members.values() if member.number}
    assert made == {"quick", "strong"}


def test_its_prompt_asks_for_a_diff_and_shows_other_programs():
    call = SMOOTH.world(RECIPE, 1).evolve(30).calls[-1]
    assert "<<<<<<< SEARCH" in call.prompt.system
    assert "Other programs, for ideas" in call.prompt.messages[0].text


@pytest.mark.parametrize(
    ("given", "said"), [({"islands": 0}, "0 islands"), ({"interval": 0}, "interval"), ({"migrants": -1}, "migrants")]
)
def test_parameters_that_make_no_sense_are_told_before_the_run(given, said):
    setup = Setup(SMOOTH.seed_texts(1), {"main.py": "regions"}, parameters=RECIPE.settings(given))
    assert said in RECIPE.fits(setup)
