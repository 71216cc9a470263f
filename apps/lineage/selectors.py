"""Finding candidates and their measurements, for those who may see them."""

from django.db.models import F, QuerySet, Subquery

from apps.accounts.actors import Actor
from apps.common.ids import NUMBERS, row_id
from apps.oversight.scores import WITHHELD
from apps.projects.access import role_in, visible_projects
from apps.records.models import CandidateEdit, Run, Trajectory


def runs(actor: Actor) -> QuerySet[Run]:
    """Runs of the projects that the actor may see, each with its project."""
    visible = Run.objects.filter(project__in=visible_projects(actor))
    return visible.select_related("project").defer("project__evaluator", "parameters", "result")


def candidate(actor: Actor, slug: str, run: int, number: int) -> QuerySet[CandidateEdit]:
    """The candidate at this address with its run and project, where the actor may see it: one query for all three."""
    visible = Run.objects.filter(project__in=visible_projects(actor), project__slug=slug, number=run)
    key = visible.values_list(F("pk") * NUMBERS + number)  # a subquery: the database then walks the primary key
    heavy = ("run__project__evaluator", "run__parameters", "run__result", "run__protocol__description")
    found = CandidateEdit.objects.filter(pk=Subquery(key[:1])).annotate(role=role_in(actor, "run__project"))
    return found.select_related("run__project", "run__protocol").defer(*heavy)


def candidates(run: Run, number: int) -> QuerySet[CandidateEdit]:
    """The candidate with this birth number."""
    return CandidateEdit.objects.filter(pk=row_id(run.pk, number))


def outputs(run: Run, number: int) -> QuerySet[Trajectory]:
    """A candidate's measurements whose outputs may be looked at."""
    return Trajectory.objects.filter(candidate=row_id(run.pk, number)).exclude(task__split__in=WITHHELD)
