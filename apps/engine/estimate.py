"""A score is the estimate over all measurements of one content under one protocol; measuring again pools."""

from collections.abc import Iterable, Sequence

from apps.engine.records import Result


class Estimate:
    """Pooled results of one content: per task the sum of scores and how many there were."""

    __slots__ = ("_tasks", "failure")

    def __init__(self) -> None:
        self._tasks: dict[str, tuple[float, int]] = {}
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
            total, scored = self._tasks.get(result.task, (0.0, 0))
            self._tasks[result.task] = (total + result.score, scored + 1)

    def task(self, key: str) -> float | None:
        """Mean score on one task; None while there is none."""
        total, scored = self._tasks.get(key, (0.0, 0))
        return total / scored if scored else None

    def over(self, required: Sequence[str]) -> float | None:
        """Mean over the required tasks, each counting once; None while one of them is missing."""
        total = 0.0
        for key in required:
            mean = self.task(key)
            if mean is None:
                return None
            total += mean
        return total / len(required)
