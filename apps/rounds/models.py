"""What people ask for beside runs: to look at one candidate, and to try a judge against people's labels.

A trial runs one candidate once. It is no trajectory and counts for nothing.
"""

from typing import ClassVar

from django.db import models

from apps.accounts.models import User
from apps.projects.models import Project, Task
from apps.records.models import CandidateEdit


class TrialState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


class OpenTrials(models.Manager["Trial"]):
    """Trials that wait or run: few, whatever was tried before."""

    def get_queryset(self) -> models.QuerySet["Trial"]:
        return super().get_queryset().filter(ended__isnull=True)


class Trial(models.Model):
    """One candidate run once on one task because a person asked. Everything in it but numbers and words is hostile."""

    candidate = models.ForeignKey(CandidateEdit, models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, models.PROTECT, related_name="+", db_index=False)
    seed = models.BigIntegerField()
    person = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    asked = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=12, choices=TrialState, default=TrialState.WAITING)
    stopping = models.CharField(max_length=64, blank=True, help_text="who wants it ended; its worker does that")
    token = models.PositiveIntegerField(default=0)
    holder = models.CharField(max_length=100, blank=True)
    until = models.DateTimeField(null=True, help_text="end of the lease, by the database's clock")
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True, help_text="empty: it waits or runs")

    failure = models.CharField(max_length=16, blank=True, help_text="label, as in sandbox.contract.FAILURES")
    detail = models.CharField(max_length=2000, blank=True)
    out = models.BinaryField(default=b"", help_text="the first bytes of standard output")
    err = models.BinaryField(default=b"")
    out_size = models.PositiveBigIntegerField(default=0, help_text="bytes in all")
    err_size = models.PositiveBigIntegerField(default=0)
    answer = models.BinaryField(default=b"", help_text="the first bytes of what the candidate returned")
    answer_size = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    cpu_seconds = models.FloatField(default=0.0)
    memory = models.PositiveBigIntegerField(default=0, help_text="highest seen, bytes; 0: never seen")
    processes = models.PositiveIntegerField(default=0, help_text="most at a time; 0: never seen")
    files = models.PositiveBigIntegerField(default=0, help_text="bytes in its scratch folder, its program included")
    left = models.BinaryField(
        default=b"[]", help_text="canonical bytes: [[name, bytes], …] of files it made or changed"
    )
    left_whole = models.BooleanField(default=True)

    objects = models.Manager()
    open = OpenTrials()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(ended__isnull=True), name="one_open_trial_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"trial {self.pk} of {self.candidate_id} on {self.task_id}"


class Agreement(models.Model):
    """How far a judge agreed with people's labels at one time. It waits while started is empty, runs while ended is."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    asked_by = models.CharField(max_length=64)
    asked = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    beat = models.DateTimeField(null=True, help_text="last sign of life")
    ended = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0, help_text="calls that have ended")
    total = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=1000, blank=True, help_text="what kept it from being measured")

    # What judge and labels are the digests of lies in the content store.
    judge = models.BinaryField(
        max_length=32, default=b"", help_text="digest of rubric and model, as the protocol has them"
    )
    model = models.CharField(max_length=100, blank=True, help_text="the judge's name in the catalogue")
    labels = models.BinaryField(max_length=32, default=b"", help_text="digest of the labels")
    levels = models.BinaryField(
        default=b"", help_text="canonical bytes, per label: [level of the person, of the judge, of the judge again]"
    )
    calls = models.BinaryField(
        default=b"", help_text="canonical bytes, per label: [key of the call, of the second], as in llm.Call"
    )
    salt = models.BinaryField(max_length=16, default=b"")
    figures = models.JSONField(default=dict, help_text="as agreement.Figures; empty where nothing was measured")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["project", "judge", "-id"], name="agreement_of_judge")]

    def __str__(self) -> str:
        return f"agreement {self.pk} of {self.project_id}"
