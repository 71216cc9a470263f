"""What a run would take, before it is started: which model plays which role, how much it would ask, what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count

from apps.engine import registry
from apps.engine.setup import Ensembles, unplayed
from apps.llm.forecast import Asks, Estimate, estimate
from apps.llm.models import Call, CallState
from apps.projects.models import Project
from apps.projects.vocabulary import PARALLEL
from apps.records.models import Run
from apps.rounds import measured

ENOUGH = 10  # candidates of earlier runs, from which on those tell how often a method asks
EARLIER = 20  # runs that are looked at


@dataclass
class Foreseen:
    """A run of a method that is not started yet; every part is read when a template first asks for it."""

    project: Project
    method: str
    cast: Ensembles
    candidates: int
    parallel: int = int(PARALLEL.default)

    @property
    def claim(self) -> str:
        """What the method claims of itself."""
        return registry.claim(self.method)

    @property
    def defaults(self) -> Mapping[str, Any]:
        """What can be set of the method, and how it is set where nobody says anything."""
        return registry.get(self.method).parameters

    @property
    def roles(self) -> tuple[str, ...]:
        """Those that a model has to play; none where nothing is asked."""
        return tuple(dict.fromkeys((*registry.get(self.method).roles, *self.needed)))

    @property
    def needed(self) -> list[str]:
        """The roles without which nothing is measured: the model's whose work is, and the judge's."""
        return measured.roles(self.project)

    @cached_property
    def missing(self) -> list[str]:
        """Roles that nobody plays: it cannot be started so. Nobody steps in for those that are needed to measure."""
        lacking = unplayed(self.cast, registry.get(self.method).roles)
        return [*lacking, *(role for role in self.needed if not self.cast.get(role) and role not in lacking)]

    @cached_property
    def estimate(self) -> Estimate:
        asks = dict(self._asks[0])
        if self.needed:
            tasks = self.project.tasks.filter(split="validation").count()
            asks |= {role: asks.get(role, 0.0) + tasks for role in self.needed}
        return estimate(self.project, self.cast, Asks(asks), self.candidates)

    @property
    def seen(self) -> int:
        """From how many candidates of earlier runs it is known how often the method asks; 0: once for each role."""
        return self._asks[1]

    @property
    def seconds(self) -> float:
        """How long models would be waited for, with so many rounds at a time."""
        return sum(line.seconds for line in self.estimate.lines) / max(1, self.parallel)

    @cached_property
    def _asks(self) -> tuple[dict[str, float], int]:
        """Calls for each candidate by role, and how many candidates tell that."""
        roles = registry.get(self.method).roles
        earlier = Run.objects.filter(project=self.project, method=self.method, measured__gt=0).order_by("-pk")[:EARLIER]
        runs = list(earlier.values_list("pk", "measured"))
        tried = sum(count for _, count in runs)
        if tried < ENOUGH:
            return dict.fromkeys(roles, 1.0), 0
        calls = Call.objects.filter(run__in=[run for run, _ in runs], state=CallState.DONE, task=None)
        counts = calls.values_list("role").annotate(count=Count("pk")).order_by()
        found = {role: count / tried for role, count in counts}
        return dict.fromkeys(roles, 0.0) | found, tried
