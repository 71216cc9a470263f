"""The Pareto front of a run over the score and its objectives, and how crowded it is there.

Crowding distance: Deb, Pratap, Agarwal and Meyarivan, A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II,
IEEE Transactions on Evolutionary Computation 6 (2002), section III-B.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from math import inf

from apps.engine.archives.map import covers, gains_of, missing
from apps.engine.axes import Objective
from apps.engine.population import Population


class Front:
    """The kept candidates that no other beats: none is as good in everything and better in something, or elder.

    Each candidate off the front hangs below one that beats it. So a newcomer is compared with the front alone, and if a
    candidate leaves the front only those that hung right below it are looked at again. Memory: a link and a few numbers
    for each kept candidate, far less than the population itself holds of it. What is on the front depends on the
    candidates' standing alone, not on the order in which it was told.
    """

    def __init__(self, objectives: Sequence[Objective]) -> None:
        self.objectives = tuple(objectives)
        self.numbers: list[int] = []  # on the front, in order of birth
        self._gains: dict[int, tuple[float, ...]] = {}
        self._above: dict[int, int] = {}
        self._below: dict[int, set[int]] = {}
        self._columns: list[list[tuple[float, int]]] = [[] for _ in range(1 + len(objectives))]

    def admits(self, population: Population, number: int) -> tuple[bool, str]:
        """Whether nothing on the front beats a complete candidate, and why in a few words."""
        values = self._values(population, number)
        gains = gains_of(population.score(number), values, self.objectives)
        if gains is None:
            return False, f"no value of {missing(values, values)}"
        other = self._better(number, gains)
        return other is None, f"{gains[0]!r}, " + ("on the front" if other is None else f"beaten by {other}")

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        if number in self._gains:
            self._remove(number)
        if (score := population.listed(number)) is None:
            return
        gains = gains_of(score, self._values(population, number), self.objectives)
        if gains is not None:
            self._gains[number] = gains
            self._place(number)

    def crowding(self, number: int) -> float:
        """How much room a candidate has on the front: the more the better, infinite at its ends."""
        room = 0.0
        for gain, column in zip(self._gains[number], self._columns, strict=True):
            at = bisect_left(column, (gain, number))
            if at in (0, len(column) - 1):
                return inf
            width = column[-1][0] - column[0][0]
            room += (column[at + 1][0] - column[at - 1][0]) / width if width else 0.0
        return room

    def _values(self, population: Population, number: int) -> dict[str, float | None]:
        return {axis.name: population.value(number, axis.name) for axis in self.objectives}

    def _better(self, number: int, gains: tuple[float, ...]) -> int | None:
        """Whoever on the front beats it; the eldest of them."""
        for other in self.numbers:
            theirs = self._gains[other]
            if covers(theirs, gains) and (theirs != gains or other < number):
                return other
        return None

    def _place(self, number: int) -> None:
        better = self._better(number, self._gains[number])
        if better is not None:
            self._hang(number, better)
            return
        for beaten in [other for other in self.numbers if covers(self._gains[number], self._gains[other])]:
            self._leave(beaten)
            self._hang(beaten, number)
        insort(self.numbers, number)
        for column, gain in zip(self._columns, self._gains[number], strict=True):
            insort(column, (gain, number))

    def _remove(self, number: int) -> None:
        hanging = sorted(self._below.pop(number, ()))
        above = self._above.pop(number, None)
        if above is None:
            self._leave(number)
        else:
            self._below[above].discard(number)
        del self._gains[number]
        for each in hanging:
            del self._above[each]
            if above is None:
                self._place(each)
            else:
                self._hang(each, above)

    def _hang(self, number: int, above: int) -> None:
        self._above[number] = above
        self._below.setdefault(above, set()).add(number)

    def _leave(self, number: int) -> None:
        del self.numbers[bisect_left(self.numbers, number)]
        for column, gain in zip(self._columns, self._gains[number], strict=True):
            del column[bisect_left(column, (gain, number))]
