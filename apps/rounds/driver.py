"""The driver of one run: takes what arrived, runs rounds on, writes one step, and sends what must be measured.

Single-threaded; everything in memory is a cache. When a commit fails, all of it is thrown away and read again.
"""

import logging
import time
from collections import deque
from collections.abc import Sequence

from django.db import transaction

from apps.engine.canonical import encode
from apps.engine.remembered import remembered
from apps.llm.contract import CallJob, CallOutcome
from apps.llm.settling import expected
from apps.records import content, transitions
from apps.records.models import Commission, Run, RunState
from apps.records.step import Step
from apps.rounds import absorb, asking, conduct, measuring, opening, stated, voices, waits
from apps.rounds.book import Book
from apps.rounds.calling import Calling
from apps.rounds.measuring import Errand, Place
from apps.rounds.reaching import Reaching
from apps.rounds.slots import Slot
from apps.rounds.voices import Heard, Question
from apps.sandbox.contract import Job, Judging, Outcome

log = logging.getLogger(__name__)

BARREN_LIMIT = 100
# Where models are paid and not even one round has brought a candidate, there is less to hope for: if one in ten did,
# one would have by then with a chance of 93 %.
BARREN_AT_FIRST = 25
FINISHED_EARLY = "A person ended the run before its budget was spent."
MOST_BEGUN = 100  # rounds in one step: a step stays short whatever a method does
POLL_SECONDS = 0.25
SNAPSHOT_SECONDS = 1.0


