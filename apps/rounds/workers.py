"""Which processes drive the open runs."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.accounts.actors import Actor
from apps.projects.access import visible_projects
from apps.records.models import Run, RunState

RUNS = 100


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run and the lease of whoever drives it; left is in seconds."""

    run: Run
    left: float

    @property
    def alive(self) -> bool:
        return self.left > 0


def open_runs(actor: Actor) -> list[OpenRun]:
    """The open runs of the projects that the actor may see, newest first."""
    runs = Run.objects.filter(state=RunState.OPEN, project__in=visible_projects(actor))
    shown = ("number", "method", "driver", "driver_until", "project__name", "project__slug")
    now = timezone.now()
    return [OpenRun(run, _left(run, now)) for run in runs.select_related("project").only(*shown).order_by("-pk")[:RUNS]]


def _left(run: Run, now: datetime) -> float:
    return (run.driver_until - now).total_seconds() if run.driver and run.driver_until else 0.0
