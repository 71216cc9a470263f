"""AlphaEvolve: a language model edits programs that live on islands of maps, where what is different survives.

Novikov et al., AlphaEvolve: A Coding Agent for Scientific and Algorithmic Discovery, arXiv 2506.13131 (2025). An
ensemble of models answers with diffs; the evolutionary database is inspired by MAP-Elites and by islands; the prompt
shows other programs beside the one to change; an evaluation cascade spends more only on what promises. So it gets
across valleys that a climber who edits the best does not leave, where the project's descriptors tell candidates apart.

The paper publishes no numbers. Ours: two islands in a ring, of which the migrants best go on each interval candidates;
the base and two programs beside it are uniform draws over the cells of an island's map; for the cascade an eighth of
the tasks, then half, then all (measurement/cascade.py). One score, instead of several at once. Where the project
declares no descriptor, the map is one of size, from nothing to four times the seed's. parts: into how many parts a
change that gained is told apart (bundles.py), 0 for never.
"""

from apps.engine.acceptance import Admitted
from apps.engine.archives.descriptors import grown, no_map
from apps.engine.archives.grid import Grid
from apps.engine.archives.islands import Islands
from apps.engine.asking import Asking
from apps.engine.bundles import no_parts, taken_apart
from apps.engine.evidence import Evidence
from apps.engine.islanded import asked_at_home, no_islands, on_islands
from apps.engine.measurement.cascade import cascade
from apps.engine.population import Archive
from apps.engine.recipe import GoesBy, Recipe
from apps.engine.selection import UniformCell
from apps.engine.setup import Setup

CELLS = 16  # of the map of size


def archive(setup: Setup) -> Archive:
    """A map for each island."""
    given = setup.parameters
    maps = [Grid(grown(setup, CELLS)) for _ in range(given["islands"])]
    return Islands(maps, given["interval"], given["migrants"])


def fits(setup: Setup) -> str:
    """Maps that mean something, and islands that exist."""
    return no_islands(setup) or no_map(setup) or no_parts(setup.parameters["parts"])


RECIPE = Recipe(
    vary=asked_at_home(Asking()),
    parents=3,
    measure=cascade,
    accept=Admitted(),
    archive=archive,
    fits=fits,
    roles=("mutate",),
    parameters={"islands": 2, "interval": 50, "migrants": 1, "parts": 0},
    round=taken_apart(on_islands(lambda island, given: UniformCell(island))),
    goes_by=GoesBy("map", "the archives of its islands"),
)
SHOWN = Evidence(mechanism="tests/engine/methods/test_alphaevolve.py")
