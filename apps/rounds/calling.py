"""Calls of models that are measured, and of judges: opened in the ledger, made, settled, for whoever measures.

Their rows are written before they are made and settled as they come in, in transactions of their own: the effect they
belong to is claimed already. So when its process dies, whoever measures again finds the replies that were paid for.
"""

import contextlib
import time
from collections import Counter, deque
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from apps.llm.contract import CallJob, CallOutcome
from apps.llm.ledger import Denied, Opened, Settled, Wanted
from apps.llm.models import Call, CallState
from apps.llm.opening import open_calls, recalled
from apps.llm.settling import lose, settle
from apps.log.services import append
from apps.records.content import ContentMissing
from apps.records.models import Run
from apps.rounds import measured, voices
from apps.rounds.measuring import Errand
from apps.rounds.working import Said, Work, prompt_digest

MOST_OPEN = 128  # calls of a run at a time: each holds a reservation, and is lost with its process, sent or not
LOOK_SECONDS = 0.1  # at least, until a call is tried again that was not let through
UNHEEDED_SECONDS = 10.0  # a wait that is over for so long has nobody who finds out: its run is paused, say

type Stage = tuple[Errand, str]  # an errand, and the job of the candidate


@dataclass(frozen=True, slots=True)
class _Asked:
    """One prompt on its way."""

    errand: Errand
    name: str
    index: int

    @property
    def work(self) -> Work:
        return self.errand.works[self.name]

    @property
    def wanted(self) -> Wanted:
        work, asking = self.work, self.work.asking
        task, repeat = work.task(self.index)
        return Wanted(
            asking.player.model,
            asking.player.role,
            asking.prompts[self.index],
            schema=asking.schema,
            max_tokens=asking.player.max_tokens,
            effort=asking.player.effort,
            place=self.errand.place,
            candidate=work.subject,
            task=task,
            repeat=repeat,
        )


