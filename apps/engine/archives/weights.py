"""Numbers with weights, so that one is drawn in proportion to its weight without walking through all of them."""

from collections.abc import Mapping
from random import Random


class Weights:
    """Weights of birth numbers, in a binary tree of sums. Weights are 0 or more.

    Setting and drawing take time with the logarithm of how many numbers there are. The sums are added up anew on the
    way up, so that no rounding adds up.
    """

    def __init__(self) -> None:
        self._room = 1  # leaves; the root is node 1, the children of a node n are 2n and 2n + 1
        self._sums = [0.0, 0.0]
        self._numbers: list[int] = []
        self._places: dict[int, int] = {}

    def set(self, number: int, weight: float) -> None:
        """The number weighs this from now on; 0 takes it out."""
        if number not in self._places:
            self._places[number] = len(self._numbers)
            self._numbers.append(number)
            if len(self._numbers) > self._room:
                self._grow()
        self._put(self._places[number], weight)

    def all(self) -> Mapping[int, float]:
        """Every number with its weight, in the order they came."""
        return {number: self._sums[self._room + place] for number, place in self._places.items()}

    def draw(self, rng: Random) -> int | None:
        """A number with probability proportional to its weight; None where nothing weighs anything."""
        if not self._sums[1] > 0:
            return None
        left, node = rng.random() * self._sums[1], 1
        while node < self._room:
            node *= 2
            # To the right only where something is: a rounded remainder may reach past the last weight.
            if left >= self._sums[node] and self._sums[node + 1] > 0:
                left -= self._sums[node]
                node += 1
        return self._numbers[node - self._room]

    def _put(self, place: int, weight: float) -> None:
        node = self._room + place
        self._sums[node] = weight
        while node > 1:
            node //= 2
            self._sums[node] = self._sums[2 * node] + self._sums[2 * node + 1]

    def _grow(self) -> None:
        weights = self._sums[self._room :]
        self._room *= 2
        self._sums = [0.0] * self._room + weights + [0.0] * (self._room - len(weights))
        for node in range(self._room - 1, 0, -1):
            self._sums[node] = self._sums[2 * node] + self._sums[2 * node + 1]
