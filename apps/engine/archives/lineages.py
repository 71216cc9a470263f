"""Everybody who works, weighted by score and by how few children they have: the archive of the Darwin Gödel Machine.

Zhang et al., Darwin Gödel Machine: Open-Ended Evolution of Self-Improving Agents, arXiv 2505.22954 (2025), parent
selection: p ~ sigmoid(10 (score - 0.5)) / (1 + children).
"""

from collections import Counter
from math import exp

from apps.engine.archives.weights import Weights
from apps.engine.population import Population
from apps.engine.scale import Scale

SHARPNESS, MIDDLE = 10.0, 0.5


class Lineages:
    """Kept candidates, also those that were measured on some tasks only: these by the score to be expected of them.

    Children are those that were kept, bundles without one of their parts left aside. novelty False weighs by score
    alone: the control. Weights are computed anew for all when the lowest or the highest score is another, which is rare
    and gets rarer, and never where scores lie between 0 and 1.
    """

    def __init__(self, *, novelty: bool = True) -> None:
        self.scale = Scale()
        self.weights = Weights()
        self._novelty = novelty
        self._scores: dict[int, float] = {}
        self._children: Counter[int] = Counter()

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        member = population.members[number]
        score = population.adjusted(number) if member.verdict == "keep" else None
        came, left = number not in self._scores, score is None
        if came and left:
            return
        if came != left and member.parents and not member.left_out:
            self._children[member.parents[0]] += 1 if came else -1
            self._weigh(member.parents[0])
        if score is None:
            del self._scores[number]
            self.weights.set(number, 0.0)
            return
        self._scores[number] = score
        for each in list(self._scores) if self.scale.widen(score) else [number]:
            self._weigh(each)

    def children(self, number: int) -> int:
        """How many of its children were kept."""
        return self._children[number]

    def _weigh(self, number: int) -> None:
        if number in self._scores:
            merit = 1 / (1 + exp(-SHARPNESS * (self.scale.share(self._scores[number]) - MIDDLE)))
            self.weights.set(number, merit / (1 + self._children[number] * self._novelty))
