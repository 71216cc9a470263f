"""Who leads on which task, as the whole of a method's archive."""

from collections.abc import Sequence

from apps.engine.archives.task_fronts import TaskFronts
from apps.engine.population import Population


class PerTask:
    """The fronts over the tasks alone."""

    def __init__(self, tasks: Sequence[str]) -> None:
        self.tasks = TaskFronts(tasks)

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        self.tasks.changed(population, number)
