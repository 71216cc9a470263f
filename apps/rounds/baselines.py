"""What a run's result is held against, where it was ordered with it: the null run and best-of-n at equal budget."""

from django.db import transaction
from django.db.models import Count, QuerySet

from apps.accounts.actors import Actor
from apps.engine.canonical import decode
from apps.records.models import Run, RunState
from apps.rounds.start import Order, start

BASELINES = ("null_run", "best_of_n")


def ordered(run: Run) -> bool:
    """Whether baselines belong to the run, and it has ended in a way that they can be compared with."""
    ended = run.state in (RunState.FINISHED, RunState.EXHAUSTED) and run.measured > 0
    return ended and not run.is_stale and bool(decode(bytes(run.options)).get("baseline"))


def baseline(run: Run, method: str, sandbox: str, driver: str = "") -> Run:
    """The baseline of that method, started unless it was before. sandbox, driver and errors as for start."""
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        if known := run.baselines.filter(method=method).first():
            return Run.objects.select_related("project", "protocol").get(pk=known.pk)
        order = Order(
            method=method,
            candidates=run.measured,
            seed=run.seed,
            mode="full-auto",
            parallel=run.parallel,
            seconds=run.seconds,
            baseline_of=run,
            origin=run.origin,
        )
        return start(Actor.system(), run.project, order, sandbox, driver)


def missing() -> QuerySet[Run]:
    """Ended runs that may lack a baseline; ask `ordered` of each."""
    told = Run.objects.filter(state__in=(RunState.FINISHED, RunState.EXHAUSTED), measured__gt=0).exclude(options=b"{}")
    short = told.annotate(found=Count("baselines")).filter(found__lt=len(BASELINES))
    return short.select_related("project", "protocol")
