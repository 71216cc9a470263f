"""What the measurements of a project tell beside the score: the metrics that axes can be named after."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean

from apps.common.ids import of_run
from apps.engine.axes import Axes
from apps.engine.canonical import decode
from apps.engine.records import facts_of
from apps.projects.models import Project
from apps.records.models import Trajectory

LOOKED_AT = 500  # of the latest run's measurements


@dataclass(frozen=True, slots=True)
class Told:
    """A metric, and between which values the candidates lie whose measurements were looked at."""

    name: str
    least: float
    most: float


def told(project: Project) -> list[Told]:
    """The metrics that the evaluator told of the latest run's latest candidates, by name."""
    latest = project.runs.filter(baseline_of=None, evaluations__gt=0).order_by("-number").first()
    if latest is None:
        return []
    rows = Trajectory.objects.filter(of_run(latest.pk, "candidate"), task__split="validation").order_by("-pk")
    values: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for candidate, report in rows.values_list("candidate", "report")[:LOOKED_AT]:
        metrics = decode(bytes(report)).get("metrics", {})
        for name, value in facts_of(metrics, list(metrics)).items():
            values[name][candidate].append(value)
    means = {name: [fmean(each) for each in by_candidate.values()] for name, by_candidate in values.items()}
    return [Told(name, min(found), max(found)) for name, found in sorted(means.items())]


def untold(axes: Axes, metrics: list[Told]) -> str:
    """A sentence about axes that no measurement says anything of; empty where there are none, or no measurements."""
    known = [metric.name for metric in metrics]
    strange = [name for name in axes.metrics if name not in known]
    if not strange or not known:
        return ""
    return f"No measurement so far tells {', '.join(strange)}. Metrics told: {', '.join(known)}."
