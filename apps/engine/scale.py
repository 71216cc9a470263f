"""Scores as shares of one, for published rules that speak of accuracies."""

from math import inf


class Scale:
    """From the lowest to the highest score seen; from 0 to 1 while all lie there, as accuracies do."""

    def __init__(self) -> None:
        self._lowest, self._highest = inf, -inf
        self._bottom, self._width = 0.0, 0.5

    def widen(self, score: float) -> bool:
        """A score was seen. Answers whether shares are others than before."""
        before = self._bottom, self._width
        self._lowest, self._highest = min(self._lowest, score), max(self._highest, score)
        if self._lowest >= 0 and self._highest <= 1:
            return False
        self._bottom, self._width = self._lowest, self._highest / 2 - self._lowest / 2
        return before != (self._bottom, self._width)

    def share(self, score: float) -> float:
        """Where a score lies between the ends, from 0 to 1; one half where there is nothing between them."""
        # In halves: the difference itself may be too large for a float.
        return (score / 2 - self._bottom / 2) / self._width if 0 < self._width < inf else 0.5
