"""Who is best on which task: the Pareto fronts per task that GEPA draws from.

Agrawal et al., GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning, arXiv 2507.19457 (2025),
section on Pareto-based candidate selection.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

from apps.engine.population import Population

HELD = 64  # candidates that are remembered for a task

type _Key = tuple[float, float, int]  # minus the score on the task, minus the score, birth number


class TaskFronts:
    """For each task those with the best score on it, of equal ones those HELD with the best score over all, then age.

    Memory: HELD candidates for each task. What was pushed out is looked for again only when all of a task's are gone.
    """

    def __init__(self, tasks: Sequence[str]) -> None:
        self._tops = {task: _Top() for task in tasks}
        self._shares: dict[int, int] | None = None

    def best(self, task: str) -> list[int]:
        """Those that share the best score on a task."""
        return list(self._tops[task].leaders())

    def shares(self) -> dict[int, int]:
        """On how many fronts each candidate is, by birth; without those who could be missed from each of theirs.

        From the worst score up, whoever has another remaining candidate beside it on every one of its fronts is left
        out: what it is best at, others are best at too.
        """
        if self._shares is None:
            self._shares = self._counted()
        return self._shares

    def admits(self, population: Population, number: int) -> tuple[bool, str]:
        """Whether a complete candidate is better on a task than all before it, and why in a few words."""
        estimate = population.estimate(number)
        for task, top in self._tops.items():
            score = estimate.task(task)
            best = top.best
            if score is not None and (best is None or score > best):
                return True, f"best on {task}, {score!r}"
        return False, "best on no task"

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        listed = population.listed(number)
        estimate = population.estimate(number)
        for task, top in self._tops.items():
            score = None if listed is None else estimate.task(task)
            moved = top.put(number, None if listed is None or score is None else (-score, -listed, number))
            if top.emptied:
                top.refill(_everyone(population, task))
                moved = True
            if moved:
                self._shares = None

    def _counted(self) -> dict[int, int]:
        fronts = [list(top.leaders()) for top in self._tops.values()]
        left = [len(front) for front in fronts]
        on: dict[int, list[int]] = {}
        rank: dict[int, float] = {}
        for place, top in enumerate(self._tops.values()):
            for _, minus, number in top.keys[: left[place]]:
                on.setdefault(number, []).append(place)
                rank[number] = minus
        for number in sorted(on, key=lambda each: (-rank[each], -each)):  # the worst first
            if all(left[place] > 1 for place in on[number]):
                for place in on.pop(number):
                    left[place] -= 1
        return {number: len(on[number]) for number in sorted(on)}


class _Top:
    """The best keys of one task, at most HELD; all are better than what was ever pushed out."""

    def __init__(self) -> None:
        self.keys: list[_Key] = []
        self._held: dict[int, _Key] = {}
        self._gone: _Key | None = None

    @property
    def best(self) -> float | None:
        return -self.keys[0][0] if self.keys else None

    @property
    def emptied(self) -> bool:
        return not self.keys and self._gone is not None

    def leaders(self) -> Iterator[int]:
        for minus, _, number in self.keys:
            if minus != self.keys[0][0]:
                return
            yield number

    def put(self, number: int, key: _Key | None) -> bool:
        """The candidate's key is now this one, or it has none. Answers whether anything here is another than before."""
        before = self._held.pop(number, None)
        if before is not None:
            del self.keys[bisect_left(self.keys, before)]
        comes = key is not None and (self._gone is None or key < self._gone)
        if key is not None and comes:
            insort(self.keys, key)
            self._held[number] = key
            if len(self.keys) > HELD:
                self._gone = self.keys.pop()
                del self._held[self._gone[2]]
        return comes or before is not None

    def refill(self, keys: Iterator[_Key]) -> None:
        self._gone = None
        for key in keys:
            self.put(key[2], key)


def _everyone(population: Population, task: str) -> Iterator[_Key]:
    for number in population.ranked:
        score, listed = population.estimate(number).task(task), population.listed(number)
        if score is not None and listed is not None:
            yield -score, -listed, number
