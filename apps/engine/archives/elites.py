"""A small population in which the newcomer takes the place of the worst."""

from apps.engine.population import Population, Ranking


class Elites:
    """The best candidates that came by, at most capacity of them; who is put out is forgotten.

    The steady state of GENITOR: Whitley, The GENITOR Algorithm and Selection Pressure, ICGA (1989). A content that is
    there already does not come in a second time: copies would soon be all there is.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"a population needs room for at least 1 candidate, not {capacity}")
        self.capacity = capacity
        self.ranked = Ranking()
        self._scores: dict[int, float] = {}
        self._keys: dict[bytes, int] = {}

    def deme(self, island: int) -> "Elites":
        """A population that stands alone is every island's."""
        return self

    def best(self, count: int) -> list[int]:
        """The best members."""
        return list(self.ranked[:count])

    @property
    def size(self) -> int:
        """How many members there are."""
        return len(self.ranked)

    def admits(self, population: Population, number: int) -> tuple[bool, str]:
        """Whether a complete candidate finds room or beats the worst, and why in a few words."""
        score = population.score(number)
        if score is None:
            return False, "incomplete"
        if population.members[number].key in self._keys:
            return False, f"{score!r}, known content"
        if len(self.ranked) < self.capacity:
            return True, f"{score!r}, room"
        worst = self._scores[self.ranked[-1]]
        return score > worst, f"{score!r} against the worst, {worst!r}"

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        key = population.members[number].key
        if number in self._scores:
            self._remove(number, key)
        score = population.listed(number)
        if score is None or key in self._keys:
            return
        self.ranked.add(number, score)
        self._scores[number], self._keys[key] = score, number
        if len(self.ranked) > self.capacity:
            worst = self.ranked[-1]
            self._remove(worst, population.members[worst].key)

    def _remove(self, number: int, key: bytes) -> None:
        self.ranked.remove(number, self._scores.pop(number))
        del self._keys[key]
