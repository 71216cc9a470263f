"""What is known of one candidate, as its page and its gates show it; each part is read when it is first asked for."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import Avg, BinaryField, Case, Count, F, Q, QuerySet, When
from django.db.models.functions import Length

from apps.common.ids import row_id, run_and_number
from apps.common.keyset import Slice
from apps.engine.canonical import decode
from apps.oversight.changes import Changes
from apps.oversight.look import Look
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Run, Trajectory, Verdict

SEED = 0
# Scores on these tasks are nobody's to see one by one: who looks at them selects on them.
WITHHELD = ("gate", "sealed")
MEASUREMENTS = 300
SHORT_OUTPUT = 400  # bytes, compressed; longer outputs are behind a link
OUTPUT_SHOWN = 2_000
_CONTRACT = {
    "hypothesis": "Hypothesis",
    "evidence": "Evidence",
    "predicted_fixes": "Predicted fixes",
    "at_risk": "Tasks at risk",
}


@dataclass(frozen=True, slots=True)
class Parent:
    """A candidate that this one was made from: base, crossover or inspiration."""

    number: int
    role: str


@dataclass(frozen=True, slots=True)
class Base:
    """A candidate that changes can be shown against. value: as the address names it."""

    value: str
    role: str
    key: int

    @property
    def number(self) -> int:
        return run_and_number(self.key)[1]


@dataclass(frozen=True)
class Measurement:
    """One trajectory. Everything in it but numbers is hostile text."""

    trajectory: Trajectory
    short_output: bytes | None

    @cached_property
    def report(self) -> dict[str, Any]:
        return dict(decode(bytes(self.trajectory.report))) if self.trajectory.report else {}

    @property
    def output(self) -> str:
        return unpacked(self.short_output, OUTPUT_SHOWN)[0] if self.short_output else ""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What the candidate did on one task, beside its base parent."""

    key: str
    split: str
    score: float | None
    parent: float | None
    measurements: Sequence[Measurement]

    @property
    def difference(self) -> float | None:
        return None if self.score is None or self.parent is None else self.score - self.parent

    @property
    def failures(self) -> list[str]:
        """Labels of what went wrong, each once."""
        return sorted({one.trajectory.failure for one in self.measurements if one.trajectory.failure})

    @property
    def seconds(self) -> float:
        """Mean duration."""
        return sum(one.trajectory.seconds for one in self.measurements) / len(self.measurements)


