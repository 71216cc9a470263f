"""Reading policies, latches and gates."""

from django.db.models import Q, QuerySet

from apps.accounts.actors import Actor
from apps.engine.canonical import digest, encode
from apps.oversight.models import Latch, Policy
from apps.oversight.rules import Table, from_bytes
from apps.projects.access import visible_projects
from apps.projects.models import Project
from apps.records.models import HELD, Effect, EffectState, Run

WAITING_SHOWN = 99


def policy(run: Run) -> Policy:
    """The policy in force. Raises LookupError for a run without one: it may not be driven."""
    found = Policy.objects.filter(run=run).order_by("-version").first()
    if found is None:
        raise LookupError(f"{run} has no policy")
    return found


def table(run: Run) -> Table:
    """The rules in force for a run."""
    return from_bytes(bytes(policy(run).table))


def latches(run: Run) -> QuerySet[Latch]:
    """The latches that stop a run: its own and its project's."""
    return Latch.objects.filter(Q(run=run) | Q(run=None), project_id=run.project_id, released_at=None)


def project_latch(project: Project) -> Latch | None:
    """The latch of the whole project, if it is set."""
    return Latch.objects.filter(project=project, run=None, released_at=None).first()


def gates(actor: Actor) -> QuerySet[Effect]:
    """Everything that is held for people in the projects that the actor may see, oldest first."""
    held = Effect.open.filter(state__in=HELD, round__run__project__in=visible_projects(actor))
    return held.select_related("round__run__project").order_by("id")


def waiting(actor: Actor) -> str:
    """How many gates wait, as a badge shows it: counted no further than 99; empty for none."""
    found = gates(actor).order_by()[: WAITING_SHOWN + 1].count()
    return f"{WAITING_SHOWN}+" if found > WAITING_SHOWN else str(found or "")


def running(project: Project) -> QuerySet[Effect]:
    """Effects of the project that are being carried out now."""
    return Effect.open.filter(round__run__project=project, state=EffectState.RUNNING)


def shown(effect: Effect) -> bytes:
    """Digest of what a gate shows: the effect as it would run, at its revision, with its result where there is one."""
    ran = bytes(effect.ran) if effect.ran is not None else bytes(effect.asked)
    return digest(encode([effect.revision, effect.state]) + ran + b"\n" + bytes(effect.answer or b""))
