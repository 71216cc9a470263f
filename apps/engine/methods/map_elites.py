"""MAP-Elites: fill a map of different kinds of candidates, each place held by the best of its kind.

Mouret and Clune, Illuminating search spaces by mapping elites, arXiv 1504.04909 (2015). Parents are drawn uniformly
over the occupied cells; a child is kept if it opens a cell or beats its cell's elite. The map's axes are the project's
descriptors; where it declares none, the size of a candidate. With several islands each has a map of its own, and they
send each other their best.

Each time interval candidates more were born, an island's migrants best elites are shown to the next island, too. The
map of size, where nothing is declared, has 16 cells from a quarter below the seed's bytes to a quarter above, or 32
bytes to either side where that is more.
"""

from apps.engine.acceptance import Admitted
from apps.engine.archives.descriptors import descriptors, no_map
from apps.engine.archives.grid import Grid
from apps.engine.archives.islands import Islands
from apps.engine.islanded import homeland, no_islands, on_islands
from apps.engine.mixture import mixed
from apps.engine.population import Archive
from apps.engine.recipe import GoesBy, Recipe
from apps.engine.selection import UniformCell
from apps.engine.setup import Setup
from apps.engine.variation.anything import nothing_to_vary


def archive(setup: Setup) -> Archive:
    """A map for each island."""
    given = setup.parameters
    maps = [Grid(descriptors(setup)) for _ in range(given["islands"])]
    return Islands(maps, given["interval"], given["migrants"])


def fits(setup: Setup) -> str:
    """Maps that mean something, islands that exist, something to vary."""
    return no_islands(setup) or no_map(setup) or nothing_to_vary(setup.texts, setup.edits)


RECIPE = Recipe(
    vary=mixed(crossed=0.2, traits=homeland),
    parents=2,
    accept=Admitted(),
    archive=archive,
    fits=fits,
    parameters={"islands": 1, "interval": 100, "migrants": 1},
    round=on_islands(lambda island, given: UniformCell(island)),
    goes_by=GoesBy("map", "its archive"),
)
