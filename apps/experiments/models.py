"""An experiment: methods by seeds by projects at equal budget, as one object.

What it is to do is written once and never changes. Which cell has which run, and what a run came to, is written as the
runs start and end; all of it can be read from the runs again.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Project
from apps.records.models import Run


class ExperimentState(models.TextChoices):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class CellState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SHORT = "cut short"


OVER = (CellState.DONE, CellState.FAILED, CellState.SHORT)


class Experiment(models.Model):
    """A fair comparison of methods. Two with equal plans are two editions of one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    plan = models.BinaryField(help_text="canonical bytes of plan.Plan")
    identity = models.BinaryField(max_length=32, help_text="SHA-256 of the plan")
    edition = models.PositiveIntegerField(default=1)
    at_once = models.PositiveSmallIntegerField(default=2, help_text="runs at a time")
    served = models.BooleanField(default=False, help_text="the workers start its runs; else the command does")
    started_by = models.CharField(max_length=64)
    created = models.DateTimeField(db_default=Now())
    projects: "models.ManyToManyField[Project, models.Model]" = models.ManyToManyField(
        Project, related_name="experiments", related_query_name="experiment"
    )

    state = models.CharField(max_length=8, choices=ExperimentState, default=ExperimentState.RUNNING)
    why = models.CharField(max_length=500, blank=True)
    ended = models.DateTimeField(null=True)

    # cached
    cells_over = models.PositiveIntegerField(default=0)
    cells_all = models.PositiveIntegerField(default=0)
    summary = models.BinaryField(null=True, help_text="canonical bytes of summary.Summary; may be deleted")
    summed = models.PositiveIntegerField(default=0, help_text="how many cells were over when the summary was made")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["identity", "edition"], name="experiment_edition_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["state"], condition=models.Q(ended__isnull=True), name="experiment_open")
        ]

    def __str__(self) -> str:
        return self.name


class Cell(models.Model):
    """One run of an experiment: a method with its parameters, a seed, a project. Started in the order of position."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="cells")
    position = models.PositiveIntegerField()
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    label = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    run = models.OneToOneField(Run, models.PROTECT, null=True, related_name="cell")
    state = models.CharField(max_length=10, choices=CellState, default=CellState.WAITING)
    why = models.CharField(max_length=500, blank=True)

    # cached when its run has ended
    outcome = models.BinaryField(null=True, help_text="canonical bytes of outcome.Outcome")

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "position"], name="cell_position_once"),
            models.UniqueConstraint(fields=["experiment", "project", "label", "seed"], name="cell_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label}, seed {self.seed}, {self.project}"
