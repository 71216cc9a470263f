"""Pareto: keep whoever is best at something, and breed from all of them.

Half of the parents come from the fronts per task, by the number of tasks on which a candidate leads, as GEPA draws them
(Agrawal et al., arXiv 2507.19457, 2025), here without a model; half from the front over the score and the project's
objectives, by NSGA-II's crowded tournament (Deb et al., 2002). Where the project declares no objective, small size is
one.
"""

from apps.engine.acceptance import Admitted
from apps.engine.archives.fronts import Fronts
from apps.engine.axes import SIZE, Objective
from apps.engine.mixture import mixed
from apps.engine.population import Archive
from apps.engine.recipe import Context, GoesBy, Outcome, Recipe, Steps, grow_from
from apps.engine.selection import Crowded, TaskFront
from apps.engine.setup import Setup
from apps.engine.variation.anything import nothing_to_vary

SMALL = Objective(SIZE, maximise=False)


def archive(setup: Setup) -> Archive:
    """The fronts over the declared objectives and over the tasks."""
    return Fronts(setup.axes.objectives or (SMALL,), setup.tasks)


def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
    """One round, from either kind of front."""
    rule = TaskFront() if ctx.random("fronts").random() < 0.5 else Crowded()
    return (yield from grow_from(recipe, ctx, rule))


RECIPE = Recipe(
    vary=mixed(crossed=0.2),
    parents=2,
    accept=Admitted(),
    archive=archive,
    fits=lambda setup: nothing_to_vary(setup.texts, setup.edits),
    round=turn,
    goes_by=GoesBy("front", "its front"),
)
