"""Genetic programming: crossover and mutation of expression trees, both parents by tournament.

Trees of the functions that the program declares, grown by ramped half-and-half, deep 17 at most: Koza, Genetic
Programming: On the Programming of Computers by Means of Natural Selection (1992). Differences: a child takes
the place of the worst of a few, instead of a whole generation at once (archives/living.py); no child is a copy of its
parent.
"""

from apps.engine.acceptance import Always
from apps.engine.breed import PARAMETERS, breeding, living, trees, varies_an_expression
from apps.engine.effects import Choose
from apps.engine.recipe import Context, Recipe, Steps
from apps.engine.records import Chosen
from apps.engine.selection.living_tournament import LivingTournament


def two_tournaments(ctx: Context) -> Steps[list[Chosen]]:
    """Both parents by tournament."""
    parents: list[Chosen] = yield Choose("candidate", LivingTournament(ctx.parameters["tournament"]), 2)
    return parents


RECIPE = Recipe(
    round=breeding(two_tournaments),
    vary=trees(),
    accept=Always(),
    archive=living,
    fits=varies_an_expression,
    parameters=PARAMETERS,
)
