"""Another evaluator for a project, and measuring again what stood by the scores of the one before.

A run has one protocol: what an earlier evaluator measured is a closed series. Measuring again is a run that begins with
the seed, the champion and the best of that series, under today's evaluator, and may search on from there.
"""

from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.common.ids import of_run
from apps.engine.canonical import digest, encode
from apps.log.services import append
from apps.projects.facts import Facts
from apps.projects.models import Project
from apps.projects.package import Package
from apps.projects.selectors import program_files
from apps.projects.services import evaluators
from apps.records import transitions
from apps.records.models import CandidateEdit, Run, RunState
from apps.rounds.start import Order, start

MOST = 100  # candidates of the series before that one run begins with
TELL = 3


def replace_evaluator(actor: Actor, project: Project, package: Package, facts: Facts) -> bool:
    """Put another evaluator in force, unless a run is open. Whether scores are others now, so that a series begins.

    Raises UserError, PermissionDenied; then nothing was changed.
    """
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)  # so that no run starts meanwhile
        numbers = list(project.runs.filter(state=RunState.OPEN).order_by("number").values_list("number", flat=True))
        if numbers:
            named = ", ".join(map(str, numbers[:TELL])) + (" …" if len(numbers) > TELL else "")
            raise UserError(
                f"A run has one evaluator, and of {project} run{'s' if len(numbers) > 1 else ''} {named} "
                "is still open. End it on its page, or let it end, then replace the evaluator. Nothing was changed."
            )
        return evaluators.replace(actor, project, package, facts)


def stale(project: Project) -> QuerySet[Run]:
    """The runs whose scores an earlier evaluator gave."""
    return Run.objects.filter(project=project).exclude(protocol__scorer=bytes(project.scorer))


def stale_champion(project: Project) -> CandidateEdit | None:
    """The champion, where it stands by scores of an earlier evaluator."""
    if project.champion is None:
        return None
    return CandidateEdit.objects.filter(pk=project.champion, run__in=stale(project)).select_related("run").first()


def due(project: Project) -> bool:
    """Whether something still stands by scores of an earlier evaluator: the champion, or the latest run."""
    latest = project.runs.filter(baseline_of=None).select_related("project", "protocol").order_by("-number").first()
    return stale_champion(project) is not None or (latest is not None and latest.is_stale)


def series_before(project: Project) -> Run | None:
    """The latest run of an earlier evaluator that measured candidates: where the best to measure again come from."""
    return stale(project).filter(baseline_of=None, measured__gt=0).order_by("-number").first()


def candidates(project: Project, best: int) -> list[int]:
    """Ids of what is to be measured again beside the seed: the champion, then the best of the series before.

    Each content once, and the seed's not at all: every run begins with the seed.
    """
    listed = {path: digest(content).hex() for path, content in program_files(project).items()}
    seen, found = {digest(encode(listed))}, []
    champion = stale_champion(project)
    if champion is not None and bytes(champion.content_digest) not in seen:
        seen.add(bytes(champion.content_digest))
        found.append(champion.pk)
    before = series_before(project) if best else None
    if before is None:
        return found
    kept = CandidateEdit.objects.filter(of_run(before.pk), verdict="keep", score__isnull=False)
    most = len(found) + best
    for key, content in kept.order_by("-score", "pk").values_list("pk", "content_digest").iterator(chunk_size=500):
        if len(found) == most:
            break
        if bytes(content) not in seen:
            seen.add(bytes(content))
            found.append(key)
    return found


def measure_again(actor: Actor, project: Project, order: Order, best: int, sandbox: str, driver: str = "") -> Run:
    """Start a run that begins with the seed, the champion and the best of the series before.

    order.candidates are those that its method makes afterwards, 0 or more. sandbox and driver as for start. Raises
    UserError, PermissionDenied.
    """
    if not 0 <= best <= MOST:
        raise UserError(f"Between 0 and {MOST} of the best are measured again, not {best}.")
    if order.candidates < 0:
        raise UserError(f"Its method makes 0 or more candidates, not {order.candidates}.")
    if not stale(project).exists():
        raise UserError(f"Nothing is to be measured again: all runs of {project} have the evaluator of now.")
    chosen = candidates(project, best)
    whole = replace(order, candidates=max(1, len(chosen) + order.candidates))
    with transaction.atomic():
        run = start(actor, project, whole, sandbox, driver)
        entries = [transitions.commission(run, "again", key, {}, str(actor)) for key in chosen]
        if entries:
            append(project.pk, entries)
    return run
