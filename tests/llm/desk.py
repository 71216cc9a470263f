"""A catalogue, a run and a driver that does nothing but ask."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.accounts.actors import Actor
from apps.llm.ledger import Denied, Mode, Opened, Wanted
from apps.llm.models import LanguageModel
from apps.llm.money import Rates
from apps.llm.opening import open_calls
from apps.llm.pool import Callers
from apps.llm.services import catalogue
from apps.llm.settling import settle
from apps.log.services import append
from apps.projects.models import Project
from apps.records.models import Run
from apps.rounds.start import start
from tests.llm.conftest import VARIABLE, prompt
from tests.llm.server import MessagesServer
from tests.rounds import world

SYSTEM = Actor.system()
ONE_EACH = Rates(Decimal(1), Decimal(1), Decimal(1), Decimal(1))  # a million tokens of any kind cost 1


def add(
    server: MessagesServer | None = None, name: str = "parrot", rates: Rates | None = ONE_EACH, **columns: Any
) -> LanguageModel:
    """A model in the catalogue."""
    url = server.url if server else "https://8.8.8.8"
    made = {"model": f"{name}-1", "base_url": url, "key_variable": VARIABLE, "max_tokens": 100} | columns
    row = catalogue.put(SYSTEM, catalogue.Description(name, made, {}))
    if rates is not None:
        catalogue.price(SYSTEM, row, rates)
    return row


def new_run(project: Project | None = None) -> Run:
    """A run that nobody drives."""
    return start(SYSTEM, project or world.project(), world.order(), "bubblewrap")


def wanted(text: str = "say ok", model: str = "parrot", **more: Any) -> Wanted:
    return Wanted(model, more.pop("role", "mutate"), prompt(text), **more)


def opened(run: Run, *asked: Wanted, mode: Mode = "record") -> list[Opened | Denied]:
    """As the claim of effects does it."""
    with transaction.atomic():
        opening = open_calls(run, asked, mode)
        append(run.project_id, opening.entries)
    return opening.calls


def made(callers: Callers, run: Run, *asked: Wanted, mode: Mode = "record") -> list[Any]:
    """Calls that are opened, made and settled: the journal's answers, None for a failed one, Denied as it stands."""
    calls = opened(run, *asked, mode=mode)
    outcomes = [callers.run(call.job) for call in calls if isinstance(call, Opened) and call.settled is None]
    answers = settled(run, outcomes)
    return [_told(call, answers) for call in calls]


def settled(run: Run, outcomes: Sequence[Any]) -> dict[str, Any]:
    """As the commit of answers does it: answers by key."""
    with transaction.atomic():
        settlement = settle(outcomes)
        append(run.project_id, settlement.entries)
    return {key: call.answer for key, call in settlement.calls.items()}


def _told(call: Opened | Denied, answers: dict[str, Any]) -> Any:
    if isinstance(call, Denied):
        return call
    return call.settled.answer if call.settled else answers[call.job.id]
