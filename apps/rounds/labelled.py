"""A judge on its way through labelled outputs: each is judged twice, by calls of the project within its budgets."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from apps.common.errors import UserError
from apps.engine.canonical import decode
from apps.engine.prompt import Prompt
from apps.engine.rubric import Answered, Rubric, judge_prompt, read_grade, schema
from apps.llm.blame import kind
from apps.llm.contract import CallOutcome
from apps.llm.ledger import Denied, Wanted
from apps.llm.models import Absence, Call
from apps.llm.opening import open_calls
from apps.llm.pool import Callers
from apps.llm.settling import lose, settle
from apps.log.services import append
from apps.projects.models import Project, Task
from apps.rounds.agreement import REPEATS
from apps.rounds.working import USELESS, Judge

BEAT_SECONDS = 5.0  # between two signs of life, at most
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds, while calls of others have reserved what is left of a budget
STOPPED = "Whoever operates a project, or an admin, sees on its page what to do, and can release it."

type Item = tuple[int, int]  # number of a label, and of the time that it is judged


@dataclass(frozen=True, slots=True)
class Asked:
    """What a judge said of one label, each time.

    places: how many levels are below the one it named; None where it named none, however often it was asked. calls:
    keys of the calls that say so, empty where none could be made.
    """

    places: list[int | None]
    calls: list[str]


def question(rubric: Rubric, task: Task, output: str) -> Prompt:
    """What a judge is asked about an output (canonical JSON text) that people gave a level."""
    answered = Answered(decode(bytes(task.input)), decode(bytes(task.expected)), decode(output.encode()))
    return judge_prompt(rubric, answered)


@dataclass
class Panel:
    """One judge on its way through labels. told hears how many calls have ended, and of how many."""

    project: Project
    judge: Judge
    callers: Callers
    told: Callable[[int, int], None]
    _labels: Sequence[dict[str, str]] = ()
    _tasks: dict[str, Task] = field(default_factory=dict)
    _waiting: deque[Item] = field(default_factory=deque)
    _open: dict[str, Item] = field(default_factory=dict)
    _failures: dict[Item, int] = field(default_factory=dict)
    _places: dict[Item, int | None] = field(default_factory=dict)
    _calls: dict[Item, str] = field(default_factory=dict)
    _again: float = 0.0  # when calls are opened again, on the monotonic clock
    _pause: float = 0.0  # the last one, in seconds

    def ask(self, labels: Sequence[dict[str, str]]) -> list[Asked]:
        """What the judge says of each. Raises UserError where it cannot be asked."""
        self._labels, self._tasks = labels, {task.key: task for task in self.project.tasks.all()}
        self._waiting = deque((number, time) for number in range(len(labels)) for time in range(REPEATS))
        total = len(self._waiting)
        try:
            while self._waiting or self._open:
                if time.monotonic() >= self._again:
                    self._ask()
                self._hear()
                self.told(len(self._places), total)
        finally:
            self._leave()
        return [self._asked(number) for number in range(len(labels))]

    def _asked(self, number: int) -> Asked:
        items = [(number, time) for time in range(REPEATS)]
        return Asked([self._places[item] for item in items], [self._calls.get(item, "") for item in items])

    def _wanted(self, items: Iterable[Item]) -> list[Wanted]:
        """The calls, made out when they are due: a thousand prompts at once are too many to hold."""
        player, rubric, found = self.judge.player, self.judge.rubric, []
        for number, repeat in items:
            label = self._labels[number]
            task = self._tasks[label["task"]]
            prompt, limits = question(rubric, task, label["output"]), (player.max_tokens, player.effort)
            found.append(
                Wanted(player.model, player.role, prompt, schema(rubric), *limits, task=task.pk, repeat=repeat)
            )
        return found

    def _ask(self) -> None:
        """Open as many calls as may be made."""
        items = [self._waiting.popleft() for _ in range(min(len(self._waiting), self.callers.free))]
        if not items:
            return
        with transaction.atomic():
            opening = open_calls(None, self._wanted(items), project=self.project.pk)
            if opening.entries:
                append(self.project.pk, opening.entries)
        made = list(zip(items, opening.calls, strict=True))
        for item, call in made:
            if not isinstance(call, Denied):
                self._open[call.job.id] = item
                self.callers.submit(call.job)
        denied = [(item, call) for item, call in made if isinstance(call, Denied)]
        for item, call in denied:
            self._denied(item, call)
        if any(call.why == "busy" for _, call in denied):
            self._rest()

    def _denied(self, item: Item, denied: Denied) -> None:
        if denied.why == "context":
            self._places[item] = None
        elif denied.why == "busy":
            self._waiting.append(item)
        else:
            raise UserError(f"{denied.reason} {denied.hint}".strip())

    def _rest(self) -> None:
        """The budget has no room now: until a call of its own ends or, where others hold all of it, for a while."""
        if self._open:
            self._again, self._pause = math.inf, 0.0
            return
        self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, 2 * self._pause))
        self._again = time.monotonic() + self._pause

    @property
    def _patience(self) -> float:
        """Seconds after which there is something to do although no call has ended."""
        if self._open:
            return BEAT_SECONDS
        return min(BEAT_SECONDS, max(0.0, self._again - time.monotonic()))

    def _hear(self) -> None:
        """Take in calls that have ended."""
        outcomes = self.callers.collect(self._patience)
        if not outcomes:
            return
        self._again = 0.0
        with transaction.atomic():
            settlement = settle(outcomes)
            if settlement.entries:
                append(self.project.pk, settlement.entries)
        for outcome in outcomes:
            self._take(self._open.pop(outcome.job.id), outcome)

    def _take(self, item: Item, outcome: CallOutcome) -> None:
        failure, self._calls[item] = outcome.failure, outcome.job.id
        if failure is not None and failure.blame == "model":
            raise UserError(f"{self.judge.player.model} is stopped: {kind(failure.status, failure.blame)}. {STOPPED}")
        grade = read_grade(self.judge.rubric, outcome.text) if failure is None else None
        if grade is not None:
            self._places[item] = grade.place
            return
        self._failures[item] = self._failures.get(item, 0) + 1
        if self._failures[item] >= USELESS and failure is not None and self._away():
            told = kind(failure.status, failure.blame)
            raise UserError(f"{self.judge.player.model} does not answer ({told}). Measure again when it does.")
        if self._failures[item] >= USELESS or (failure is not None and failure.blame == "call"):
            self._places[item] = None
        else:
            self._waiting.append(item)

    def _away(self) -> bool:
        """Whether the judge answers nobody: that says nothing of what it was asked."""
        return Absence.objects.filter(model__name=self.judge.player.model).exists()

    def _leave(self) -> None:
        """Nobody waits for what is still on its way."""
        if not self._open:
            return
        for job in self._open:
            self.callers.stop(job)
        with transaction.atomic():
            lose(Call.objects.filter(key__in=list(self._open)))
