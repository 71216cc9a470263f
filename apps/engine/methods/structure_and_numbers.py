"""Structure and numbers in turn: change how the best program is built, then tune all its numbers together.

A changed structure is worth what its best numbers make of it, and the best numbers belong to one structure; so neither
search alone gets far. Tuning the numbers of evolved programs: Topchy and Punch, Faster Genetic Programming Based on
Local Gradient Search of Numeric Leaf Values, GECCO (2001); a global and a local search in turn: Moscato, On Evolution,
Search, Optimization, Genetic Algorithms and Martial Arts, Caltech (1989). Here statements and expressions are changed,
exchanged and inserted (one change at a time, what scores better stays), and numbers are tuned by CMA-ES.

structures and numbers are how many candidates the two kinds of season have: a long season of structure prefers what
looks good untuned. inserted is the share of insertions among changes of structure. sigma is the first step of the
search of numbers as a share of their size, population the candidates of its generation (0: the usual 4 + 3 ln n).
"""

from collections.abc import Sequence
from random import Random

from apps.engine.effects import Choose, Propose, Refused
from apps.engine.population import Memory
from apps.engine.recipe import Context, Recipe, Steps
from apps.engine.records import Chosen
from apps.engine.seasons import Place, Seasons
from apps.engine.selection.anchor import Anchor
from apps.engine.setup import Setup
from apps.engine.variation.adaptation import MOST, wrong_setting
from apps.engine.variation.coordinates import coordinates, placed
from apps.engine.variation.ingredients import InsertExpression
from apps.engine.variation.statements import MutateStatements
from apps.engine.vary import edited_by


def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
    """The anchor with its numbers moved to a drawn place, or with another structure."""
    base = parents[0]
    axes = coordinates(base.texts, ctx.edits)
    (drawn,) = yield Choose("memory", Place(base.number, len(axes) if len(axes) <= MOST else 0))
    if drawn:
        at = [axis.start + moved for axis, moved in zip(axes, drawn["at"], strict=True)]
        edit = placed(base.texts, axes, at)
        try:
            if edit:
                child: int = yield Propose((base.number,), edit, "sample_numbers", traits=drawn)
                return child
        except Refused:
            pass  # a change of structure takes its turn
    share = ctx.parameters["inserted"]
    restructured = edited_by((1 - share, MutateStatements()), (share, InsertExpression()))
    return (yield from restructured(ctx, parents))


def fits(setup: Setup) -> str:
    """Settings that make sense, structure to change and numbers to tune."""
    given = setup.parameters
    if given["structures"] < 1 or given["numbers"] < 1 or not 0 <= given["inserted"] <= 1:
        return "structures and numbers are at least 1 candidate a season, and inserted is a share from 0 to 1."
    if wrong := wrong_setting(given["sigma"], given["population"]):
        return wrong
    found = len(coordinates(setup.texts, setup.edits))
    if not 1 <= found <= MOST:
        return (
            f"there are {found:,} numbers in what may be edited, and this method tunes 1 to {MOST:,}. Put EVOLVE-BLOCK "
            "markers around what is to change, or choose a method that changes one thing at a time."
        )
    if MutateStatements().edit(setup.texts, setup.edits, Random(0)) is None:
        return (
            "nothing that may be edited holds a Python statement, and this method changes structure as well as "
            "numbers. Choose cma_es for numbers alone."
        )
    return ""


def memory(setup: Setup) -> Memory:
    """Seasons as the parameters say, that of structure first."""
    given = setup.parameters
    seasons = Seasons(given["structures"], given["numbers"], given["sigma"], given["population"])
    return Memory(seasons, lambda seasons, judged: seasons.learn(judged))


RECIPE = Recipe(
    vary=vary,
    select=Anchor(),
    memory=memory,
    fits=fits,
    parameters={"structures": 100, "numbers": 1200, "inserted": 0.5, "sigma": 0.03, "population": 20},
)
