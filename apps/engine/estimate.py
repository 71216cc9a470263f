"""A score is the estimate over all measurements of one content under one protocol; measuring again pools."""

from collections.abc import Iterable, Mapping, Sequence

from apps.engine.records import Result


class Estimate:
    """Pooled results of one content: per task the sum of scores and how many there were; per fact the same."""

    __slots__ = ("_facts", "_tasks", "failure")

    def __init__(self) -> None:
        self._tasks: dict[str, tuple[float, int]] = {}
        self._facts: dict[str, tuple[float, int]] = {}
        self.failure = ""  # label of the first failure, "" when none failed

    def pool(self, results: Iterable[Result]) -> None:
        """Add measurements. A failed one has no score: its task stays incomplete until one succeeds.

        So one failure of the machine does not take a candidate out for good. Promotion is stricter: there every
        failure counts as the worst score seen.
        """
        for result in results:
            if result.score is None:
                self.failure = self.failure or result.failure
                continue
            _count(self._tasks, result.task, result.score)
            for name, value in result.facts.items():
                _count(self._facts, name, value)

    def task(self, key: str) -> float | None:
        """Mean score on one task; None while there is none."""
        return _mean(self._tasks, key)

    def fact(self, name: str) -> float | None:
        """Mean of a fact over all measurements that told it; None while none did."""
        return _mean(self._facts, name)

    def over(self, required: Sequence[str]) -> float | None:
        """Mean over the required tasks, each counting once; None while one of them is missing."""
        total = 0.0
        for key in required:
            mean = self.task(key)
            if mean is None:
                return None
            total += mean
        return total / len(required)


def _count(sums: dict[str, tuple[float, int]], key: str, value: float) -> None:
    total, counted = sums.get(key, (0.0, 0))
    sums[key] = (total + value, counted + 1)


def _mean(sums: Mapping[str, tuple[float, int]], key: str) -> float | None:
    total, counted = sums.get(key, (0.0, 0))
    return total / counted if counted else None
