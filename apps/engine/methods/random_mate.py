"""Random mate: genetic programming whose second parent is anyone. The control of mate_choice.

The first parent wins a tournament, the second is drawn at random, so that only half of the selection is by score: what
choosing a mate adds has to be seen against this. Simões, Lourenço and Machado, All You Need Is Sex for Diversity,
EuroGP (2023), arXiv 2303.17441. Everything else is as in genetic_programming.
"""

from apps.engine.acceptance import Always
from apps.engine.breed import PARAMETERS, breeding, living, trees, varies_an_expression
from apps.engine.effects import Choose
from apps.engine.recipe import Context, Recipe, Steps
from apps.engine.records import Chosen
from apps.engine.selection.living_tournament import LivingTournament


def winner_and_anyone(ctx: Context) -> Steps[list[Chosen]]:
    """The first parent by tournament, the second at random."""
    first = yield Choose("candidate", LivingTournament(ctx.parameters["tournament"]))
    anyone = yield Choose("candidate", LivingTournament(1))
    return [*first, *anyone]


RECIPE = Recipe(
    round=breeding(winner_and_anyone),
    vary=trees(),
    accept=Always(),
    archive=living,
    fits=varies_an_expression,
    parameters=PARAMETERS,
)