@dataclass
class Dossier:
    """A candidate of a run, and what it is compared with."""

    run: Run
    candidate: CandidateEdit
    look: Look = field(default_factory=Look)
    after: int | None = None

    @property
    def project(self) -> Project:
        return self.run.project

    @property
    def sign(self) -> int:
        return sign_of(self.project)

    @cached_property
    def authors(self) -> dict[str, Any]:
        return dict(decode(bytes(self.candidate.authors)))

    @cached_property
    def claims(self) -> list[tuple[str, str]]:
        """The contract: what the author said, under the names of its parts."""
        contract = decode(bytes(self.candidate.contract))
        said = [(name, contract.get(key)) for key, name in _CONTRACT.items()]
        return [(name, text if isinstance(text, str) else ", ".join(text)) for name, text in said if text]

    @cached_property
    def parents(self) -> list[Parent]:
        """Base first, then crossover, then inspirations."""
        made = decode(bytes(self.candidate.parents))
        roles = ["base", *["crossover"] * (len(made["parents"]) - 1)]
        parents = [Parent(number, role) for number, role in zip(made["parents"], roles, strict=False)]
        return parents + [Parent(number, "inspiration") for number in made.get("inspirations", ())]

    @property
    def base(self) -> int | None:
        """Number of the base parent; None for the seed."""
        return self.parents[0].number if self.parents and self.parents[0].role == "base" else None

    @cached_property
    def bases(self) -> list[Base]:
        """What its changes can be shown against, the base parent first; each candidate once."""
        run, champion = self.run.pk, self.project.champion
        found = [Base("parent", "base parent", row_id(run, self.base))] if self.base is not None else []
        found += [Base("seed", "the seed", row_id(run, SEED))] if self.candidate.number != SEED else []
        found += [Base("champion", "the champion", champion)] if champion is not None else []
        found += [Base(str(parent.number), parent.role, row_id(run, parent.number)) for parent in self.parents]
        once: dict[int, Base] = {}
        for base in found:
            once.setdefault(base.key, base)
        once.pop(self.candidate.pk, None)
        return list(once.values())

    @cached_property
    def compared(self) -> Base | None:
        """The candidate that its changes are shown against; None: nothing, all of it is new."""
        chosen = next((base for base in self.bases if base.value == self.look.base), None)
        return chosen or next((base for base in self.bases if base.value == "parent"), None)

    @cached_property
    def files(self) -> dict[str, str]:
        """Digest of each component, hex, by path."""
        return dict(decode(bytes(self.candidate.content)))

    @cached_property
    def changes(self) -> Changes:
        """The components that differ from those of `compared`; all of them, as additions, without it."""
        before = _files_of(self.compared.key) if self.compared else {}
        return Changes(before, self.files, self.look)

    @cached_property
    def verdicts(self) -> list[Verdict]:
        return list(Verdict.objects.filter(candidate=self.candidate).order_by("pk")[:100])

    @cached_property
    def withheld(self) -> dict[str, int]:
        """How many tasks of each split that nobody sees one by one were measured."""
        hidden = self._measured.filter(task__split__in=WITHHELD)
        return dict(hidden.values_list("task__split").annotate(Count("task", distinct=True)))

    @cached_property
    def tasks(self) -> Slice[TaskRow]:
        """Measured tasks in the project's order; `more` is the position of the last one where the list goes on."""
        found = self._page()
        groups = [(task, list(rows)) for task, rows in groupby(found[:MEASUREMENTS], key=lambda row: row.task)]
        cut = len(found) > MEASUREMENTS and len(groups) > 1
        shown = groups[:-1] if cut else groups
        parents = self._parent_scores([task.pk for task, _ in shown])
        rows = [
            TaskRow(task.key, task.split, _mean(rows), parents.get(task.pk), [_measurement(row) for row in rows])
            for task, rows in shown
        ]
        more = shown[-1][0].position if len(found) > MEASUREMENTS else None
        return Slice(rows, more)

    @property
    def _measured(self) -> QuerySet[Trajectory]:
        return Trajectory.objects.filter(candidate=self.candidate, protocol=self.run.protocol_id)

    def _page(self) -> list[Trajectory]:
        rows = self._measured.exclude(task__split__in=WITHHELD).order_by("task__position", "pk").defer("output")
        if self.after is not None:
            rows = rows.filter(task__position__gt=self.after)
        short = Case(When(size__lte=SHORT_OUTPUT, then=F("output")), output_field=BinaryField())
        wanted = ("task__key", "task__split", "task__position")
        only = [
            name.attname
            for name in Trajectory._meta.concrete_fields
            if name.attname not in ("output", "salt", "task_id")
        ]
        found = rows.annotate(size=Length("output"), short=short).select_related("task").only(*only, *wanted)
        return list(found[: MEASUREMENTS + 1])

    def _parent_scores(self, tasks: Sequence[int]) -> dict[int, float | None]:
        """Mean score per task of the base parent under the same protocol; None where one of its measurements failed."""
        if self.base is None:
            return {}
        measured = Trajectory.objects.filter(
            candidate=row_id(self.run.pk, self.base), protocol=self.run.protocol_id, task__in=tasks
        )
        failed = Count("pk", filter=Q(score=None))
        rows = measured.values("task").annotate(mean=Avg("score"), failed=failed).values_list("task", "mean", "failed")
        return {task: None if missing else mean for task, mean, missing in rows}


def sign_of(project: Project) -> int:
    """-1 where the project minimises: inside, scores are turned so that higher is better; pages turn them back."""
    return -1 if project.direction == "minimise" else 1


def unpacked(data: bytes, most: int) -> tuple[str, bool]:
    """At most so many bytes of a compressed output as text, and whether that is all of it."""
    inflate = zlib.decompressobj()
    found = inflate.decompress(bytes(data), most) if data else b""
    return found.decode(errors="replace"), not inflate.unconsumed_tail


def _files_of(candidate: int) -> dict[str, str]:
    found = CandidateEdit.objects.values_list("content", flat=True).filter(pk=candidate).first()
    return dict(decode(bytes(found))) if found is not None else {}


def _mean(rows: Sequence[Trajectory]) -> float | None:
    scores = [row.score for row in rows if row.score is not None]
    return sum(scores) / len(scores) if len(scores) == len(rows) else None


def _measurement(row: Trajectory) -> Measurement:
    return Measurement(row, getattr(row, "short", None))
