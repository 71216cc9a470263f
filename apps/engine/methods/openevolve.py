"""OpenEvolve: the open AlphaEvolve, with its defaults: five islands of maps, most parents from the best of them.

OpenEvolve, algorithmicsuperintelligence/openevolve (2025), an implementation of Novikov et al., arXiv 2506.13131. Of an
island's map anybody is a parent with probability explore, one of its archive with exploit, else one by score. The
prompt shows the island's top programs and some drawn over its cells. The model answers with a diff.

archive is the whole archive, of which each island has an equal part. Each time an island had migration_interval
candidates, a migration_rate of its elites goes on to the next one. parts is ours: into how many parts a change that
gained is told apart (bundles.py); 0 for never.

Differences: the map's dimensions are the project's descriptors, else size alone, from nothing to four times the seed's;
in the original complexity and diversity, with limits that move while the cells stay as they were filled. An island
sends to the next one, not to both neighbours. A population has no limit, since records are never thrown away. A score
by which parents are weighed counts above the worst of the archive, so that it may be negative. There is no share of a
model's opinion in the score, which the original fixes at 0.3 whatever is set. Stages belong to its evaluators there; a
project's tasks are all measured here.
"""

from apps.engine.acceptance import Admitted
from apps.engine.archives.descriptors import grown, no_map
from apps.engine.archives.grid import Grid
from apps.engine.archives.islands import Islands
from apps.engine.asking import Asking
from apps.engine.bundles import no_parts, taken_apart
from apps.engine.effects import Choose
from apps.engine.evidence import Evidence
from apps.engine.islanded import asked_at_home, island, no_islands
from apps.engine.population import Archive
from apps.engine.recipe import Context, GoesBy, Outcome, Recipe, Steps, concluded
from apps.engine.selection import BestHere, ExploreExploit, UniformCell
from apps.engine.setup import Setup

BINS = 10


def archive(setup: Setup) -> Archive:
    """A map for each island."""
    given = setup.parameters
    maps = [Grid(grown(setup, BINS)) for _ in range(given["islands"])]
    return Islands(maps, given["migration_interval"] * given["islands"], given["migration_rate"])


def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
    """A round on the island whose turn it is."""
    given, here = ctx.parameters, island(ctx)
    share = max(1, given["archive"] // given["islands"])
    parents = yield Choose("candidate", ExploreExploit(here, given["explore"], given["exploit"], share))
    for rule, count in ((BestHere(here), given["top_programs"]), (UniformCell(here), given["diverse_programs"])):
        parents = [*parents, *((yield Choose("candidate", rule, count)) if count else ())]
    child = yield from recipe.vary(ctx, parents)
    return (yield from concluded(recipe, ctx, child))


def fits(setup: Setup) -> str:
    """Islands that exist, maps that mean something, and shares that are some."""
    given = setup.parameters
    explore, exploit = given["explore"], given["exploit"]
    if not (explore >= 0 and exploit >= 0 and explore + exploit <= 1):
        return f"explore {explore} and exploit {exploit} are probabilities and together at most 1."
    if min(given["top_programs"], given["diverse_programs"]) < 0 or given["archive"] < 1:
        return "programs are shown in numbers of 0 or more, and an archive holds at least 1."
    said = no_islands(setup, "migration_interval", "migration_rate") or no_map(setup)
    return said or no_parts(given["parts"])


RECIPE = Recipe(
    vary=asked_at_home(Asking()),
    accept=Admitted(),
    archive=archive,
    fits=fits,
    roles=("mutate",),
    parameters={
        "islands": 5,
        "archive": 100,
        "explore": 0.2,
        "exploit": 0.7,
        "migration_interval": 50,
        "migration_rate": 0.1,
        "top_programs": 3,
        "diverse_programs": 2,
        "parts": 0,
    },
    round=taken_apart(turn),
    goes_by=GoesBy("map", "the archives of its islands"),
)
SHOWN = Evidence(mechanism="tests/engine/methods/test_openevolve.py")
