"""Whether a model can be asked: by asking it."""

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.accounts.actors import Actor
from apps.engine.prompt import USER, Message, Prompt
from apps.llm.contract import CallJob, CallOutcome, CannotCount
from apps.llm.ledger import Opened, Wanted
from apps.llm.models import LanguageModel
from apps.llm.money import billionths, said
from apps.llm.opening import open_calls
from apps.llm.pool import Callers, Patience
from apps.llm.services import catalogue
from apps.llm.settling import settle
from apps.log.chain import INSTALLATION
from apps.log.services import append

QUESTION = Prompt("Answer in one word.", (Message(USER, "Say: ready"),))
REPLY_TOKENS = 64
PATIENCE = 60.0  # seconds of one attempt: somebody waits for the answer


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a model answered, and what there is to tell of it."""

    works: bool
    told: str


def check(actor: Actor, row: LanguageModel) -> Checked:
    """Make one real call of a few tokens. It stands in the ledger, belongs to no project, and counts for no budget.

    A model that cannot be used is stopped by it as by any other call. Raises PermissionDenied.
    """
    catalogue.require_admin(actor)
    with transaction.atomic():
        (call,) = open_calls(None, [asked(row.name)]).calls
    if not isinstance(call, Opened):
        return Checked(False, f"{call.reason} {call.hint}")
    with Callers(1, settings.EVOWEB_LLM_PRIVATE_URLS, Patience(attempts=2)) as callers:
        outcome = callers.run(impatient(call.job))
        counted = _counted(callers, call.job) if outcome.failure is None and row.counting else ""
    with transaction.atomic():
        settlement = settle([outcome])
        if settlement.entries:
            append(INSTALLATION, settlement.entries)
    told = _told(outcome, settlement.calls[call.job.id].answer)
    return Checked(told.works, told.told + counted)


def asked(model: str) -> Wanted:
    """The question that finds out whether a model answers, also where it did not lately."""
    return Wanted(model, "check", QUESTION, max_tokens=REPLY_TOKENS, trying=True)


def impatient(job: CallJob) -> CallJob:
    """The call, given up soon: whoever is there answers such a question at once."""
    return replace(job, spec=replace(job.spec, timeout=min(job.spec.timeout, PATIENCE)))


def _counted(callers: Callers, job: CallJob) -> str:
    """Whether the server counts tokens, as the catalogue says it does."""
    try:
        return f" It counts {callers.count(job.spec, job.prompt)} tokens in the prompt."
    except CannotCount as error:
        return f" It does not count tokens ({error}), so add it again with --no-counting."


def _told(outcome: CallOutcome, answer: dict[str, Any] | None) -> Checked:
    name = outcome.job.spec.name
    if outcome.failure is not None or answer is None:
        return Checked(False, outcome.failure.detail if outcome.failure else "The call was lost.")
    cost = said(None if answer["cost"] is None else billionths(answer["cost"]))
    return Checked(
        True,
        f"{name} answers: {outcome.usage.input} tokens in, {outcome.usage.output} out, "
        f"{outcome.seconds:.1f} s, cost {cost}.",
    )
