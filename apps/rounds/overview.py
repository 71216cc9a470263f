"""A project as its page shows it: what evolves, on what it is measured, what came of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Length

from apps.accounts.actors import Actor
from apps.accounts.names import names
from apps.common.ids import row_id, run_and_number
from apps.engine.axes import Axes
from apps.engine.canonical import decode
from apps.engine.effects import SPLITS
from apps.log.models import Event
from apps.oversight.dossier import sign_of
from apps.oversight.models import Latch
from apps.projects.access import verbs
from apps.projects.models import Project
from apps.projects.selectors import axes, tasks_by_split
from apps.projects.vocabulary import Verb
from apps.records.models import CandidateEdit, Run, Verdict
from apps.rounds.chart import Chart, step_chart
from apps.rounds.standing import RunRow, standing

RUNS = 10
ARCHIVE = 10
DOTS = 300  # candidates of the population that are drawn
KEPT = ("keep", "promote")


@dataclass
class Overview:
    """One project; every part is read when a template first asks for it."""

    actor: Actor
    project: Project

    @property
    def sign(self) -> int:
        return sign_of(self.project)

    @cached_property
    def may(self) -> dict[Verb, bool]:
        """What the person may do here."""
        return dict.fromkeys(verbs(self.actor, self.project), True)

    @cached_property
    def components(self) -> list[dict[str, Any]]:
        """Path, kind, edit and size of each file that evolves."""
        rows = self.project.components.annotate(size=Length("content"))
        return [dict(row) for row in rows.order_by("path").values("path", "kind", "edit", "size")]

    @cached_property
    def tasks(self) -> list[tuple[str, int]]:
        """How many tasks are in which split."""
        counts = tasks_by_split(self.project)
        return [(split, counts[split]) for split in SPLITS if split in counts]

    @cached_property
    def axes(self) -> Axes:
        """Along what its candidates are looked at."""
        return axes(self.project)

    @property
    def stale_champion(self) -> bool:
        """Whether the champion stands by scores of an earlier evaluator."""
        return self.champion is not None and self.champion.run.is_stale

    @property
    def to_measure(self) -> bool:
        """Whether something still stands by those scores: the champion, or all there is."""
        return bool(self.stale_champion or (self.latest and self.latest.run.is_stale))

    @cached_property
    def champion(self) -> CandidateEdit | None:
        """The champion with its run and, as crowned_by and crowned_at, who promoted it and when."""
        if self.project.champion is None:
            return None
        said = Event.objects.filter(
            project=self.project.pk, subject=f"candidate:{self.project.champion}", kind="verdict.given"
        )
        promoted = Verdict.objects.filter(candidate=OuterRef("pk"), decision="promote").order_by("-pk").values("by")[:1]
        crowned = CandidateEdit.objects.select_related("run__protocol").annotate(
            crowned_by=Subquery(promoted), crowned_at=Subquery(said.order_by("-sequence").values("at")[:1])
        )
        found = crowned.defer("run__protocol__description").filter(pk=self.project.champion).first()
        if found is not None:
            found.run.project = self.project
        return found

    @cached_property
    def crowned_by(self) -> str:
        """Who promoted the champion, in words."""
        by = getattr(self.champion, "crowned_by", None)
        return names([by])[by] if by else ""

    @property
    def crowned_at(self) -> datetime | None:
        """Since when it is the champion: the time of its last verdict in the log."""
        at = getattr(self.champion, "crowned_at", None)
        return datetime.fromtimestamp(at / 1_000_000, UTC) if at else None

    @property
    def members(self) -> int:
        return vars(self.project).get("members") or 0

    @cached_property
    def runs(self) -> list[RunRow]:
        """The project's latest runs, the newest first; baselines stand on the pages of their runs."""
        runs = (
            Run.objects.filter(project=self.project, baseline_of=None)
            .select_related("snapshot", "protocol")
            .defer("protocol__description")
            .order_by("-number")[:RUNS]
        )
        found = standing(runs)
        for row in found:
            row.run.project = self.project
        return found

    @cached_property
    def latest(self) -> RunRow | None:
        return self.runs[0] if self.runs else None

    @property
    def latches(self) -> tuple[Latch, ...]:
        """What stops the latest run."""
        return self.latest.latches if self.latest else ()

    @property
    def archive(self) -> list[CandidateEdit]:
        """The latest run's best so far, one after the other, the best first."""
        return [self._drawn[number] for number, _ in reversed(self._curve[-ARCHIVE:]) if number in self._drawn]

    @property
    def chart(self) -> Chart | None:
        """The latest run's best so far, above its population."""
        if self.latest is None:
            return None
        seed = self._drawn[0].score if 0 in self._drawn else None
        shown = [(n, one.score, one.verdict in KEPT) for n, one in self._drawn.items() if one.score is not None]
        return step_chart(self._curve, max(0, self.latest.run.born - 1), self.sign, seed, shown)

    @cached_property
    def _curve(self) -> list[tuple[int, float]]:
        snapshot = getattr(self.latest.run, "snapshot", None) if self.latest else None
        return decode(bytes(snapshot.curve)) if snapshot else []

    @cached_property
    def _drawn(self) -> dict[int, CandidateEdit]:
        """Candidates of the latest run by number: the seed, its best ones, and some of all, evenly."""
        if self.latest is None:
            return {}
        run = self.latest.run
        step = max(1, run.born // DOTS)
        wanted = {0, *range(0, run.born, step), *(number for number, _ in self._curve[-ARCHIVE:])}
        rows = CandidateEdit.objects.filter(pk__in=[row_id(run.pk, number) for number in wanted])
        found = rows.only("score", "verdict").order_by("pk")
        return {run_and_number(one.pk)[1]: one for one in found}
