"""Scores over different tasks made comparable: what a candidate has, less how easy its tasks were.

The two-way layout without interaction, score = candidate + task + noise, with task effects that add up to zero:
Scheffé, The Analysis of Variance (1959), chapter 4. Task effects are taken from complete candidates only: what was
given up early seemed bad, and would make its tasks look hard. From complete rows least squares is the mean of what the
tasks differ by, so that a measurement costs one step per task however many came before.
"""

from collections.abc import Mapping, Sequence


class Difficulty:
    """How much easier (+) or harder (-) each task is than the mean of all, as the candidates so far tell."""

    __slots__ = ("_rows", "_sums")

    def __init__(self, tasks: Sequence[str]) -> None:
        self._sums = dict.fromkeys(tasks, 0.0)
        self._rows = 0

    def complete(self, scores: Mapping[str, float]) -> None:
        """A candidate has these scores, on all tasks."""
        mean = sum(scores.values()) / len(scores)
        self._rows += 1
        for task, score in scores.items():
            self._sums[task] += score - mean

    def ease(self, task: str) -> float:
        """What a task adds to the score of a candidate; 0 while nothing is known."""
        return self._sums[task] / self._rows if self._rows else 0.0

    def adjusted(self, scores: Mapping[str, float]) -> float | None:
        """The mean that a candidate with these scores is likely to have over all tasks; None for no scores.

        For scores on all tasks it is their plain mean.
        """
        if not scores:
            return None
        return sum(score - self.ease(task) for task, score in scores.items()) / len(scores)
