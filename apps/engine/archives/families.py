"""Islands that know the families on them: how many children each candidate had, and who was born where."""

from bisect import insort
from collections.abc import Mapping, Sequence

from apps.engine.archives.islands import Deme, Islands
from apps.engine.population import Population


class Families:
    """Islands, a count of children for each candidate, and everybody born on each island, kept or not.

    A child counts for its base parent once it has a verdict; a bundle without one of its parts does not, for it is no
    try at its base. Memory: a few numbers for each candidate.
    """

    def __init__(self, islands: Islands) -> None:
        self.islands = islands
        self._children: dict[int, int] = {}
        self._born: Mapping[int, list[int]] = {island: [] for island in range(len(islands.demes))}
        self._known: set[int] = set()

    def deme(self, island: int) -> Deme:
        """The population of an island."""
        return self.islands.deme(island)

    def admits(self, population: Population, number: int) -> tuple[bool, str]:
        """Whether a complete candidate would come in at home, and why in a few words."""
        return self.islands.admits(population, number)

    def children(self, number: int) -> int:
        """How many children a candidate had."""
        return self._children.get(number, 0)

    def born(self, island: int) -> Sequence[int]:
        """Numbers of all who were born on an island, whatever became of them, in that order; the seed on all."""
        return self._born[island % len(self._born)]

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        if number not in self._known:
            self._meet(population, number)
        self.islands.changed(population, number)

    def _meet(self, population: Population, number: int) -> None:
        self._known.add(number)
        member = population.members[number]
        for parent in () if member.left_out else member.parents[:1]:
            self._children[parent] = self.children(parent) + 1
        for island in self.islands.home(population, number):
            insort(self._born[island], number)
