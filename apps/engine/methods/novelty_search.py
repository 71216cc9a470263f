"""Novelty search: look for behaviours that were not seen yet, and let good scores turn up on the way.

Lehman and Stanley, Abandoning Objectives: Evolution Through the Search for Novelty Alone, Evolutionary Computation 19
(2011). Parents are drawn by novelty, a child is kept if it is novel enough; the score decides nothing. A behaviour is
made of the project's descriptors; where it declares none, of the size of a candidate.

Novelty is the mean distance to the neighbours nearest ones among the capacity youngest that were kept.
"""

from apps.engine.acceptance import Admitted
from apps.engine.archives.descriptors import descriptors
from apps.engine.archives.novelty import Novelty
from apps.engine.mixture import mixed
from apps.engine.recipe import Recipe
from apps.engine.selection import MostNovel
from apps.engine.setup import Setup
from apps.engine.variation.anything import nothing_to_vary


def fits(setup: Setup) -> str:
    """Neighbours and room for them, and something to vary."""
    given = setup.parameters
    if given["neighbours"] < 1 or given["capacity"] <= given["neighbours"]:
        return "novelty is a distance to neighbours. Choose at least 1, and a capacity above their number."
    return nothing_to_vary(setup.texts, setup.edits)


RECIPE = Recipe(
    vary=mixed(crossed=0.1),
    select=MostNovel(),
    parents=2,
    accept=Admitted(),
    archive=lambda setup: Novelty(descriptors(setup), setup.parameters["neighbours"], setup.parameters["capacity"]),
    fits=fits,
    parameters={"neighbours": 15, "capacity": 1000},
)
