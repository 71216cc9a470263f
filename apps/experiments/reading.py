"""What stands in the database of an experiment, as summaries, reports and exports need it."""

from collections.abc import Iterator

from apps.experiments import outcome, plan, summary
from apps.experiments.models import Cell, Experiment
from apps.experiments.summary import Run, Summary
from apps.projects.models import Project


def cells(experiment: Experiment) -> Iterator[tuple[Cell, outcome.Outcome | None]]:
    """All cells in their order, with what their runs came to; runs and their numbers are read along."""
    rows = Cell.objects.filter(experiment=experiment).select_related("run").order_by("position")
    light = rows.only(
        *("position", "project_id", "label", "seed", "state", "why", "outcome", "experiment_id"),
        *("run__number", "run__uuid", "run__state", "run__measured", "run__best_score"),
    )
    for cell in light:
        yield cell, outcome.from_bytes(cell.outcome) if cell.outcome else None


def summed(experiment: Experiment) -> Summary:
    """The summary, made now from the cells that are over, and kept for pages."""
    over = experiment.cells_over
    rows = Cell.objects.filter(experiment=experiment).order_by("position")
    runs = [
        Run(project, label, seed, state, outcome.from_bytes(found) if found else None)
        for project, label, seed, state, found in rows.values_list("project", "label", "seed", "state", "outcome")
    ]
    minimised = set(experiment.projects.filter(direction="minimise").values_list("pk", flat=True))
    made = summary.summarise(plan.from_bytes(experiment.plan), runs, minimised)
    # Fewer are over than when we looked where somebody let it go on meanwhile: then this is not what there is now.
    Experiment.objects.filter(pk=experiment.pk, summed__lte=over, cells_over__gte=over).update(
        summary=summary.to_bytes(made), summed=over
    )
    return made


def kept(experiment: Experiment) -> Summary | None:
    """The summary as it was last made; None where there is none yet."""
    return summary.from_bytes(experiment.summary) if experiment.summary else None


def current(experiment: Experiment) -> Summary:
    """The summary with every run that is over by now."""
    known = kept(experiment) if experiment.summed >= experiment.cells_over else None
    return known or summed(experiment)


def projects(experiment: Experiment) -> dict[int, Project]:
    """Its projects by key, in the order of the plan."""
    found = Project.objects.defer("evaluator").in_bulk([g.project for g in plan.from_bytes(experiment.plan).grounds])
    return {ground.project: found[ground.project] for ground in plan.from_bytes(experiment.plan).grounds}
