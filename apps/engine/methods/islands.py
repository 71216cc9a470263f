"""Islands: several small populations in a ring, each evolving by itself and sending its best on now and then.

Tanese, Distributed Genetic Algorithms, ICGA (1989); Whitley, Rana and Heckendorn, The Island Model Genetic Algorithm
(1999), whose islands are steady states of GENITOR's kind: a child that beats the worst takes its place. What one island
found lives on there while others try something else.

capacity is the room of an island; tournament how many of its members compete to be a parent. Each time interval
candidates more were born, an island's migrants best come to the next island, too.
"""

from apps.engine.acceptance import Admitted
from apps.engine.archives.elites import Elites
from apps.engine.archives.islands import Islands
from apps.engine.islanded import homeland, no_islands, on_islands
from apps.engine.mixture import mixed
from apps.engine.population import Archive
from apps.engine.recipe import GoesBy, Recipe
from apps.engine.selection import IslandTournament
from apps.engine.setup import Setup
from apps.engine.variation.anything import nothing_to_vary

LARGEST_TOURNAMENT = 1_000


def archive(setup: Setup) -> Archive:
    """A population for each island."""
    given = setup.parameters
    return Islands([Elites(given["capacity"]) for _ in range(given["islands"])], given["interval"], given["migrants"])


def fits(setup: Setup) -> str:
    """Islands that exist, with room on them, and something to vary."""
    if setup.parameters["capacity"] < 1:
        return "an island needs room for candidates. Choose a capacity of at least 1."
    if not 1 <= setup.parameters["tournament"] <= LARGEST_TOURNAMENT:
        return f"a tournament needs contestants, and few. Choose 1 to {LARGEST_TOURNAMENT:,}."
    return no_islands(setup) or nothing_to_vary(setup.texts, setup.edits)


RECIPE = Recipe(
    vary=mixed(crossed=0.3, traits=homeland),
    parents=2,
    accept=Admitted(),
    archive=archive,
    fits=fits,
    parameters={"islands": 4, "capacity": 10, "tournament": 4, "interval": 50, "migrants": 1},
    round=on_islands(lambda island, given: IslandTournament(island, given["tournament"])),
    goes_by=GoesBy("map", "the archives of its islands"),
)
