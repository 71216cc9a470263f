"""Those that live: a population of fixed size in a steady state, without generations.

A newcomer takes the place of the worst of a few that are drawn at random, so that no round has to wait for the end of a
generation: steady state with negative tournaments, as in TinyGP (Poli, Langdon and McPhee, A Field Guide to Genetic
Programming, 2008, appendix B). A good one stays and breeds for as long as better ones are rare.
"""

from random import Random

from apps.engine.population import Population


class Living:
    """Up to size candidates, each once. members is in no order of meaning.

    contest are drawn, with replacement, when there is no room; the lowest score gives way, of equal ones the older. Who
    is drawn depends on the newcomer's number alone. Who was put out never comes back. Raises ValueError for a size or a
    contest below 1.
    """

    def __init__(self, size: int, contest: int = 2) -> None:
        if size < 1 or contest < 1:
            raise ValueError(f"a population needs at least 1 member and a contest at least 1, not {size} and {contest}")
        self.size = size
        self.contest = contest
        self.members: list[int] = []
        self._places: dict[int, int] = {}
        self._came: set[int] = set()

    def changed(self, population: Population, number: int) -> None:
        selectable = population.listed(number) is not None
        if number in self._places and not selectable:
            self._take_out(number)
        elif selectable and number not in self._came:
            if len(self.members) == self.size:
                self._take_out(self._loser(population, Random(number)))
            self._came.add(number)
            self._places[number] = len(self.members)
            self.members.append(number)

    def _loser(self, population: Population, rng: Random) -> int:
        drawn = [self.members[rng.randrange(len(self.members))] for _ in range(self.contest)]
        return min(drawn, key=lambda number: (population.listed(number) or 0.0, number))

    def _take_out(self, number: int) -> None:
        """The last member moves into the free place."""
        last = self.members.pop()
        place = self._places.pop(number)
        if last != number:
            self.members[place] = last
            self._places[last] = place
