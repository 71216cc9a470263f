"""Verdicts by people outside of a gate: reverting a candidate, promoting one. History is followed, never rewritten."""

from django.db import transaction

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import Conflict, UserError
from apps.log.services import append
from apps.oversight import selectors
from apps.projects.access import require
from apps.projects.models import Project
from apps.records import transitions
from apps.records.models import CandidateEdit, Run


def revert(
    actor: Actor, candidate: CandidateEdit, reason: str, to: CandidateEdit | None = None
) -> CandidateEdit | None:
    """Take a candidate out: it is no parent any more, and no champion. Returns the champion from now on.

    to: which earlier champion takes its place, if it is the champion; without it the one before.
    """
    project = candidate.run.project
    require(actor, "review", project)
    _reasoned(reason, "reverted")
    if candidate.number == 0:
        raise UserError("The seed is what every candidate is measured against; it cannot be reverted.")
    with transaction.atomic():
        _lock(project)
        now = CandidateEdit.objects.get(pk=candidate.pk)
        if now.verdict == "revert":
            raise Conflict(f"Candidate {now.number} was reverted before; nothing was changed.")
        entries = [transitions.give(now, "revert", str(actor), reason.strip())]
        champion = Project.objects.values_list("champion", flat=True).get(pk=project.pk)
        if champion == now.pk:
            heir = _heir(project, now, to)
            if heir is not None:
                entries.append(transitions.give(heir, "promote", str(actor), f"in the place of {now.number}"))
            transitions.crown(project, heir.pk if heir else None)
        transitions.reread_best(now.run_id)
        append(project.pk, entries)
        transaction.on_commit(lambda: ring("rounds"))
    return selectors.champion(project)


def promote(actor: Actor, candidate: CandidateEdit, reason: str) -> None:
    """Make a candidate the champion on a person's word. The page says that no test confirmed it."""
    project = candidate.run.project
    require(actor, "maintain", project)
    _reasoned(reason, "promoted without a test")
    with transaction.atomic():
        _lock(project)
        now = CandidateEdit.objects.select_related("run__project", "run__protocol").get(pk=candidate.pk)
        if now.run.is_stale:
            raise UserError(
                "An earlier evaluator gave its score. Measure it again, then promote it. Nothing was changed."
            )
        if now.score is None or now.verdict in ("revert", "drop"):
            raise UserError("Only a candidate that has a score and was neither dropped nor reverted can be promoted.")
        if Project.objects.filter(pk=project.pk, champion=now.pk).exists():
            raise Conflict(f"Candidate {now.number} is the champion already; nothing was changed.")
        entry = transitions.give(now, "promote", str(actor), reason.strip())
        transitions.crown(project, now.pk)
        append(project.pk, [entry])
        transaction.on_commit(lambda: ring("rounds"))


def _lock(project: Project) -> None:
    """Locks in the one order, runs before their project; steps computed under the old verdicts are thrown away."""
    runs = Run.objects.filter(project=project)
    list(runs.select_for_update().order_by("pk").values_list("pk", flat=True))
    transitions.touch(runs)
    Project.objects.select_for_update().get(pk=project.pk)


def _heir(project: Project, bad: CandidateEdit, to: CandidateEdit | None) -> CandidateEdit | None:
    earlier = [each for each in selectors.earlier_champions(project) if each.pk != bad.pk]
    if to is None:
        return earlier[0] if earlier else None
    if to.pk not in {each.pk for each in earlier}:
        raise UserError("Only a candidate that was champion before, and was not reverted, can take its place.")
    return to


def _reasoned(reason: str, what: str) -> None:
    if not reason.strip():
        raise UserError(f"Say why it is {what}; an auditor will ask.")
