"""How often each candidate was drawn: what UCB1 needs to draw the next, without looking at all of them.

Among those that were drawn equally often the order is that of their scores; so only the best of each such group can be
the one with the highest bound.
"""

from math import inf, log, sqrt

from apps.engine.population import Population, Ranking

DRAWN = "drawn"  # trait of a child: the numbers that were drawn for it


class Visits:
    """Up to room candidates that may be selected, and the draws that children tell of; the worst gives way.

    ASI-Evolve (GAIR-NLP, 2026): UCB1 over all nodes. A candidate that left does not come back.
    """

    def __init__(self, room: int) -> None:
        if room < 1:
            raise ValueError(f"a database needs room for at least 1 candidate, not {room}")
        self.room = room
        self.total = 0
        self._all = Ranking()
        self._groups: dict[int, Ranking] = {}  # by how often they were drawn
        self._scores: dict[int, float] = {}
        self._drawn: dict[int, int] = {}
        self._told: set[int] = set()
        self._gone: set[int] = set()

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        if number not in self._told:
            self._told.add(number)
            for each in population.members[number].traits.get(DRAWN, ()):
                self._visit(each)
        if number in self._scores:
            self._take_out(number)
        score = population.listed(number)
        if score is None or number in self._gone:
            return
        self._put(number, score)
        if len(self._all) > self.room:
            worst = self._all[-1]
            self._take_out(worst)
            self._gone.add(worst)

    def visits(self, number: int) -> int:
        """How often a candidate was drawn."""
        return self._drawn.get(number, 0)

    def highest(self, count: int, exploration: float) -> list[int]:
        """Those with the highest bounds, the highest first: those never drawn, the best of them first, then by UCB1.

        UCB1 is the score, from 0 for the worst to 1 for the best, plus exploration sqrt(ln(all draws) / own draws).
        """
        found = [number for group in self._groups.values() for number in group[:count]]
        return sorted(found, key=lambda each: (-self._bound(each, exploration), -self._scores[each], each))[:count]

    def _bound(self, number: int, exploration: float) -> float:
        drawn = self.visits(number)
        if not drawn:
            return inf
        lowest, highest = self._scores[self._all[-1]], self._scores[self._all[0]]
        width = highest / 2 - lowest / 2  # halves: the difference itself may be too large for a float
        share = (self._scores[number] / 2 - lowest / 2) / width if width > 0 else 0.0
        return share + exploration * sqrt(log(self.total) / drawn)

    def _visit(self, number: int) -> None:
        self.total += 1
        score = self._scores.get(number)
        if score is not None:
            self._take_out(number)
        self._drawn[number] = self.visits(number) + 1
        if score is not None:
            self._put(number, score)

    def _put(self, number: int, score: float) -> None:
        self._scores[number] = score
        self._all.add(number, score)
        self._groups.setdefault(self.visits(number), Ranking()).add(number, score)

    def _take_out(self, number: int) -> None:
        score = self._scores.pop(number)
        self._all.remove(number, score)
        group = self._groups[self.visits(number)]
        group.remove(number, score)
        if not group:
            del self._groups[self.visits(number)]
