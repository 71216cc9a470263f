"""A score is the estimate over all measurements of one content under one protocol; measuring again pools."""

from collections.abc import Iterable, Mapping, Sequence

from apps.engine.records import Result


class Estimate:
    """Pooled results of one content: per task the mean score and of how many; per fact the same."""

    __slots__ = ("_facts", "_tasks", "failure")

    def __init__(self) -> None:
        self._tasks: dict[str, tuple[float, int]] = {}
        self._facts: dict[str, tuple[float, int]] = {}
        self.failure = ""  # label of the first failure, "" when none failed

    def pool(self, results: Iterable[Result]) -> bool:
        """Add measurements. Answers whether anything is another than before: what repeats itself changes nothing.

        A failed one has no score: its task stays incomplete until one succeeds. So one failure of the machine does not
        take a candidate out for good. Promotion is stricter: there every failure counts as the worst score seen.
        """
        moved = False
        for result in results:
            if result.score is None:
                self.failure = self.failure or result.failure
                continue
            moved |= _count(self._tasks, result.task, result.score)
            for name, value in result.facts.items():
                moved |= _count(self._facts, name, value)
        return moved

    def task(self, key: str) -> float | None:
        """Mean score on one task; None while there is none."""
        return _mean(self._tasks, key)

    def times(self, required: Sequence[str]) -> int:
        """How often each of the tasks has been scored at least."""
        return min((self._tasks.get(key, (0.0, 0))[1] for key in required), default=0)

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


def _count(means: dict[str, tuple[float, int]], key: str, value: float) -> bool:
    """Whether the mean moved. Equal values have exactly that mean: a sum of them, divided again, might miss it."""
    mean, counted = means.get(key, (0.0, 0))
    moved = not counted or value != mean
    means[key] = ((mean * counted + value) / (counted + 1) if moved else mean, counted + 1)
    return moved


def _mean(means: Mapping[str, tuple[float, int]], key: str) -> float | None:
    mean, counted = means.get(key, (0.0, 0))
    return mean if counted else None
