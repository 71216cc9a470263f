"""A score is the estimate over all measurements of one content under one protocol; measuring again pools."""

from collections.abc import Iterable, Sequence

from apps.engine.records import Result


class Estimate:
    """Pooled results of one content: per task the sum of scores, how many there were, and how many attempts failed."""

    __slots__ = ("_tasks", "failure")

    def __init__(self) -> None:
        self._tasks: dict[str, tuple[float, int, int]] = {}
        self.failure = ""  # label of the first failure, "" when none failed

    def pool(self, results: Iterable[Result]) -> None:
        """Add measurements. A failed one has no score: it leaves its task incomplete until one succeeds."""
        for result in results:
            total, scored, failed = self._tasks.get(result.task, (0.0, 0, 0))
            if result.score is None:
                failed += 1
                self.failure = self.failure or result.failure
            else:
                total, scored = total + result.score, scored + 1
            self._tasks[result.task] = (total, scored, failed)

    def task(self, key: str) -> float | None:
        """Mean score on one task; None while there is none, or while attempts at it have failed."""
        total, scored, failed = self._tasks.get(key, (0.0, 0, 0))
        return total / scored if scored and not failed else None

    def over(self, required: Sequence[str]) -> float | None:
        """Mean over the required tasks, each counting once; None while one of them is missing."""
        total = 0.0
        for key in required:
            mean = self.task(key)
            if mean is None:
                return None
            total += mean
        return total / len(required)
