"""Reading policies, latches, gates, answers and claims."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.engine.canonical import digest, encode
from apps.oversight.models import Answer, Claim, Latch, Policy
from apps.oversight.rules import Table, from_bytes
from apps.projects.access import projects_for, visible_projects
from apps.projects.models import Project
from apps.projects.vocabulary import ROLES
from apps.records.models import HELD, CandidateEdit, Effect, EffectState, Run, Verdict

EARLIER_CHAMPIONS = 50
MOST_DECIDERS = 200
CHANGES = 20
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
    """The latches that stop a run: its own, its project's, and that of everything."""
    scope = Q(run=run) | Q(run=None, project_id=run.project_id) | Q(project=None)
    return Latch.objects.filter(scope, released_at__isnull=True)


def project_latch(project: Project) -> Latch | None:
    """The latch of the whole project, if it is set."""
    return Latch.objects.filter(project=project, run=None, released_at__isnull=True).first()


def run_latch(run: Run) -> Latch | None:
    """The latch of this run alone, if it is set."""
    return Latch.objects.filter(run=run, released_at__isnull=True).first()


def global_latch() -> Latch | None:
    """The stop of everything, if it is set."""
    return Latch.objects.filter(project=None, released_at__isnull=True).first()


def gates(actor: Actor) -> QuerySet[Effect]:
    """Everything that is held for people in the projects that the actor may see, oldest first.

    Without what was answered a moment ago and only waits for its undo window to close.
    """
    held = Effect.open.filter(state__in=HELD, round__run__project__in=visible_projects(actor))
    waiting = held.exclude(Exists(Answer.objects.filter(effect=OuterRef("pk"), ended__isnull=True)))
    return waiting.select_related("round__run__project", "claim__person").order_by("id")


def answerable(actor: Actor) -> QuerySet[Effect]:
    """The gates that the actor may answer and nobody else holds."""
    others = live_claims().filter(effect=OuterRef("pk")).exclude(person=actor.user)
    return gates(actor).filter(round__run__project__in=projects_for(actor, "review")).exclude(Exists(others))


def claimable(actor: Actor, among: QuerySet[Effect]) -> QuerySet[Effect]:
    """The gates among these that the next claim may take: not held, not put off, not passed on to somebody else."""
    held = live_claims().filter(effect=OuterRef("pk"))
    own = Answer.objects.filter(effect=OuterRef("pk"), person=actor.user, decision__in=("defer", "escalate"))
    passed_on = Answer.objects.filter(effect=OuterRef("pk"), decision="escalate", to__isnull=False).exclude(
        to=actor.user
    )
    reviewable = among.filter(round__run__project__in=projects_for(actor, "review"))
    return reviewable.exclude(Exists(held)).exclude(Exists(own)).exclude(Exists(passed_on))


def escalated(actor: Actor) -> QuerySet[Effect]:
    """The gates that were passed on to this person; for maintainers also those passed on to nobody in particular."""
    mine = Q(to=actor.user) | Q(to=None, effect__round__run__project__in=projects_for(actor, "maintain"))
    passed_on = Answer.objects.filter(mine, decision="escalate", effect__since__isnull=False)
    return answerable(actor).filter(pk__in=passed_on.values("effect"))


def deferred(actor: Actor) -> QuerySet[Answer]:
    """What the person put off and that is still open."""
    return Answer.objects.filter(person=actor.user, decision="defer", effect__since__isnull=False)


def live_claims() -> QuerySet[Claim]:
    """Claims that have not expired, by the database's clock."""
    return Claim.objects.filter(until__gt=Now())


def pending(actor: Actor) -> QuerySet[Answer]:
    """The person's answers that can still be taken back, newest first."""
    return Answer.objects.filter(person=actor.user, ended__isnull=True).order_by("-pk")


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


def champion(project: Project) -> CandidateEdit | None:
    """The candidate that the project promotes now."""
    now = Project.objects.values_list("champion", flat=True).get(pk=project.pk)
    return CandidateEdit.objects.select_related("run").filter(pk=now).first() if now is not None else None


def earlier_champions(project: Project) -> list[CandidateEdit]:
    """Candidates that were promoted and not reverted, the latest promotion first, each once, with their runs."""
    promoted = Verdict.objects.filter(candidate__run__project=project, decision="promote")
    rows = promoted.exclude(candidate__verdict="revert").order_by("-pk").values_list("candidate_id", flat=True)
    keys = list(dict.fromkeys(rows[:EARLIER_CHAMPIONS]))
    found = CandidateEdit.objects.select_related("run").in_bulk(keys)
    return [found[key] for key in keys]


def deciders(project: Project) -> list[User]:
    """The people who may answer gates of the project, by name: whom something can be passed on to."""
    roles = [role for role, verbs in ROLES.items() if "review" in verbs]
    members = User.objects.filter(is_active=True, memberships__project=project, memberships__role__in=roles)
    return list(members.order_by("username")[:MOST_DECIDERS])


def in_flight_from(candidate: CandidateEdit) -> QuerySet[Effect]:
    """Open effects about candidates that were made from this one."""
    children = CandidateEdit.objects.filter(base=candidate.pk)
    return Effect.open.filter(candidate__in=children.values("pk"))


def with_modes(runs: Iterable[Run]) -> list[tuple[Run, Policy | None]]:
    """Each run with the policy that is in force for it, in one query more."""
    listed = list(runs)
    latest = Policy.objects.filter(run__in=[run.pk for run in listed]).order_by("version")
    modes = {policy.run_id: policy for policy in latest}
    return [(run, modes.get(run.pk)) for run in listed]


def changes_of_policy(project: Project) -> list[Policy]:
    """The latest changes of mode in the project's runs, newest first."""
    return list(Policy.objects.filter(run__project=project).select_related("run").order_by("-pk")[:CHANGES])
