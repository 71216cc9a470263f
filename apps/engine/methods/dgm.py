"""DGM: an archive of everything that works, from which parents are drawn by score and by how little was made of them.

Darwin Gödel Machine: Zhang, Hu, Lu, Lange and Clune, arXiv 2505.22954 (2025). A parent is drawn with probability
proportional to sigmoid(10 (score - 0.5)) / (1 + children), so that what is built on and leads nowhere gives way to what
nobody built on yet. A model diagnoses one of its unsolved tasks, and the change follows from the diagnosis. The child
is measured on 10 tasks, on 50 more if it solves 40 percent of them, on the rest if it is among the best two, and is
kept: with keep_all whatever works at all, with keep_better what is no more than leeway below the seed.

Differences: scores that are no shares count by where they lie between the lowest and the highest seen; what was
measured on some tasks only counts with the score to be expected on all, may be a parent and never champion; no stage
asks for 40 percent where the seed itself reaches less. Drawn for diagnosis is always a task: the authors' entries for
empty patches, chance and context length belong to coding agents on SWE-bench. Their rule "best", which takes the worst,
and the list of choices in which score_child_prop is missing for want of a comma are not here.
"""

from apps.engine.acceptance.working import Working
from apps.engine.archives.lineages import Lineages
from apps.engine.diagnosing import diagnosed
from apps.engine.effects import Choose, Judge
from apps.engine.evidence import Evidence
from apps.engine.measurement.staged import staged
from apps.engine.recipe import Barren, Context, Grown, Outcome, Recipe, Steps
from apps.engine.selection.by_weight import ByWeight
from apps.engine.setup import Setup

KEEP_ALL, KEEP_BETTER = "keep_all", "keep_better"


def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
    """The default round with the archive's rule of the run."""
    parents = yield Choose("candidate", recipe.select)
    child = yield from recipe.vary(ctx, parents)
    if child is None:
        return Barren("no edit stood")
    yield from recipe.measure(ctx, child)
    leeway = ctx.parameters["leeway"] if ctx.parameters["archive"] == KEEP_BETTER else None
    verdict = yield Judge(child, Working(leeway))
    return Grown(child, verdict["decision"])


def fits(setup: Setup) -> str:
    """An archive that exists, and a leeway that is one."""
    if setup.parameters["archive"] not in (KEEP_ALL, KEEP_BETTER):
        return f"there is no archive {setup.parameters['archive']!r}. Choose {KEEP_ALL} or {KEEP_BETTER}."
    if not setup.parameters["leeway"] >= 0:
        return f"leeway is {setup.parameters['leeway']}; it has to be 0 or more."
    return ""


RECIPE = Recipe(
    vary=diagnosed(),
    select=ByWeight(),
    measure=staged,
    accept=Working(),
    archive=lambda setup: Lineages(),
    roles=("mutate", "reflect"),
    fits=fits,
    parameters={"archive": KEEP_ALL, "leeway": 0.1},
    round=turn,
)
SHOWN = Evidence(mechanism="tests/engine/methods/test_dgm.py")
