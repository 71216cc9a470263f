"""From an effect to sandbox jobs, and from their outcomes to trajectories and the answer of the effect."""

import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.common.ids import row_id
from apps.engine.canonical import digest, encode
from apps.engine.effects import Compare, Measure
from apps.engine.records import facts_of
from apps.engine.replay import done
from apps.log.chain import Entry
from apps.projects.models import Task
from apps.records import digests
from apps.records.step import Row
from apps.rounds.brief import Brief
from apps.sandbox.contract import Job, Measured, Outcome, Program, TaskItem

type Place = tuple[int, int, int]  # round id, position, child
type TextsOf = Callable[[int, int], Mapping[str, str]]  # run, number -> texts

INFRASTRUCTURE_ATTEMPTS = 3
PERFORMED = ("measure", "compare")  # kinds that are carried out in the sandbox


@dataclass(slots=True)
class Errand:
    """An effect on its way through the sandbox: one job per candidate that it measures."""

    place: Place
    effect: Measure | Compare
    token: int
    subjects: tuple[tuple[int, int], ...]  # (run, number) of each job's candidate
    jobs: dict[str, Job]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    failures: int = 0

    @property
    def complete(self) -> bool:
        return len(self.outcomes) == len(self.jobs)


def errand(brief: Brief, place: Place, effect: Measure | Compare, token: int, texts: TextsOf) -> Errand:
    """The jobs that carry out a Measure or a Compare."""
    run = brief.run.pk
    subjects = ((run, effect.candidate),) + ((effect.champion,) if isinstance(effect, Compare) else ())
    items = _items(brief, place, effect)
    jobs = {}
    for index, (owner, number) in enumerate(subjects):
        files = {path: text.encode() for path, text in texts(owner, number).items()} | dict(brief.beside)
        name = "/".join(map(str, (*place, token, index)))
        program = Program(files, brief.project.entry)
        jobs[name] = Job(name, program, brief.scorer, items, brief.limits, brief.runtime)
    return Errand(place, effect, token, subjects, jobs)


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


def _seed(brief: Brief, place: Place, task: Task, repeat: int) -> int:
    # The same measurement repeated after a crash draws the same noise; both sides of a comparison do too.
    words = f"{brief.run.seed}/{place[0] % (1 << 32)}/{place[1]}/{place[2]}/{task.key}/{repeat}"
    return int.from_bytes(digest(words.encode())[:7])


@dataclass(slots=True)
class Recorded:
    """What an errand leaves: the answer of its effect, its trajectories, its log entries, seconds spent."""

    answer: bytes
    rows: list[Row]
    entries: list[Entry]
    seconds: float
    by_subject: list[list[list[Any]]]  # results in journal form, per subject


def record(brief: Brief, carried: Errand) -> Recorded:
    """Trajectories and answer of a complete errand. What failed on infrastructure counts as unmeasurable."""
    rows: list[Row] = []
    entries, answers = [], []
    for (run, number), job in zip(carried.subjects, carried.jobs.values(), strict=True):
        measured = _measured(job, carried.outcomes[job.id])
        subject = row_id(run, number)
        own = [
            _row(brief, carried.place, subject, item, result) for item, result in zip(job.tasks, measured, strict=True)
        ]
        rows += own
        entries.append(_entry(brief, carried.place, subject, own))
        answers.append([_result(brief, *each) for each in zip(own, job.tasks, measured, strict=True)])
    value: Any = (
        answers[0] if isinstance(carried.effect, Measure) else {"candidate": answers[0], "champion": answers[1]}
    )
    return Recorded(done(value), rows, entries, sum(row["seconds"] for row in rows), answers)


def _measured(job: Job, outcome: Outcome) -> Sequence[Measured]:
    if outcome.infrastructure:
        detail = outcome.infrastructure[:2000]
        return [Measured(item.key, None, "unmeasurable", detail) for item in job.tasks]
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


def _entry(brief: Brief, place: Place, subject: int, rows: Sequence[Row]) -> Entry:
    body = {
        "round": place[0],
        "position": place[1],
        "child": place[2],
        "tasks": len(rows),
        "digest": digests.trajectories(rows),
    }
    return Entry("candidate.measured", f"method:{brief.run.method}", f"candidate:{subject}", body)


def _result(brief: Brief, row: Row, item: TaskItem, result: Measured) -> list[Any]:
    told = [item.key.rpartition("#")[0], row["score"], row["failure"]]
    facts = facts_of(result.metrics, brief.axes.metrics)
    return [*told, facts] if facts else told
