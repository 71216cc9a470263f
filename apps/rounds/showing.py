"""Measurements that a method wants to show to a model: drawn from the records, bounded, stored by digest.

What a task asks and expects goes along for train tasks only: whatever stands in a prompt may come back in an edit. The
same holds for what a judge said who saw a reference.
"""

import zlib
from collections.abc import Iterator
from typing import cast

from apps.common.ids import of_run, row_id
from apps.engine.canonical import decode, digest, encode
from apps.engine.effects import METHOD_SPLITS, Choose, Refused
from apps.engine.records import Shown
from apps.engine.trajectories import Latest, shown_payload
from apps.projects.models import Task
from apps.records.models import Trajectory
from apps.records.step import Row
from apps.rounds.book import Book

LONGEST = 4_000  # characters of each text of a measurement
MOST_MEASUREMENTS = 1_000  # of one candidate that are looked through
NOTHING = b"null"  # is expected
CUT = "\n[cut here]"
COLUMNS = ("task_id", "score", "failure", "report", "output")


def show(book: Book, effect: Choose) -> list[str]:
    """Digests (hex) of the measurements that the rule draws. Raises Refused."""
    rule = cast(Latest, effect.rule)
    if rule.candidate not in book.population.members:
        raise Refused(f"there is no candidate {rule.candidate} in this run")
    measured = _newest(book, row_id(book.run.pk, rule.candidate))
    found = [_shown(task, measured[task.pk]) for task in book.brief.tasks.values() if task.pk in measured]
    keys = []
    for shown in rule.pick(found, effect.n):
        data = encode(shown_payload(shown))
        book.step.contents[digest(data)] = data
        keys.append(digest(data).hex())
    return keys


def _newest(book: Book, candidate: int) -> dict[int, Row]:
    """The newest measurement of a candidate by task, of those that a method may see."""
    allowed = {task.pk for task in book.brief.tasks.values() if task.split in METHOD_SPLITS}
    return {row["task_id"]: row for row in _measured(book, candidate) if row["task_id"] in allowed}


def _measured(book: Book, candidate: int) -> Iterator[Row]:
    """What this run measured of a candidate, the oldest first: what is stored, then what this step will store."""
    own = Trajectory.objects.filter(of_run(book.run.pk, "round"), candidate=candidate)
    yield from reversed(list(own.order_by("-pk").values(*COLUMNS)[:MOST_MEASUREMENTS]))
    yield from (row for row in book.step.trajectories if row["candidate_id"] == candidate)


def _shown(task: Task, row: Row) -> Shown:
    report = decode(bytes(row["report"]))
    train = task.split == "train"
    told = "\n".join(text for text in (report.get("feedback", ""), report.get("detail", "")) if text)
    if "judged" in report and not train and bytes(task.expected) != NOTHING:
        told = ""
    return Shown(
        task=task.key,
        score=row["score"],
        failure=row["failure"],
        feedback=bounded(told),
        output=_output(bytes(row["output"])),
        input=bounded(bytes(task.input).decode()) if train else "",
        expected=bounded(bytes(task.expected).decode()) if train else "",
    )


def _output(packed: bytes) -> str:
    """The beginning of what the candidate returned; unpacked no further than it is shown."""
    if not packed:
        return ""
    begun = zlib.decompressobj().decompress(packed, 4 * LONGEST + 4)
    return bounded(begun.decode(errors="replace"))


def bounded(text: str) -> str:
    """At most LONGEST characters of a text, and a word about it where that is not all."""
    return text if len(text) <= LONGEST else text[:LONGEST] + CUT
