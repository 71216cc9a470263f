"""The project's log: hash-chained entries, and the head of each chain. No foreign keys: it outlives what it names."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Now

# Kinds that every candidate leaves: those are never far away in the log and need no index. So the log stays cheap to
# write: the four entries of a candidate cost 76 µs of processor time, 45 µs without any index, and 120 µs with one on
# every kind and one on every actor (SQLite; a candidate as a whole costs some milliseconds).
FREQUENT = ("candidate.measured", "candidate.proposed", "round.ended", "verdict.given")
PERSON = "person:"


class Event(models.Model):
    """One entry. Never changed, never deleted; `hash` covers the entry and the hash of the one before it."""

    project = models.BigIntegerField()
    sequence = models.BigIntegerField(help_text="1, 2, 3 … without a gap, in commit order")
    kind = models.CharField(max_length=32)
    at = models.BigIntegerField(help_text="microseconds since 1970, UTC")
    actor = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    body = models.BinaryField(help_text="canonical bytes: ids, closed-list words, numbers, digests; never free text")
    hash = models.BinaryField(max_length=32)

    # Computed by the database, for its indexes.
    rare = models.GeneratedField(
        expression=models.Case(models.When(kind__in=FREQUENT, then=Value(None)), default=F("kind")),
        output_field=models.CharField(max_length=32, null=True),
        db_persist=True,
    )
    person = models.GeneratedField(
        expression=models.Case(models.When(actor__startswith=PERSON, then=F("actor")), default=Value(None)),
        output_field=models.CharField(max_length=64, null=True),
        db_persist=True,
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "sequence"], name="event_sequence_once")]
        indexes: ClassVar = [
            models.Index(fields=["project", "subject", "sequence"], name="event_subject"),
            models.Index(
                fields=["project", "rare", "sequence"], condition=models.Q(rare__isnull=False), name="event_rare"
            ),
            models.Index(
                fields=["project", "person", "sequence"], condition=models.Q(person__isnull=False), name="event_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}/{self.sequence} {self.kind} {self.subject}"


class LogHead(models.Model):
    """Where the chain of a project ends. Locked while entries are appended, so that sequence is commit order."""

    project = models.BigIntegerField(primary_key=True)
    sequence = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.project}: {self.sequence}"


class Verification(models.Model):
    """One look through a project's whole log and all that it vouches for, as a job of its own.

    It stands here and not in a room above because it is about the chain, and because what it found is part of what a
    log is worth. A job that died leaves `beat` behind: whoever looks sees that it was interrupted.
    """

    project = models.BigIntegerField()
    asked_by = models.CharField(max_length=64)
    asked = models.DateTimeField(db_default=Now())
    started = models.DateTimeField(null=True)
    beat = models.DateTimeField(db_default=Now(), help_text="its last sign of life, by the database's clock")
    ended = models.DateTimeField(null=True)

    upto = models.BigIntegerField(default=0, help_text="the last entry that it looks at")
    part = models.CharField(max_length=40, blank=True, help_text="what it looks at now")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="the first of them, in words")
    whole = models.BooleanField(null=True, help_text="whether everything follows; empty: not known")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(ended__isnull=True), name="one_verification_at_a_time"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["project", "id"], name="verification_latest")]

    def __str__(self) -> str:
        return f"verification {self.pk} of {self.project}"