class Driver:
    """Drives a run that this process has taken (transitions.take). Without claims other processes measure."""

    def __init__(self, run: Run, slot: Slot, *, claims: bool = True) -> None:
        self._slot = slot
        self._claims = claims
        self._errands: dict[Place, Errand] = {}  # on their way
        self._arrived: list[Errand] = []  # complete, not yet stored
        self._ready: deque[Job | Judging] = deque()  # their claim is committed; they wait for an evaluator
        self._asking: dict[str, Question] = {}  # on their way to a model, by call
        self._heard: list[Heard] = []  # not yet stored
        self._calls: deque[CallJob] = deque()  # their claim is committed; they wait for a caller
        self._calling = Calling(run)  # of the model that is measured
        self._reaching = Reaching(run)  # models that did not answer
        self._later: list[tuple[float, Errand, str]] = []  # failed on infrastructure: again at that moment
        self._polled = self._snapped = 0.0
        self._more = False  # the last step began as many rounds as one step may
        self._touched: set[int] = set()  # rounds to be run on
        self.run = run
        self.book = self._open()

    @property
    def ended(self) -> bool:
        """The run is no longer open."""
        return self.run.state != RunState.OPEN

    @property
    def idle(self) -> bool:
        """Nothing is on its way and nothing can move: the run waits for people, a model, or a day with a budget."""
        if self._errands or self._arrived or self._ready or self.book.step:
            return False
        if self._asking or self._calling.open or self._reaching.open:
            return False
        if self.book.latched:
            return True
        moves = self._claims and self.book.moving
        return not (self._more or self._touched or self.book.hopeless or moves or waits.untold(self.book))

    @property
    def eager(self) -> bool:
        """The next step has something to do already: nothing need be waited for."""
        return bool(self._heard or (self._touched and not self.book.latched))

    def wake(self) -> None:
        """Somebody rang: look for what people did at the next step."""
        self._polled = 0.0

    def next_job(self) -> Job | Judging | None:
        """A job whose claim is committed, for a free evaluator."""
        return self._ready.popleft() if self._ready else None

    def finish(self, outcome: Outcome) -> None:
        """An evaluator is done with a job of this run; a late result of a claim that was lost is refused."""
        errand = self._errands.get(measuring.place_of(outcome.job))
        if errand is None or outcome.job not in errand.jobs:
            return
        if outcome.infrastructure and errand.failures + 1 < measuring.INFRASTRUCTURE_ATTEMPTS:
            errand.failures += 1
            log.warning(
                "%s: attempt %d failed on infrastructure: %s", outcome.job, errand.failures, outcome.infrastructure
            )
            self._later.append((time.monotonic() + 2**errand.failures / 4, errand, outcome.job))
            return
        if errand.take(outcome):
            self._calling.add(errand, outcome.job)
        if errand.complete:
            self._arrived.append(errand)

    @property
    def calls(self) -> int:
        """How many calls wait for a caller."""
        return len(self._calls) + len(self._calling.ready) + len(self._reaching.ready)

    def next_call(self) -> CallJob | None:
        """A call whose claim is committed, for a free caller."""
        waiting = self._reaching.ready or self._calls or self._calling.ready
        return waiting.popleft() if waiting else None

    def hear(self, outcome: CallOutcome) -> None:
        """A call of this run has ended; the late reply of a claim that was lost is refused."""
        if self._calling.hear(outcome) or self._reaching.hear(outcome):
            return
        if (question := self._asking.get(outcome.job.id)) is not None:
            self._heard.append(Heard(question, outcome))

    def step(self) -> bool:
        """Store what arrived, run rounds on, write it all in one transaction. Whether anything was written.

        Raises transitions.Stale or a database error after which only reload() helps.
        """
        self._retry()
        self._proceed()
        self._look()
        book = self.book
        for errand in self._arrived:
            absorb.store(book, errand)
        self._take_replies()
        if not book.latched:
            for identifier in self._to_advance():
                if identifier in book.rounds:
                    conduct.advance(book, book.rounds[identifier])
            self._fill()
        return self._write()

    def _take_replies(self) -> None:
        if not self._heard:
            return
        known = expected(each.outcome for each in self._heard if each.settled is None)
        for each in self._heard:
            absorb.hear(self.book, each.question, each.settled or known.get(each.outcome.job.id))

    def reload(self) -> None:
        """Throw away what is in memory and read the run again. What arrived and was not stored yet is kept."""
        now = Run.objects.select_related("project", "protocol").get(pk=self.run.pk)
        if now.driver_token != self.run.driver_token:
            raise transitions.Stale(f"another process drives {now}")
        self.run = now
        if self.ended:
            voices.forgotten()
        else:
            self.book = self._open()

    def _open(self) -> Book:
        try:
            book = opening.open_book(self.run, self._slot.name, self._claims)
        except opening.OtherCode as error:
            voices.end(self.run, RunState.DIVERGED, str(error))
            raise
        except LookupError as error:  # its method is gone
            voices.end(self.run, RunState.DIVERGED, f"This version of evoweb cannot continue the run: {error}")
            raise
        absorb.recount(book)
        for key in voices.given_up(self._asking):
            del self._asking[key]
        tokens = {place: errand.token for place, errand in self._errands.items()}
        tokens |= {question.place: question.token for question in self._asking.values()}
        for opened in book.rounds.values():
            absorb.take_up(book, opened, tokens, self._slot)
        self._asking = {key: each for key, each in self._asking.items() if absorb.is_current(book, each)}
        self._heard = [each for each in self._heard if each.outcome.job.id in self._asking]
        self._calls = deque(job for job in self._calls if job.id in self._asking)
        kept = {errand.place for errand in self._errands.values() if absorb.is_current(book, errand)}
        for place, errand in self._errands.items():
            errand.given_up = place not in kept
        self._errands = {place: errand for place, errand in self._errands.items() if place in kept}
        self._arrived = [errand for errand in self._arrived if errand.place in kept]
        self._touched = set(book.rounds)
        if book.latched:
            self._give_back(book)
        voices.lost(self.run, set(self._asking) | self._reaching.open)
        return book

    def _give_back(self, book: Book) -> None:
        """A stop means that nothing starts any more: what is claimed and has not started is anybody's again."""
        unsent = {job.id for job in self._ready} | {name for _, _, name in self._later}
        for place, errand in list(self._errands.items()):
            if not errand.works and (errand.outcomes or not unsent.issuperset(errand.jobs)):
                continue  # it is being measured; through a model, what was replied is found again
            errand.given_up = True
            opened = book.rounds[place[0]]
            conduct.offer(book, opened, opened.rows[place[1:]])
            del self._errands[place]
            unsent -= set(errand.jobs)
        self._ready = deque(job for job in self._ready if measuring.place_of(job.id) in self._errands)
        self._later = [item for item in self._later if item[1].place in self._errands]
        for question in (self._asking.pop(job.id) for job in self._calls if job.id in self._asking):
            opened = book.rounds[question.place[0]]
            asking.take_back(book, opened, opened.rows[question.place[1:]])
        self._calls.clear()

    def _retry(self) -> None:
        now = time.monotonic()
        due = [item for item in self._later if item[0] <= now]
        self._later = [item for item in self._later if item[0] > now]
        self._ready.extend(errand.jobs[name] for _, errand, name in due if errand.place in self._errands)

    def _proceed(self) -> None:
        """Measurements through a model go on: replies are taken in and judged, further calls are made."""
        for errand, name in self._calling.turn():
            if self._errands.get(errand.place) is not errand or errand in self._arrived:
                continue
            job = None if errand.complete else errand.judging(name)
            if job is not None:
                self._ready.append(job)
            elif errand.complete:
                self._arrived.append(errand)

    def _to_advance(self) -> list[int]:
        rounds = self._touched | {errand.place[0] for errand in self._arrived}
        rounds |= {each.question.place[0] for each in self._heard} | self.book.hopeless
        self._touched = set()
        return sorted(rounds)

    def _look(self) -> None:
        """A few times a second: did people answer gates, set a latch, change the policy; do models answer again?"""
        now = time.monotonic()
        if now - self._polled < POLL_SECONDS:
            return
        self._polled = now
        if Run.objects.values_list("control", flat=True).get(pk=self.run.pk) != self.run.control:
            raise transitions.Stale(f"policy or latches of {self.run} changed")
        self._reaching.settle()
        self._touched |= absorb.news(self.book) | absorb.resumable(self.book)
        if not self.book.latched:
            self._reaching.ask(self.book.models.waits)

    def _fill(self) -> None:
        """Start rounds while the budget and the parallelism allow; conclude when the budget is spent."""
        book, run = self.book, self.book.run
        self._more = False
        for _ in range(MOST_BEGUN):
            if book.ended or book.concluded is not None:
                return
            if not book.counters.rounds:
                kind = "plant"
            elif any(opened.kind in ("plant", "conclude") for opened in book.rounds.values()):
                return
            elif book.moving < run.parallel and (asked := self._next_commission()) is not None:
                book.commissions.remove(asked)
                conduct.advance(book, opening.begin(book, asked.kind, asked))
                continue
            elif self._spent():
                if book.rounds:
                    return
                kind = "conclude"
            elif self._full() or not (kind := self._own()):
                return
            conduct.advance(book, opening.begin(book, kind))
        self._more = True

    def _own(self) -> str:
        """The kind of round that the run begins by itself; "" while its budget is on its way."""
        if stated.control_due(self.book):
            return "control"
        return "grow" if self._budget_left() else ""

    def _full(self) -> bool:
        """Whether as many rounds are open as may be. What waits for a model would only be joined by more."""
        book, run = self.book, self.book.run
        return book.moving >= run.parallel or len(book.waiting) >= run.waiting_limit or book.stalled >= run.parallel

    def _spent(self) -> bool:
        book, run = self.book, self.book.run
        exhausted = book.barren >= self._patience
        late = run.seconds is not None and book.counters.spent >= run.seconds
        spent = bool(book.models.spent)
        return run.finishing or exhausted or late or spent or book.counters.measured >= run.candidates

    @property
    def _patience(self) -> int:
        """How many barren rounds in a row end the run."""
        in_vain = bool(self.book.brief.recipe.roles) and not self.book.counters.measured
        return min(BARREN_LIMIT, BARREN_AT_FIRST) if in_vain else BARREN_LIMIT

    def _next_commission(self) -> Commission | None:
        """The oldest thing that a person asked for; it comes before the method's own rounds, and beyond the budget."""
        return self.book.commissions[0] if self.book.commissions else None

    def _budget_left(self) -> bool:
        on_the_way = sum(max(1, len(opened.reserved)) for opened in self.book.rounds.values())
        return self.book.counters.measured + on_the_way < self.book.run.candidates

    def _write(self) -> bool:
        book, step = self.book, self.book.step
        waits.tell(book)
        if not step:
            return False
        book.counters.reserved = sum(len(opened.reserved) for opened in book.rounds.values())
        closing = self._closing()
        step.snapshot = self._snapshot(last=closing is not None)
        known = self._commit(closing)
        # Committed: now, and only now, the process may act on it.
        for errand in self._arrived:
            self._errands.pop(errand.place, None)
        self._arrived = []
        for errand in book.errands:
            self._errands[errand.place] = errand
            self._ready.extend(errand.jobs.values())
        for each in self._heard:
            self._asking.pop(each.outcome.job.id, None)
        self._heard = known
        for question in book.questions:
            if question.job is not None:
                self._asking[question.job.id] = question
            else:  # what the ledger let wait is looked at again, what it refused goes on
                self._touched |= {question.place[0]} & {each.id for each in book.rounds.values() if not each.waits}
        self._calls.extend(self._unanswered(known))
        for opened in book.rounds.values():
            opened.stored = max((position for position, _ in opened.rows), default=0)
        book.step, book.errands, book.questions = Step(), [], []
        if closing is not None:
            self.run.refresh_from_db()
        return True

    def _commit(self, closing: transitions.Closing | None) -> list[Heard]:
        """Write the step, and the ledger's part in the same transaction. Calls that the ledger answered itself."""
        book = self.book
        if not book.questions and not self._heard:
            transitions.commit(self.run, book.step, book.counters.values(), closing)
            return []
        content.store_files(book.step.contents)  # nothing slow in the transaction
        with transaction.atomic():
            known = asking.enter(book, self._heard)
            transitions.commit(self.run, book.step, book.counters.values(), closing)
        return known

    def _unanswered(self, known: Sequence[Heard]) -> list[CallJob]:
        answered = {each.outcome.job.id for each in known}
        jobs = [question.job for question in self.book.questions if question.job is not None]
        return [job for job in jobs if job.id not in answered]

    def _closing(self) -> transitions.Closing | None:
        """How the run ends with this step: in the same commit, for a run that has concluded must not conclude again."""
        book = self.book
        if book.ended is None and book.concluded is not None:
            book.ended = self._in_order()
        return None if book.ended is None else (*book.ended, book.concluded)

    def _in_order(self) -> tuple[str, str]:
        if self.book.run.finishing:
            return RunState.FINISHED, FINISHED_EARLY
        if self.book.barren >= self._patience:
            return RunState.EXHAUSTED, f"{self._patience} rounds in a row brought no candidate: {self.book.idle}"
        return RunState.FINISHED, self.book.models.spent

    def _snapshot(self, *, last: bool) -> dict[str, bytes] | None:
        """What pages read of the run, at most once a second and at the end."""
        now = time.monotonic()
        if now - self._snapped < SNAPSHOT_SECONDS and not last:
            return None
        self._snapped = now
        failures = {label: count for label, count in sorted(self.book.failures.items()) if label}
        curve = encode(self.book.population.best_so_far)
        told = {"curve": curve, "failures": encode(failures), "contracts": stated.payload(self.book)}
        return told | {"memory": encode(remembered(self.book.population, self.book.brief.parameters))}
