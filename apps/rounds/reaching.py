"""Finding out whether models that did not answer lately are back: one short question each, when its time has come."""

from collections import deque
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from apps.llm import absences
from apps.llm.contract import CallJob, CallOutcome
from apps.llm.ledger import Opened
from apps.llm.opening import open_calls
from apps.llm.probe import asked, impatient
from apps.llm.settling import settle
from apps.llm.waits import Wait
from apps.log.services import append
from apps.records.models import Run


class Reaching:
    """The questions that the driver of one run has on their way, in transactions of their own.

    What waits for their answer is not theirs to know: a model that answers is away no more, for whoever asks it.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._open: dict[str, str] = {}  # model by call
        self._heard: list[CallOutcome] = []
        self.ready: deque[CallJob] = deque()  # opened, and waiting for a caller

    @property
    def open(self) -> set[str]:
        """Keys of the calls on their way."""
        return set(self._open)

    def hear(self, outcome: CallOutcome) -> bool:
        """A call has ended. False where it is none of these."""
        if outcome.job.id not in self._open:
            return False
        self._heard.append(outcome)
        return True

    def settle(self) -> None:
        """Take in what was heard."""
        if not self._heard:
            return
        with transaction.atomic():
            entries = settle(self._heard).entries
            if entries:
                append(self._run.project_id, entries)
        for outcome in self._heard:
            del self._open[outcome.job.id]
        self._heard = []

    def ask(self, waits: Mapping[str, Wait]) -> None:
        """Ask each of these models whose time has come, unless somebody else does."""
        now = timezone.now()
        for wait in waits.values():
            if wait.on == "away" and wait.over(now) and wait.name not in self._open.values():
                self._ask(wait)

    def _ask(self, wait: Wait) -> None:
        with transaction.atomic():
            mine, entries = absences.take_turn(wait.model, self._run.project_id)
            calls = open_calls(self._run, [asked(wait.name)]).calls if mine else []
            if entries:
                append(self._run.project_id, entries)
        for call in calls:
            if isinstance(call, Opened):
                self._open[call.job.id] = wait.name
                self.ready.append(impatient(call.job))
