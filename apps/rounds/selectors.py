"""What the pages of projects and runs show: cached columns, the run's snapshot, and short lists; never the history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from apps.common.ids import NUMBERS, of_run, row_id, run_and_number
from apps.common.keyset import Slice, newest
from apps.engine.canonical import decode
from apps.llm.waits import Told, told_in
from apps.records.models import HELD, CandidateEdit, EffectState, Run, RunState

CANDIDATES = 20
WINDOW = 10_000
CANDIDATE_COLUMNS = ("parents", "authors", "score", "failure", "verdict")
RUN_COLUMNS_LEFT_OUT = ("parameters", "result", "code", "wording")

TAKEN_WITHIN = timedelta(seconds=10)  # by a worker, if there is one: before that nobody need worry
_FOR = {"away": "away", "stopped": "away", "day": "unpaid"}
_MOVING = (EffectState.READY, EffectState.RUNNING)


def state_of(run: Run, effects: Mapping[str, int], latched: bool) -> str:
    """The run's state in one word that is true now: "paused" only when nothing of it runs any more.

    effects: how many of the run's open effects are in which state.
    """
    if run.state != RunState.OPEN:
        return str(run.state)
    if latched:
        return "pausing" if effects.get(EffectState.RUNNING) else "paused"
    return "stopping" if run.finishing else _moving(run, effects)


def _moving(run: Run, effects: Mapping[str, int]) -> str:
    if not effects.get(EffectState.RUNNING) and (waits := waits_of(run)):
        return _FOR[waits[0][0]] if _is_driven(run) else _driven(run)
    if any(effects.get(state) for state in _MOVING):
        return "running"
    if any(effects.get(state) for state in HELD):
        return "waiting"
    return _driven(run)


def _driven(run: Run) -> str:
    """Running if a worker has it; a run that began a moment ago will be taken, and lacks nothing yet."""
    if _is_driven(run):
        return "running"
    new = run.driver_until is None and timezone.now() - run.created < TAKEN_WITHIN
    return "starting" if new else "undriven"


def _is_driven(run: Run) -> bool:
    return run.driver_until is not None and run.driver_until > timezone.now()


def waits_of(run: Run) -> list[Told]:
    """What an open run waits for besides people, as its driver saw it last."""
    return told_in(bytes(run.waits)) if run.state == RunState.OPEN else []


def per_minute(run: Run) -> float | None:
    """Candidates measured per minute since the run began."""
    passed = ((run.ended or timezone.now()) - run.created).total_seconds()
    return 60 * run.measured / passed if passed > 0 and run.measured else None


@dataclass(frozen=True, slots=True)
class Looked(Slice["CandidateRow"]):
    """Candidates that were looked for, and the birth numbers between which that was."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A candidate in a list."""

    candidate: CandidateEdit

    @property
    def operator(self) -> str:
        return str(decode(bytes(self.candidate.authors)).get("operator", ""))

    @property
    def parents(self) -> list[int]:
        return list(decode(bytes(self.candidate.parents))["parents"])


def candidate_page(run: Run, before: int | None, size: int, **having: str) -> "Looked":
    """Candidates of a run that have such a failure or verdict, newest first, below number `before`.

    Looks through WINDOW candidates at most, so that a rare label costs no walk through a long run.
    """
    last = min(run.born if before is None else before, NUMBERS)
    first = max(0, last - WINDOW)
    window = CandidateEdit.objects.filter(pk__gte=row_id(run.pk, first), pk__lt=row_id(run.pk, last), **having)
    page = newest(window.only(*CANDIDATE_COLUMNS), size)
    more = run_and_number(page.more)[1] if page.more is not None else (first or None)
    return Looked([CandidateRow(candidate) for candidate in page.rows], more, first, last - 1)


def latest_candidates(run: Run, before: int | None = None, size: int = CANDIDATES) -> Slice[CandidateRow]:
    """Candidates of a run, newest first, below birth number `before` where it is given. `more` is a birth number."""
    born = CandidateEdit.objects.filter(of_run(run.pk))
    if before is not None:
        born = born.filter(pk__lt=row_id(run.pk, min(before, NUMBERS)))
    page = newest(born.only(*CANDIDATE_COLUMNS), size)
    more = None if page.more is None else run_and_number(page.more)[1]
    return Slice([CandidateRow(candidate) for candidate in page.rows], more)
