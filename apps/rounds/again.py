"""More of a run: a larger budget while it is open, the same again, or a new run that goes on from a candidate.

A run that has ended stays so: its conclusion stands in the log and was read. More budget then means another run, whose
round 0 plants a candidate of the first. Only the candidate goes along: archive and memory of the method begin anew.
"""

from typing import Any

from django.db import transaction

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import Conflict, UserError
from apps.common.ids import NUMBERS, row_id
from apps.engine.canonical import decode
from apps.projects.access import require
from apps.projects.models import Project
from apps.projects.vocabulary import CANDIDATES
from apps.records import transitions
from apps.records.models import Run, RunState


def extend(actor: Actor, run: Run, candidates: int, seconds: float | None) -> None:
    """Give an open run another budget, in all. Raises UserError, Conflict once it concludes or has ended."""
    require(actor, "operate", run.project)
    if not run.candidates <= candidates <= CANDIDATES.most:
        raise UserError(
            f"The budget can only grow: name {run.candidates:,} to {CANDIDATES.most:,} candidates in all. "
            "To end the run earlier, stop it in order."
        )
    if seconds is not None and (run.seconds is None or seconds < run.seconds):
        now = "no limit of seconds" if run.seconds is None else f"{run.seconds:g} seconds"
        raise UserError(f"The budget can only grow, and it has {now}. Name more seconds, or leave them out.")
    if (candidates, seconds) == (run.candidates, run.seconds):
        raise UserError("That is the budget it has.")
    with transaction.atomic():
        if not transitions.extend(run, candidates, seconds, str(actor)):
            raise Conflict(f"Run {run.number} concludes or has ended. Go on from its best candidate with a new run.")
        transaction.on_commit(lambda: ring("rounds"))


def like(run: Run) -> dict[str, Any]:
    """Fields of an order that would do the same again."""
    names = ("method", "candidates", "seconds", "parallel", "seed", "origin")
    return {name: getattr(run, name) for name in names} | {"parameters": decode(bytes(run.parameters))}


def further(run: Run) -> dict[str, Any]:
    """Fields of an order that goes on where an ended run left off: from its best, with draws of its own."""
    best = None if run.best is None else row_id(run.pk, run.best)
    return like(run) | {"origin": best, "seed": run.seed + 1 if run.seed < 2**63 - 1 else 0}


def ended(run: Run) -> bool:
    """Whether more budget means another run."""
    return bool(run.state != RunState.OPEN)


def origin_named(project: Project, text: str) -> int:
    """Id of the candidate that is named as run and number, such as 3.12. Raises UserError."""
    run, dot, number = text.strip().partition(".")
    if not (dot and run.isascii() and run.isdigit() and number.isascii() and number.isdigit() and len(text) < 30):
        raise UserError("Name a candidate as run and number, such as 3.12.")
    found = Run.objects.filter(project=project, number=min(int(run), 2**31 - 1)).only("pk").first()
    if found is None or int(number) >= NUMBERS:
        raise UserError(f"{project} has no candidate {text.strip()}.")
    return row_id(found.pk, int(number))


def name_of(origin: int | None) -> str:
    """A candidate as run and number; empty for none."""
    if origin is None:
        return ""
    run = Run.objects.only("number").get(pk=origin // NUMBERS)
    return f"{run.number}.{origin % NUMBERS}"
