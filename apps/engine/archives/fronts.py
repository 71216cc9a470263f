"""Both kinds of fronts of one run: over the score and its objectives, and per task."""

from collections.abc import Sequence

from apps.engine.archives.front import Front
from apps.engine.archives.task_fronts import TaskFronts
from apps.engine.axes import Objective
from apps.engine.population import Population


class Fronts:
    """A candidate comes in if it is on the front of the objectives, or better on a task than all before it."""

    def __init__(self, objectives: Sequence[Objective], tasks: Sequence[str]) -> None:
        self.objectives = Front(objectives)
        self.tasks = TaskFronts(tasks)

    def admits(self, population: Population, number: int) -> tuple[bool, str]:
        """Whether a complete candidate comes in, and why in a few words."""
        best, why = self.tasks.admits(population, number)
        return (best, why) if best else self.objectives.admits(population, number)

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        self.objectives.changed(population, number)
        self.tasks.changed(population, number)
