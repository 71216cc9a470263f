"""A family tree in which every candidate knows how its descendants did: what HGM calls clade metaproductivity.

Wang et al., Huxley-Gödel Machine, arXiv 2510.21614 (2025), section on the estimator of CMP: all evaluations of a
candidate's clade, its own among them, in one pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from apps.engine.population import Population
from apps.engine.records import Result
from apps.engine.scale import Scale


@dataclass(slots=True)
class Pool:
    """Evaluations: how many, the sum of the scores of those that had one, and how many had none."""

    count: int = 0
    total: float = 0.0
    failed: int = 0

    def add(self, results: Sequence[Result]) -> None:
        self.count += len(results)
        self.failed += sum(result.score is None for result in results)
        self.total += sum(result.score for result in results if result.score is not None)

    def wins(self, scale: Scale) -> float:
        """How many evaluations' worth of success there is: the sum of the scores' shares. A failure is none."""
        scored = self.count - self.failed
        return min(max(scale.share(self.total / scored) * scored, 0.0), scored) if scored else 0.0


@dataclass(slots=True)
class _Node:
    parent: int | None
    own: Pool = field(default_factory=Pool)
    clade: Pool = field(default_factory=Pool)
    tried: set[str] = field(default_factory=set)


class Clades:
    """The tree of a run, by birth numbers. A measurement is added to the pools of all its ancestors, once.

    A candidate enters with its first measurement. measurements counts those of all but the seed.
    """

    def __init__(self) -> None:
        self.scale = Scale()
        self.measurements = 0
        self._nodes: dict[int, _Node] = {}

    def changed(self, population: Population, number: int) -> None:
        """Verdicts are looked up where they matter."""

    def told(self, population: Population, number: int, results: Sequence[Result]) -> None:
        """A candidate was measured."""
        node = self._node(population, number)
        node.own.add(results)
        node.tried.update(result.task for result in results)
        self.measurements += len(results) if node.parent is not None else 0
        for result in results:
            if result.score is not None:
                self.scale.widen(result.score)
        above: int | None = number
        while above is not None:
            ancestor = self._node(population, above)
            ancestor.clade.add(results)
            above = ancestor.parent

    def own(self, number: int) -> Pool:
        """What was measured of the candidate itself."""
        return self._nodes[number].own if number in self._nodes else Pool()

    def clade(self, number: int) -> Pool:
        """What was measured of the candidate and all its descendants."""
        return self._nodes[number].clade if number in self._nodes else Pool()

    def untried(self, population: Population, number: int) -> list[str]:
        """The required tasks that it was not measured on, in their order."""
        tried = self._nodes[number].tried if number in self._nodes else set[str]()
        return [task for task in population.required if task not in tried]

    def finished(self, population: Population, number: int) -> bool:
        """Whether it was measured on every required task."""
        return number in self._nodes and len(self._nodes[number].tried) >= len(population.required)

    def _node(self, population: Population, number: int) -> _Node:
        if number not in self._nodes:
            parents = population.members[number].parents
            self._nodes[number] = _Node(parents[0] if parents else None)
        return self._nodes[number]


def alive(population: Population) -> list[int]:
    """Candidates that nobody took out, by birth: kept, or not judged yet."""
    return [number for number, member in population.members.items() if member.verdict in ("", "keep")]
