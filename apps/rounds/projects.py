"""The list of projects, each with where its latest run stands."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery

from apps.accounts.actors import Actor
from apps.common.keyset import Slice, newest
from apps.oversight.dossier import sign_of
from apps.oversight.models import Latch
from apps.projects.access import visible_projects
from apps.projects.models import Project
from apps.records.models import HELD, CandidateEdit, Effect, Run
from apps.rounds.selectors import RUN_COLUMNS_LEFT_OUT, state_of

PROJECTS = 50


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project in the list, with its latest run."""

    project: Project
    run: Run | None
    state: str
    champion: tuple[int, int] | None  # run number and candidate number
    score: float | None
    gates: int

    @property
    def sign(self) -> int:
        return sign_of(self.project)


def project_rows(actor: Actor, before: int | None, asked: str = "") -> Slice[ProjectRow]:
    """The projects that the actor may see, newest first; with asked those whose name contains it."""
    latest = Run.objects.filter(project=OuterRef("pk"), baseline_of=None).order_by("-number").values("pk")[:1]
    visible = visible_projects(actor).defer("evaluator").annotate(latest=Subquery(latest))
    if asked:
        visible = visible.filter(name__icontains=asked)
    page = newest(visible, PROJECTS, before)
    return Slice(_project_rows(page.rows), page.more)


def _project_rows(projects: list[Any]) -> list[ProjectRow]:
    champions = CandidateEdit.objects.filter(pk__in=[project.champion for project in projects if project.champion])
    crowned = champions.select_related("run").only("score", "run__number").in_bulk()
    runs = Run.objects.defer(*RUN_COLUMNS_LEFT_OUT).in_bulk([project.latest for project in projects if project.latest])
    here = Q(project__in=projects) | Q(project=None)
    stops = set(Latch.objects.filter(here, released_at__isnull=True).values_list("project", "run"))
    counts, gates = _effects_of([project.pk for project in projects])
    return [
        ProjectRow(
            project=project,
            run=runs.get(project.latest),
            state=_latest_state(project, runs.get(project.latest), counts, stops),
            champion=_name(crowned.get(project.champion)),
            score=crowned[project.champion].score if project.champion in crowned else None,
            gates=gates[project.pk],
        )
        for project in projects
    ]


def _latest_state(
    project: Project,
    run: Run | None,
    effects: Mapping[int, Mapping[str, int]],
    stops: Collection[tuple[int | None, int | None]],
) -> str:
    if run is None:
        return "new"
    latched = any(stop in stops for stop in ((project.pk, run.pk), (project.pk, None), (None, None)))
    return state_of(run, effects.get(run.pk, {}), latched)


def _name(champion: CandidateEdit | None) -> tuple[int, int] | None:
    return None if champion is None else (champion.run.number, champion.number)


def _effects_of(projects: Collection[int]) -> tuple[dict[int, dict[str, int]], Counter[int]]:
    """How many open effects in which state, by run; how many are held, by project."""
    runs: dict[int, dict[str, int]] = {}
    held: Counter[int] = Counter()
    found = Effect.open.filter(round__run__project__in=projects)
    rows = found.values_list("round__run__project", "round__run", "state").annotate(Count("pk")).order_by()
    for project, run, state, count in rows:
        runs.setdefault(run, {})[state] = count
        held[project] += count if state in HELD else 0
    return runs, held
