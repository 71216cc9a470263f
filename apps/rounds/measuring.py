"""From an effect to sandbox jobs, and from their outcomes to trajectories and the answer of the effect."""

import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.common.ids import row_id
from apps.engine.canonical import decode, digest, encode
from apps.engine.effects import Compare, Measure
from apps.engine.records import facts_of
from apps.engine.replay import done
from apps.llm.waits import Wait
from apps.log.chain import Entry
from apps.projects.models import Task
from apps.records import digests
from apps.records.step import Row
from apps.rounds.brief import Brief
from apps.rounds.working import Work
from apps.sandbox.contract import Job, Judging, Measured, Outcome, Program, TaskItem

type Place = tuple[int, int, int]  # round id, position, child
type TextsOf = Callable[[int, int], Mapping[str, str]]  # run, number -> texts

INFRASTRUCTURE_ATTEMPTS = 3
PERFORMED = ("measure", "compare")  # kinds that are carried out in the sandbox
APART = "apart"  # in an entry: measured by another process than the run's driver, which counts it later
COUNTED = "counted"  # in a driver's entry: places of what was measured apart and counts from there on


@dataclass(slots=True)
class Errand:
    """An effect on its way through the sandbox: one job per candidate that it measures.

    works: candidates that models are asked for, by job. Such a job is first the one that collects answers, then, where
    a scorer does, the one that judges replies. refusal: reason and hint, where no call may be made. wait: what must
    pass before one may. given_up: nobody waits for it any more.
    """

    place: Place
    effect: Measure | Compare
    token: int
    subjects: tuple[tuple[int, int], ...]  # (run, number) of each job's candidate
    jobs: dict[str, Job | Judging]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    failures: int = 0
    works: dict[str, Work] = field(default_factory=dict)
    refusal: tuple[str, str] | None = None
    wait: Wait | None = None
    given_up: bool = False

    @property
    def complete(self) -> bool:
        """Nothing more will come of it."""
        return len(self.outcomes) == len(self.jobs) or self.refusal is not None or self.wait is not None

    def take(self, outcome: Outcome) -> bool:
        """What came out of a sandbox. Whether models are to be asked now."""
        work = self.works.get(outcome.job)
        if work is None or outcome.infrastructure:
            self.outcomes[outcome.job] = outcome
        elif isinstance(self.jobs[outcome.job], Judging):
            self.outcomes[outcome.job] = work.judged(outcome)
        else:
            work.asked(outcome)
            return True
        return False

    def judging(self, name: str) -> Judging | None:
        """The job that judges a candidate's replies, now that they are all there; None where no scorer has to."""
        work = self.works[name]
        job = work.judging()
        if job is None:
            self.outcomes[name] = work.judged(None)
        else:
            self.jobs[name] = job
        return job


def errand(brief: Brief, place: Place, effect: Measure | Compare, token: int, texts: TextsOf) -> Errand:
    """The jobs that carry out a Measure or a Compare."""
    run = brief.run.pk
    subjects = ((run, effect.candidate),) + ((effect.champion,) if isinstance(effect, Compare) else ())
    items = _items(brief, place, effect)
    jobs: dict[str, Job | Judging] = {}
    works = {}
    for index, (owner, number) in enumerate(subjects):
        files = {path: text.encode() for path, text in texts(owner, number).items()} | dict(brief.beside)
        name = "/".join(map(str, (*place, token, index)))
        program = Program(files, brief.project.entry)
        scorer = None if brief.players else brief.scorer
        jobs[name] = job = Job(name, program, scorer, items, brief.limits, brief.runtime)
        if brief.players:
            works[name] = brief.work(job, row_id(owner, number))
    return Errand(place, effect, token, subjects, jobs, works=works)


def place_of(job: str) -> Place:
    """The place of the effect that a job belongs to."""
    round_id, position, child, *_ = map(int, job.split("/"))
    return round_id, position, child


def _items(brief: Brief, place: Place, effect: Measure | Compare) -> tuple[TaskItem, ...]:
    repeats = effect.repeats if isinstance(effect, Measure) else 1
    return tuple(
        TaskItem(f"{task.key}#{repeat}", bytes(task.input), bytes(task.expected), _seed(brief, place, task, repeat))
        for task in brief.named(effect.tasks)
        for repeat in range(repeats)
    )


