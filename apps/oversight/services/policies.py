"""Modes: of a run while it goes on, and of a project for the runs to come."""

from django.db import transaction
from django.db.models import Max

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import Conflict
from apps.engine.canonical import decode, digest
from apps.log.chain import Entry
from apps.log.services import append
from apps.oversight import rules, selectors
from apps.oversight.models import Policy
from apps.projects.access import require
from apps.projects.models import Project
from apps.projects.vocabulary import CONSEQUENCES
from apps.records import transitions
from apps.records.models import Run, RunState


def set_policy(actor: Actor, run: Run, mode: str, seen: int | None = None) -> Policy:
    """Put a mode in force; steps computed under the one before are thrown away. LookupError for an unknown one.

    seen: the version that the person looked at. Raises Conflict when another is in force by now.
    """
    require(actor, "operate", run.project)
    with transaction.atomic():
        state = Run.objects.select_for_update().get(pk=run.pk).state
        if state != RunState.OPEN:
            raise Conflict(f"Run {run.number} is {state} already; nothing was changed.")
        now = selectors.policy(run)
        if seen is not None and now.version != seen:
            raise Conflict(
                f"The mode was changed to {now.mode} while you looked (version {now.version}). "
                "Nothing was changed; choose again if you still want another."
            )
        policy = put_in_force(actor, run, mode)
        transitions.touch(Run.objects.filter(pk=run.pk))
        transaction.on_commit(lambda: ring("rounds"))
    return policy


def put_in_force(actor: Actor, run: Run, mode: str) -> Policy:
    """The next version of a run's policy, inside the caller's transaction."""
    consequences = {word: action for word, action in decode(bytes(run.contracts)).items() if word in CONSEQUENCES}
    table = rules.to_bytes((*rules.preset(mode), *rules.by_contract(consequences)))
    last = Policy.objects.filter(run=run).aggregate(last=Max("version"))["last"] or 0
    policy = Policy.objects.create(run=run, version=last + 1, mode=mode, table=table, actor=str(actor))
    body = {"run": run.pk, "version": policy.version, "mode": mode, "table": digest(table).hex()}
    append(run.project_id, [Entry("policy.changed", str(actor), f"run:{run.pk}", body)])
    return policy


def set_default(actor: Actor, project: Project, mode: str) -> None:
    """The mode that runs of the project start with from now on. LookupError for an unknown one."""
    require(actor, "maintain", project)
    rules.preset(mode)
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(mode=mode)
        append(project.pk, [Entry("mode.changed", str(actor), f"project:{project.pk}", {"mode": mode})])
