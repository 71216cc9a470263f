"""How people stand between an effect and its execution: policies, answers, latches."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.oversight.vocabulary import BECAME
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Effect, Run


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
    """A persisted stop: of one run, of a project, or (without a project) of everything here.

    Latches are independent: releasing one releases no other.
    """

    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="latches")
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="latches")
    reason = models.CharField(max_length=500)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField(auto_now_add=True)
    released_by = models.CharField(max_length=64, blank=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project"], condition=models.Q(released_at__isnull=True), name="latch_closed"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(released_at=None, run=None), name="one_latch_per_project"
            ),
            models.UniqueConstraint(fields=["run"], condition=models.Q(released_at=None), name="one_latch_per_run"),
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(released_at=None, project=None), name="one_latch_of_everything"
            ),
        ]

    def __str__(self) -> str:
        return f"stop of {self.run or self.project or 'everything'} by {self.set_by}"


class Answer(models.Model):
    """A person's reply to a gate, bound to the revision and the content that the person saw.

    It takes effect at releases_at; a withdrawal before that is another answer. Only `ended` and `outcome` change.
    """

    effect = models.ForeignKey(Effect, models.PROTECT, related_name="answers")
    revision = models.PositiveSmallIntegerField()
    seen = models.BinaryField(max_length=32, help_text="digest of what was shown")
    decision = models.CharField(max_length=16, help_text="see vocabulary.py")
    reason = models.TextField(blank=True)
    details = models.BinaryField(default=b"{}", help_text="canonical bytes: {edit: digest by path}, {repeats} or {}")
    to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", help_text="whom it was escalated to")
    withdraws = models.OneToOneField("self", models.PROTECT, null=True, related_name="withdrawal")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    releases_at = models.DateTimeField(db_default=Now())
    ended = models.DateTimeField(null=True, help_text="empty: its undo window is open")
    outcome = models.CharField(max_length=12, blank=True, help_text="released, noted, withdrawn or void")
    key = models.CharField(max_length=64, help_text="idempotency key of the request")
    salt = models.BinaryField(max_length=16)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "key"], name="answer_once"),
            models.UniqueConstraint(
                fields=["effect"], condition=models.Q(ended__isnull=True), name="one_answer_at_a_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["releases_at"], condition=models.Q(ended__isnull=True), name="answer_pending"),
            models.Index(fields=["person", "id"], name="answer_by_person"),
        ]

    @property
    def became(self) -> str:
        """What became of it, in words, where it did not do what it says."""
        return BECAME.get(self.outcome, "")

    def __str__(self) -> str:
        return f"{self.decision} by {self.person}"


class Claim(models.Model):
    """A person holds a gate until a moment; afterwards anybody may take it. The row is the lock: one per gate."""

    effect = models.OneToOneField(Effect, models.PROTECT, related_name="claim")
    person = models.ForeignKey(User, models.PROTECT, related_name="claims")
    since = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.effect} held by {self.person}"


class Comment(models.Model):
    """What a person says about a candidate. It decides nothing."""

    candidate = models.ForeignKey(CandidateEdit, models.PROTECT, related_name="comments")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    key = models.CharField(max_length=64, help_text="idempotency key of the request")
    salt = models.BinaryField(max_length=16)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "key"], name="comment_once")]

    def __str__(self) -> str:
        return f"comment by {self.person} on {self.candidate}"
