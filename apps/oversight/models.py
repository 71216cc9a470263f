"""How people stand between an effect and its execution: policies, answers, latches."""

from typing import ClassVar

from django.db import models

from apps.accounts.models import User
from apps.projects.models import Project
from apps.records.models import Effect, Run


class Policy(models.Model):
    """A version of a run's policy: the mode it is a preset of, and its table. The highest version is in force."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="policies")
    version = models.PositiveIntegerField()
    mode = models.CharField(max_length=32)
    table = models.BinaryField(help_text="canonical bytes: a list of rules, see rules.py")
    actor = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "version"], name="policy_version_once")]

    def __str__(self) -> str:
        return f"{self.mode} (version {self.version}) of {self.run}"


class Latch(models.Model):
    """A persisted stop of a project or of one run. Latches are independent: releasing one releases no other."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="latches")
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="latches")
    reason = models.CharField(max_length=500)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField(auto_now_add=True)
    released_by = models.CharField(max_length=64, blank=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project"], condition=models.Q(released_at=None), name="latch_closed"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(released_at=None, run=None), name="one_latch_per_project"
            ),
            models.UniqueConstraint(fields=["run"], condition=models.Q(released_at=None), name="one_latch_per_run"),
        ]

    def __str__(self) -> str:
        return f"stop of {self.run or self.project} by {self.set_by}"


class Answer(models.Model):
    """A person's reply to a gate, bound to the revision and the content that the person saw."""

    effect = models.ForeignKey(Effect, models.PROTECT, related_name="answers")
    revision = models.PositiveSmallIntegerField()
    seen = models.BinaryField(max_length=32, help_text="digest of what was shown")
    decision = models.CharField(max_length=16, help_text="approve or reject")
    reason = models.TextField(blank=True)
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    key = models.CharField(max_length=64, help_text="idempotency key of the request")
    salt = models.BinaryField(max_length=16)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "key"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.decision} by {self.person}"