def dice(seed: int, place: Place) -> str:
    """What the noise of a measurement is drawn from, beside task and repeat. seed: that of its run."""
    return f"{seed}/{place[0] % (1 << 32)}/{place[1]}/{place[2]}"


def _seed(brief: Brief, place: Place, task: Task, repeat: int) -> int:
    # The same measurement repeated after a crash draws the same noise; both sides of a comparison do too.
    words = f"{dice(brief.run.seed, place)}/{task.key}/{repeat}"
    return int.from_bytes(digest(words.encode())[:7])


@dataclass(slots=True)
class Recorded:
    """What an errand leaves: the answer of its effect, its trajectories, its log entries, seconds spent."""

    answer: bytes
    rows: list[Row]
    entries: list[Entry]
    seconds: float
    by_subject: list[list[list[Any]]]  # results in journal form, per subject


def record(brief: Brief, carried: Errand, said: Mapping[str, Any]) -> Recorded:
    """Trajectories and answer of a complete errand. What failed on infrastructure counts as unmeasurable.

    said: APART or COUNTED, for its entries.
    """
    rows: list[Row] = []
    entries, answers = [], []
    for (run, number), (name, job) in zip(carried.subjects, carried.jobs.items(), strict=True):
        work = carried.works.get(name)
        items = work.job.tasks if work else job.tasks
        measured = _measured(items, carried.outcomes[name])
        subject = row_id(run, number)
        own = [_row(brief, carried.place, subject, *each) for each in zip(items, measured, strict=True)]
        for row, told in zip(own, work.told() if work else (), strict=False):
            row["report"] = encode(decode(row["report"]) | told)
        rows += own
        entries.append(_entry(brief, carried.place, subject, own, said))
        answers.append([_result(brief, *each) for each in zip(own, items, measured, strict=True)])
    value: Any = (
        answers[0] if isinstance(carried.effect, Measure) else {"candidate": answers[0], "champion": answers[1]}
    )
    return Recorded(done(value), rows, entries, sum(row["seconds"] for row in rows), answers)


def _measured(items: Sequence[TaskItem], outcome: Outcome) -> Sequence[Measured]:
    if outcome.infrastructure:
        detail = outcome.infrastructure[:2000]
        return [Measured(item.key, None, "unmeasurable", detail) for item in items]
    return outcome.results


def _row(brief: Brief, place: Place, subject: int, item: TaskItem, result: Measured) -> Row:
    key, _, repeat = item.key.rpartition("#")
    report = {"detail": result.detail, "feedback": result.feedback, "metrics": dict(result.metrics)}
    return {
        "candidate_id": subject,
        "task_id": brief.tasks[key].pk,
        "round": place[0],
        "position": place[1],
        "child": place[2],
        "protocol_id": brief.run.protocol_id,
        "repeat": int(repeat),
        "seed": item.seed,
        # Adding 0 turns -0.0 into 0.0, which SQLite would do on its own: the digest is over what comes back.
        "score": None if result.score is None else brief.sign * result.score + 0.0,
        "failure": result.failure,
        "report": encode({name: value for name, value in report.items() if value}),
        "output": zlib.compress(result.output, 1) if result.output else b"",
        "seconds": round(result.seconds, 6),
        "cpu_seconds": round(result.cpu_seconds, 6),
        "salt": os.urandom(16),
    }


def _entry(brief: Brief, place: Place, subject: int, rows: Sequence[Row], said: Mapping[str, Any]) -> Entry:
    body = {
        "round": place[0],
        "position": place[1],
        "child": place[2],
        "tasks": len(rows),
        "digest": digests.trajectories(rows),
        **said,
    }
    return Entry("candidate.measured", f"method:{brief.run.method}", f"candidate:{subject}", body)


def _result(brief: Brief, row: Row, item: TaskItem, result: Measured) -> list[Any]:
    told = [item.key.rpartition("#")[0], row["score"], row["failure"]]
    facts = facts_of(result.metrics, brief.axes.metrics)
    return [*told, facts] if facts else told
