"""Finding experiments: whoever sees all projects of one sees it, and who may operate all of them may steer it."""

from collections import Counter
from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.actors import Actor
from apps.experiments.models import Cell, CellState, Experiment
from apps.oversight.models import Latch
from apps.projects.access import projects_for, visible_projects
from apps.projects.models import Project

HEAVY = ("plan", "summary")


def visible(actor: Actor) -> QuerySet[Experiment]:
    """The experiments that the actor may see."""
    return _all_within(visible_projects(actor))


def may_steer(actor: Actor, experiment: Experiment) -> bool:
    """Whether the actor may pause, stop and let go on: who may operate all of its projects."""
    return _all_within(projects_for(actor, "operate")).filter(pk=experiment.pk).exists()


def counts(experiment: Experiment) -> Counter[str]:
    """How many cells are in which state."""
    return Counter(map(str, Cell.objects.filter(experiment=experiment).values_list("state", flat=True)))


def under_way(experiment: Experiment) -> list[Cell]:
    """The cells whose runs are open."""
    cells = Cell.objects.filter(experiment=experiment, state=CellState.RUNNING)
    return list(cells.select_related("run", "project").defer("project__evaluator", "run__parameters", "run__result"))


def amiss(experiment: Experiment, most: int) -> list[Cell]:
    """Cells that do not count, the first ones."""
    cells = Cell.objects.filter(experiment=experiment, state__in=(CellState.FAILED, CellState.SHORT))
    return list(cells.select_related("run", "project").defer("project__evaluator", "outcome")[:most])


def stops(projects: Collection[int]) -> list[Latch]:
    """The stops of everything and of these projects: no run starts there."""
    here = Q(project__in=projects) | Q(project=None)
    return list(Latch.objects.filter(here, released_at__isnull=True, run=None).select_related("project").order_by("pk"))


def _all_within(projects: QuerySet[Project]) -> QuerySet[Experiment]:
    others = Project.objects.filter(experiment=OuterRef("pk")).exclude(pk__in=projects.values("pk"))
    return Experiment.objects.filter(~Exists(others))
