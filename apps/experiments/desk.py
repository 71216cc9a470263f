"""An experiment as its page shows it: how far it is, what it says so far, what does not count and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from apps.accounts.actors import Actor
from apps.accounts.names import names
from apps.common.doorbell import signs
from apps.experiments import plan as plans
from apps.experiments import reading, selectors
from apps.experiments.chart import Chart, chart
from apps.experiments.models import Cell, Experiment, ExperimentState
from apps.experiments.plan import Contender, Plan
from apps.experiments.report import three, turned
from apps.experiments.summary import Board, Row, Summary, Three
from apps.oversight.dossier import sign_of
from apps.oversight.models import Latch
from apps.projects.models import Project
from apps.projects.toml_text import written

AMISS = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the ranked table, in the project's own direction."""

    row: Row
    sign: int
    is_baseline: bool
    is_null: bool
    style: int | None

    @property
    def score(self) -> Three | None:
        return None if self.row.score is None else three(self.row.score, self.sign)

    @property
    def gate(self) -> Three | None:
        return None if self.row.gate is None else three(self.row.gate, self.sign)

    @property
    def has_interval(self) -> bool:
        """A single run has none."""
        return self.row.score is not None and turned(self.row.score[1], 1) is not None

    @property
    def failed(self) -> float | None:
        """Percent of its candidates."""
        return None if self.row.failed is None else 100 * self.row.failed


@dataclass(frozen=True, slots=True)
class Under:
    """A run that is under way."""

    cell: Cell

    @property
    def best(self) -> float | None:
        run = self.cell.run
        return None if run is None or run.best_score is None else sign_of(self.cell.project) * run.best_score


@dataclass
class Desk:
    """One experiment; every part is read when a template first asks for it. chosen: slug of a project, or empty."""

    actor: Actor
    experiment: Experiment
    chosen: str = ""

    @cached_property
    def plan(self) -> Plan:
        return plans.from_bytes(self.experiment.plan)

    @cached_property
    def projects(self) -> dict[int, Project]:
        return reading.projects(self.experiment)

    @cached_property
    def summary(self) -> Summary | None:
        return reading.kept(self.experiment)

    @cached_property
    def may_steer(self) -> bool:
        return selectors.may_steer(self.actor, self.experiment)

    # ---- how far it is

    @cached_property
    def counts(self) -> Counter[str]:
        return selectors.counts(self.experiment)

    @property
    def waiting(self) -> int:
        return self.counts["waiting"]

    @property
    def state(self) -> str:
        """In one word that is true now."""
        running = self.counts["running"]
        if self.experiment.state == ExperimentState.PAUSED and running:
            return "pausing"
        if self.experiment.state == ExperimentState.STOPPED and running:
            return "stopping"
        return {"done": "finished"}.get(self.experiment.state, str(self.experiment.state))

    @cached_property
    def under_way(self) -> list[Under]:
        return [Under(cell) for cell in selectors.under_way(self.experiment)]

    @cached_property
    def amiss(self) -> list[tuple[str, str, list[Cell]]]:
        """Runs that do not count, by state and reason: what is wrong with one is often wrong with many."""
        found: dict[tuple[str, str], list[Cell]] = {}
        for cell in selectors.amiss(self.experiment, AMISS):
            found.setdefault((cell.state, cell.why), []).append(cell)
        return [(state, why, cells) for (state, why), cells in found.items()]

    @property
    def idle(self) -> bool:
        """Whether its runs wait for workers, and none is there."""
        waits = self.experiment.served and self.experiment.state == ExperimentState.RUNNING
        return waits and (signs(["worker"]) or {"worker": False})["worker"] is False

    @cached_property
    def stops(self) -> list[Latch]:
        return selectors.stops(self.projects.keys()) if self.experiment.ended is None else []

    @cached_property
    def made_by(self) -> str:
        return names([self.experiment.started_by])[self.experiment.started_by]

    # ---- what it says

    @property
    def boards(self) -> list[tuple[str, str]]:
        """Slug and name of each board that can be chosen, the first one by itself."""
        listed = [(project.slug, project.name) for project in self.projects.values()]
        return [("", "All projects"), *listed] if len(listed) > 1 else []

    @cached_property
    def board(self) -> Board | None:
        """The chosen board: over all projects where none is named."""
        if self.summary is None:
            return None
        wanted = next((key for key, project in self.projects.items() if project.slug == self.chosen), None)
        found = [board for board in self.summary.boards if board.project == wanted]
        return found[0] if found else self.summary.boards[0]

    @property
    def project(self) -> Project | None:
        """The project of the board."""
        return self.projects[self.board.project] if self.board and self.board.project is not None else None

    @property
    def sign(self) -> int:
        return sign_of(self.project) if self.project else 1

    @property
    def metric(self) -> str:
        return self.project.metric if self.project else "score, from the seed (0) to the best of all runs (1)"

    @property
    def target(self) -> float | None:
        return self.plan.target(self.project.pk) if self.project else None

    @cached_property
    def chart(self) -> Chart | None:
        return chart(self.board, self.plan, self.sign) if self.board and self.board.seeds else None

    @cached_property
    def rows(self) -> list[Shown]:
        """The ranked table."""
        styles = {line.label: line.style for line in self.chart.lines} if self.chart else {}
        board = self.board
        return [self._shown(row, styles) for row in board.rows] if board and board.seeds else []

    @property
    def has_targets(self) -> bool:
        return any(shown.row.successes is not None for shown in self.rows)

    @property
    def has_gates(self) -> bool:
        return any(shown.row.gate is not None for shown in self.rows)

    def _shown(self, row: Row, styles: Mapping[str, int]) -> Shown:
        null = self.plan.contender(row.label).method == plans.NULL_RUN
        return Shown(row, self.sign, row.label == self.plan.baseline, null, styles.get(row.label))

    # ---- what was asked

    @property
    def methods(self) -> list[tuple[Contender, str]]:
        """Each method with its parameters as text."""
        return [(each, written(each.parameters)) for each in self.plan.contenders]

    @property
    def editions(self) -> int:
        return Experiment.objects.filter(identity=self.experiment.identity).count()
