"""Setting what may be spent on calls of models."""

from dataclasses import dataclass
from datetime import UTC

from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.llm.models import Budget, Spend
from apps.llm.money import billionths
from apps.llm.spending import NOTICES, Scope, counters, subject
from apps.log.chain import Entry
from apps.log.services import append
from apps.projects.access import require
from apps.projects.models import Project
from apps.records.models import Run


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent: money in the currency of the prices, and tokens. None: not bounded. 0: no calls."""

    money: float | None = None
    tokens: int | None = None


def of_run(actor: Actor, run: Run, limits: Limits) -> Budget:
    """Bound what one run may spend. Raises PermissionDenied, UserError."""
    require(actor, "operate", run.project)
    return _set(actor, Budget(project=run.project, run=run), limits)


def of_project(actor: Actor, project: Project, limits: Limits, *, daily: bool = False) -> Budget:
    """Bound what all runs of a project may spend together: for good, or on each day (UTC)."""
    require(actor, "maintain", project)
    return _set(actor, Budget(project=project, daily=daily), limits)


def _set(actor: Actor, wanted: Budget, limits: Limits) -> Budget:
    if (limits.money is not None and not 0 <= limits.money < 1e9) or (limits.tokens is not None and limits.tokens < 0):
        raise UserError("A budget is 0 or more. 0 means: no calls.")
    money = None if limits.money is None else billionths(limits.money)
    values = {"money": money, "tokens": limits.tokens, "set_by": str(actor)}
    with transaction.atomic():
        budget, _ = Budget.objects.update_or_create(
            project=wanted.project, run=wanted.run, daily=wanted.daily, defaults=values
        )
        _retell(budget)
        body = {"budget": budget.pk, "run": budget.run_id, "daily": budget.daily}
        body |= {"money": money, "tokens": limits.tokens}
        append(budget.project_id, [Entry("budget.set", str(actor), subject(budget.project_id, budget.run_id), body)])
    return budget


def _retell(budget: Budget) -> None:
    """Under another limit, notices are due again above what is spent by now."""
    scope = Scope(budget.project_id, budget.run_id, timezone.now().astimezone(UTC).date())
    for counter in counters(scope):
        if counter.budget == budget.pk:
            told = max((notice for notice in NOTICES if notice <= counter.percent), default=0)
            Spend.objects.filter(pk=counter.spend).update(told=told)
