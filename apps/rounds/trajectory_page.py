"""A trajectory as its page shows it: what one measurement gave, beside what others gave on the same task."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from apps.accounts.actors import Actor
from apps.common.ids import row_id
from apps.engine.canonical import decode
from apps.oversight.dossier import SEED, sign_of
from apps.oversight.measurements import unpacked
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Run, Trajectory
from apps.rounds import meters
from apps.rounds.asked_page import AskedReading
from apps.rounds.meters import Meter
from apps.rounds.trial_page import TrialReading, latest
from apps.rounds.trials import SEEN_SPLITS, may_try
from apps.sandbox.meaning import Meaning, meaning

SHOWN = 4_000  # characters of input and output at first
SHOWN_AT_MOST = 30_000  # where a person asks for all; what is longer is a download
AGAIN = 50
BESIDE = 200


@dataclass(frozen=True, slots=True)
class Text:
    """A bounded piece of hostile text, and whether that is all of it."""

    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """Another candidate on the same task under the same protocol; latest is its last trajectory."""

    role: str
    rows: Sequence[Trajectory]

    @property
    def latest(self) -> Trajectory:
        return self.rows[-1]

    @property
    def candidate(self) -> CandidateEdit:
        return self.latest.candidate

    @property
    def score(self) -> float | None:
        """Mean of its measurements; None where one failed."""
        scores = [row.score for row in self.rows if row.score is not None]
        return sum(scores) / len(scores) if len(scores) == len(self.rows) else None

    @property
    def failures(self) -> list[str]:
        return sorted({row.failure for row in self.rows if row.failure})


@dataclass
class TrajectoryReading:
    """One trajectory; every part is read when a template first asks for it."""

    actor: Actor
    trajectory: Trajectory
    full: bool = False

    @property
    def candidate(self) -> CandidateEdit:
        return self.trajectory.candidate

    @property
    def run(self) -> Run:
        return self.candidate.run

    @property
    def project(self) -> Project:
        return self.run.project

    @property
    def sign(self) -> int:
        return sign_of(self.project)

    @property
    def withheld(self) -> bool:
        """Whoever looks at single gate, sealed or canary tasks selects on them: nobody does."""
        return self.trajectory.task.split not in SEEN_SPLITS

    @cached_property
    def report(self) -> dict[str, Any]:
        return dict(decode(bytes(self.trajectory.report))) if self.trajectory.report else {}

    @cached_property
    def asked(self) -> AskedReading | None:
        """The call behind it, where candidates are measured through a model."""
        told = self.report.get("asked")
        return AskedReading(told, self.project.worker.get("role", "worker")) if told else None

    @cached_property
    def judged(self) -> AskedReading | None:
        """The judge's call, where a rubric scores."""
        told = self.report.get("judged")
        return AskedReading(told, self.project.rubric.get("role", "judge")) if told else None

    @property
    def meaning(self) -> Meaning:
        return meaning(self.trajectory.failure)

    @property
    def meters(self) -> list[Meter]:
        return meters.times(self.project.limits, self.trajectory.seconds, self.trajectory.cpu_seconds)

    @cached_property
    def input(self) -> Text:
        return self._text(bytes(self.trajectory.task.input))

    @cached_property
    def output(self) -> Text:
        return Text(*unpacked(bytes(self.trajectory.output), self._most))

    @property
    def cut(self) -> bool:
        """Whether "show all" would show more."""
        return not self.full and not (self.input.whole and self.output.whole)

    @cached_property
    def again(self) -> list[Trajectory]:
        """All measurements of this candidate on this task, oldest first."""
        rows = Trajectory.objects.filter(candidate=self.candidate, task=self.trajectory.task_id)
        return list(rows.defer("output", "report").order_by("pk")[:AGAIN])

    @cached_property
    def beside(self) -> list[Beside]:
        """The base parent, the champion and the seed on this task."""
        roles = self._roles()
        rows = Trajectory.objects.filter(
            candidate__in=roles, task=self.trajectory.task_id, protocol=self.trajectory.protocol_id
        )
        ordered = rows.defer("output", "report").select_related("candidate__run").order_by("candidate", "pk")
        shown = (*("score", "failure", "seconds", "task_id", "protocol_id"), "candidate__run__number")
        found = groupby(ordered.only(*shown)[:BESIDE], key=lambda row: row.candidate_id)
        by_candidate = {candidate: list(group) for candidate, group in found}
        return [Beside(role, by_candidate[key]) for key, role in roles.items() if key in by_candidate]

    @cached_property
    def may_try(self) -> bool:
        return may_try(self.actor, self.project)

    @cached_property
    def trial(self) -> TrialReading | None:
        """The last trial of this candidate on this task."""
        return latest(self.actor, self.candidate, self.trajectory.task_id)

    def _roles(self) -> dict[int, str]:
        """Candidates to compare with, by key; one that plays two parts is named once."""
        parents = decode(bytes(self.candidate.parents))["parents"]
        roles = {row_id(self.run.pk, parents[0]): "base parent"} if parents else {}
        if self.project.champion is not None:
            roles.setdefault(self.project.champion, "champion")
        roles.setdefault(row_id(self.run.pk, SEED), "seed")
        roles.pop(self.candidate.pk, None)
        return roles

    @property
    def _most(self) -> int:
        return SHOWN_AT_MOST if self.full else SHOWN

    def _text(self, data: bytes) -> Text:
        return Text(data[: self._most].decode(errors="replace"), len(data) <= self._most)