class Calling:
    """The calls that one process has on its way for its errands of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._waiting: list[tuple[float, _Asked]] = []  # to be opened at that moment
        self._open: dict[str, _Asked] = {}  # by key of the call
        self._heard: list[CallOutcome] = []
        self._begun: deque[Stage] = deque()  # whose earlier replies are to be looked for
        self._touched: list[Stage] = []  # that something happened to; kept where the database fails in a turn
        self.ready: deque[CallJob] = deque()  # opened, and waiting for a caller

    @property
    def open(self) -> bool:
        """Whether calls are on their way, if only for what was given up meanwhile: their replies are paid for."""
        return bool(self._open)

    def add(self, errand: Errand, name: str) -> None:
        """A candidate's prompts are there: ask them."""
        self._begun.append((errand, name))

    def hear(self, outcome: CallOutcome) -> bool:
        """A call has ended. False where it is none of these."""
        if outcome.job.id not in self._open:
            return False
        self._heard.append(outcome)
        return True

    def turn(self) -> list[Stage]:
        """Settle what came in, open what is due. The candidates whose prompts wait for nothing any more.

        An errand that cannot go on is among them: it says why.
        """
        self._settle()
        self._begin()
        self._open_due()
        finished = self._finished()
        while again := [stage for stage in finished if self._to_judge(*stage)]:
            self._begin()
            self._open_due()
            finished = [stage for stage in finished if stage not in again] + self._finished()
        return finished

    def _to_judge(self, errand: Errand, name: str) -> bool:
        """What was replied is to be judged by a model now: it is asked next."""
        if errand.complete or not errand.works[name].turn_to_judge():
            return False
        self.add(errand, name)
        return True

    def _finished(self) -> list[Stage]:
        """Of the candidates that something happened to, those whose prompts wait for nothing any more."""
        left = {(id(each.errand), each.name) for each in [*self._open.values(), *(each for _, each in self._waiting)]}
        unique = {(id(errand), name): (errand, name) for errand, name in self._touched}
        self._touched = []
        return [
            (errand, name)
            for key, (errand, name) in unique.items()
            if not errand.given_up and (errand.complete or key not in left)
        ]

    def _begin(self) -> None:
        """Look for earlier replies to what is new; the rest is to be asked."""
        why = measured.changed(self._run) if self._begun else ""
        while self._begun:
            errand, name = self._begun[0]
            if why:
                errand.refusal = (why, "Start another run: scores of the two are not compared.")
            self._recall(errand, name)
            known = self._taken_over(errand, name)
            self._waiting += [(0.0, _Asked(errand, name, at)) for at in errand.works[name].open if at not in known]
            self._touched.append(self._begun.popleft())

    def _settle(self) -> None:
        """Take in what was heard."""
        heard = self._heard
        if not heard:
            return
        with transaction.atomic():
            settlement = settle(heard)
            if settlement.entries:
                append(self._run.project_id, settlement.entries)
        self._heard = []
        asked = [(self._open.pop(outcome.job.id), settlement.calls.get(outcome.job.id)) for outcome in heard]
        for each, settled in asked:
            self._receive(each, settled)
            self._touched.append((each.errand, each.name))

    def _receive(self, asked: _Asked, settled: Settled | None) -> None:
        """What became of one call. None: somebody gave it up meanwhile, so it is made again."""
        failure = settled.outcome.failure if settled else None
        if settled is None:
            self._waiting.append((0.0, asked))
        elif settled.answer is not None:
            said = Said(settled.outcome.text, settled.answer)
            if not asked.work.replied(asked.index, said) and asked.index in asked.work.open:
                self._waiting.append((0.0, asked))
        elif failure is not None and (failure.blame == "model" or asked.work.failed(asked.index, failure)):
            self._waiting.append((0.0, asked))  # the ledger will say what it waits for

    def _recall(self, errand: Errand, name: str) -> None:
        """Replies that an earlier attempt at the same effect paid for; what it had in flight is lost."""
        work = errand.works[name]
        round_id, position, child = errand.place
        failed: Counter[tuple[int | None, int]] = Counter()
        rows = Call.objects.filter(run=self._run, candidate=work.subject, task__isnull=False)
        rows = rows.filter(role=work.asking.player.role)
        rows = rows.filter(round=round_id, position=position, child=child)
        with transaction.atomic():
            lose(rows.exclude(key__in=self._open))
        for row in rows.filter(state=CallState.FAILED, blame="again"):
            failed[row.task, row.repeat] += 1
        paid = {(row.task, row.repeat): row for row in rows.filter(state=CallState.DONE).order_by("pk")}
        for index in work.open:
            work.asking.failures[index] = failed[work.task(index)]
            found = paid.get(work.task(index))
            if found is not None and bytes(found.prompt) == prompt_digest(work.asking.prompts[index]):
                with contextlib.suppress(ContentMissing):  # then it is asked again
                    work.replied(index, Said(*recalled(found)))

    def _taken_over(self, errand: Errand, name: str) -> set[int]:
        """Tasks whose calls are on their way since before the effect was given back, after a short pause, say."""
        work, found = errand.works[name], set[int]()
        left = {(work.task(index), work.asking.prompts[index]): index for index in work.open}
        for key, each in self._open.items():
            before, same = each.work, each.errand.place == errand.place and each.errand is not errand
            if not same or (before.subject, before.asking.player) != (work.subject, work.asking.player):
                continue
            index = left.get((before.task(each.index), before.asking.prompts[each.index]))
            if index is not None and index not in found:
                self._open[key] = _Asked(errand, name, index)
                found.add(index)
        return found

    def _open_due(self) -> None:
        now = time.monotonic()
        alive = [item for item in self._waiting if not (item[1].errand.given_up or item[1].errand.complete)]
        room = max(0, MOST_OPEN - len(self._open))
        due = [asked for moment, asked in alive if moment <= now][:room]
        if not due:
            self._waiting = alive
            return
        with transaction.atomic():
            opening = open_calls(self._run, [asked.wanted for asked in due], voices.mode(self._run))
            if opening.entries:
                append(self._run.project_id, opening.entries)
        chosen = set(map(id, due))
        self._waiting = [item for item in alive if id(item[1]) not in chosen]
        for asked, call in zip(due, opening.calls, strict=True):
            self._opened(asked, call)
            self._touched.append((asked.errand, asked.name))

    def _opened(self, asked: _Asked, call: Opened | Denied) -> None:
        if isinstance(call, Denied):
            self._denied(asked, call)
        elif call.settled is not None:
            self._receive(asked, call.settled)
        else:
            self._open[call.job.id] = asked
            self.ready.append(call.job)

    def _denied(self, asked: _Asked, denied: Denied) -> None:
        wait = denied.wait
        left = (wait.until - timezone.now()).total_seconds() if wait is not None and wait.until is not None else 0.0
        if wait is not None and wait.brief and left > -UNHEEDED_SECONDS:
            self._waiting.append((time.monotonic() + max(left, LOOK_SECONDS), asked))
        elif wait is not None:
            asked.errand.wait = wait
        elif denied.why == "context":
            asked.work.refuse(asked.index, denied.reason)
        elif denied.why in voices.ENDING:
            asked.errand.refusal = (voices.SPENT, f"{denied.reason} {denied.hint}")
        else:
            asked.errand.refusal = (denied.reason, denied.hint)
