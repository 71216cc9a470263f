"""HGM: expand whoever has good descendants, not whoever scores well itself.

Huxley-Gödel Machine: Wang et al., arXiv 2510.21614 (2025). A candidate is worth what its clade is worth: the
measurements of it and of all its descendants in one pool, from which Thompson sampling draws whom to expand. Whom to
measure next is drawn by own measurements, one task at a time; whether to expand or to measure is UCB-Air's to say,
which expands while measurements^alpha >= candidates. Who is best is read from the posterior: the best belief.

alpha and initial, the expansions before anything is measured, are the published ones. block is how many tasks are
measured at a time (published: 1). Ours, since only a candidate that was measured on every task can become champion, and
a run may be prolonged: the best belief is found each time `trusted` candidates were made, not once at the end, and
measured on what it lacks. percentile is how cautious that belief is.

Differences: a score between 0 and 1 is that share of a success, and other scores count by where they lie between the
lowest and the highest seen. The seed's measurement does not count for UCB-Air, or a project with many tasks would
expand many times before it measured a child. A round is one expansion with all that is measured before it. The authors'
code adds the descendants' measurements to a candidate's own each time they are looked up, its own twice among them and
never the last descendant's; here each counts once. Their cooling, off by default, is left out.
"""

from apps.engine.acceptance import Always
from apps.engine.archives.clades import Clades
from apps.engine.diagnosing import diagnosed
from apps.engine.effects import Choose, Judge, Measure
from apps.engine.evidence import Evidence
from apps.engine.measurement.untried import Untried
from apps.engine.recipe import Barren, Context, Grown, Outcome, Recipe, Steps
from apps.engine.selection.clade import BestBelief, CladeThompson, ToMeasure
from apps.engine.setup import Setup

MOST = 1_000_000  # tasks at once: all


def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
    """Measure until it is time to expand, and expand."""
    given = ctx.parameters
    rule = ToMeasure(given["alpha"], given["initial"])
    while found := (yield Choose("candidate", rule)):
        yield from measured(recipe, found[0].number, given["block"])
    if ctx.round % given["trusted"] == 0:
        best = yield Choose("candidate", BestBelief(given["percentile"]))
        yield from measured(recipe, best[0].number, MOST)
    parents = yield Choose("candidate", recipe.select)
    child = yield from recipe.vary(ctx, parents)
    return Barren("no edit stood") if child is None else Grown(child, "expanded")


def measured(recipe: Recipe, number: int, count: int) -> Steps[None]:
    """Up to so many of its untried tasks; a verdict when that were the last."""
    tasks = yield Choose("task", Untried(number), count)
    if tasks:
        yield Measure(number, tuple(tasks))
        if not (yield Choose("task", Untried(number))):
            yield Judge(number, recipe.accept)


def fits(setup: Setup) -> str:
    """Settings that make sense."""
    given = setup.parameters
    if not 0 <= given["alpha"] <= 1:
        return f"alpha is {given['alpha']}; it has to be between 0 and 1: 1 expands with every measurement, 0 never."
    if given["initial"] < 0 or given["block"] < 1 or given["trusted"] < 1:
        return "initial is at least 0; block and trusted, which count tasks and rounds, are at least 1."
    if not 0 < given["percentile"] < 1:
        return f"percentile is {given['percentile']}; it has to be above 0 and below 1."
    return ""


RECIPE = Recipe(
    vary=diagnosed(),
    select=CladeThompson(),
    accept=Always(),
    archive=lambda setup: Clades(),
    roles=("mutate", "reflect"),
    fits=fits,
    parameters={"alpha": 0.6, "initial": 5, "block": 1, "trusted": 20, "percentile": 0.05},
    round=turn,
)
SHOWN = Evidence(mechanism="tests/engine/methods/test_hgm.py")
