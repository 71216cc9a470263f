"""Simulated annealing: go on from the child, even from a worse one, with a temperature that falls.

Kirkpatrick, Gelatt and Vecchi, Optimization by Simulated Annealing, Science 220 (1983). The temperature begins at half
the median loss of the first worse children, and halves every half_life rounds; until there are enough of them only what
is not worse is kept. Starting from the spread of losses: White, Concepts of Scale in Simulated Annealing, ICCD (1984).
"""

from statistics import median
from typing import Any

from apps.engine.acceptance import Annealing
from apps.engine.archives.newest import Newest
from apps.engine.effects import Choose, Judge
from apps.engine.mixture import mixed
from apps.engine.population import Judged, Memory
from apps.engine.recall import Recall
from apps.engine.recipe import Barren, Context, Grown, Outcome, Recipe, Steps
from apps.engine.selection import Latest
from apps.engine.setup import Setup
from apps.engine.variation.anything import nothing_to_vary

LOSSES = 40  # from which the first temperature is told
STATES = 50  # that are gone back to, one by one, when a person reverts the latest


def learn(memory: dict[str, Any], judged: Judged) -> dict[str, Any]:
    """The losses of worse children, until there are enough for a temperature."""
    if "start" in memory or judged.score is None or judged.base_score is None or judged.score >= judged.base_score:
        return memory
    losses = [*memory["losses"], judged.base_score - judged.score]
    return {"losses": losses} if len(losses) < LOSSES else {"start": median(losses) / 2}


def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
    """The default round, judged at the round's temperature."""
    parents = yield Choose("candidate", recipe.select)
    child = yield from recipe.vary(ctx, parents)
    if child is None:
        return Barren("nothing was found to vary, or no edit stood")
    yield from recipe.measure(ctx, child)
    (memory,) = yield Choose("memory", Recall())
    chance = ctx.random("accept").random()
    rule = Annealing(memory.get("start", 0.0), ctx.parameters["half_life"], ctx.round, chance)
    verdict = yield Judge(child, rule)
    return Grown(child, verdict["decision"])


def fits(setup: Setup) -> str:
    """A half life, and something to vary."""
    if setup.parameters["half_life"] < 1:
        return "the temperature's half life is counted in rounds. Choose at least 1."
    return nothing_to_vary(setup.texts, setup.edits)


RECIPE = Recipe(
    vary=mixed(),
    select=Latest(),
    archive=lambda setup: Newest(STATES),
    memory=lambda setup: Memory({"losses": []}, learn),
    fits=fits,
    parameters={"half_life": 200},
    round=turn,
)
