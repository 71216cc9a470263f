"""What a person names to compare with: a run as 3 or project/3, a candidate as 12, 3/12 or project/3/12."""

from django.db.models import Q

from apps.accounts.actors import Actor
from apps.common.ids import NUMBERS
from apps.lineage import selectors
from apps.projects.access import visible_projects
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Run
from apps.rounds.control import runs

LONGEST = 200


def run_at(actor: Actor, address: str, beside: Run) -> Run | None:
    """The run of that address, which may leave out the project of the run beside; None for none that may be seen."""
    slug, _, number = _trimmed(address).rpartition("/")
    project = _project(actor, slug or beside.project.slug)
    if project is None or not _number(number):
        return None
    found = runs(project).filter(number=int(number)).first()
    if found is not None:
        found.project = project
    return found


def candidate_at(actor: Actor, address: str, beside: Run) -> CandidateEdit | None:
    """The candidate of that address, which may leave out what it shares with the run beside; None for none to see."""
    rest, _, number = _trimmed(address).rpartition("/")
    slug, _, run = rest.rpartition("/")
    run = run or str(beside.number)
    if not (_number(run) and _number(number) and int(number) < NUMBERS):
        return None
    return selectors.candidate(actor, slug or beside.project.slug, int(run), int(number)).first()


def address_of(run: Run, beside: Run | None = None) -> str:
    """The shortest address of a run for a page of the run beside."""
    return str(run.number) if beside and run.project_id == beside.project_id else f"{run.project.slug}/{run.number}"


def others(run: Run, most: int) -> list[Run]:
    """Runs of the same project that it is most likely compared with: its baselines, then the latest."""
    rest = Run.objects.filter(project=run.project).exclude(pk=run.pk).defer("parameters", "result", "code")
    near = rest.filter(Q(baseline_of=run.pk) | Q(pk=run.baseline_of_id)).order_by("pk")[:most]
    found = {one.pk: one for one in [*near, *rest.order_by("-pk")[:most]]}
    return list(found.values())[:most]


def _trimmed(address: str) -> str:
    return address[:LONGEST].strip().strip("/")


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _project(actor: Actor, slug: str) -> Project | None:
    return visible_projects(actor).defer("evaluator").filter(slug=slug).first()
