"""The project's log: hash-chained entries, and the head of each chain. No foreign keys: it outlives what it names."""

from typing import ClassVar

from django.db import models


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

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "sequence"], name="event_sequence_once")]

    def __str__(self) -> str:
        return f"{self.project}/{self.sequence} {self.kind} {self.subject}"


class LogHead(models.Model):
    """Where the chain of a project ends. Locked while entries are appended, so that sequence is commit order."""

    project = models.BigIntegerField(primary_key=True)
    sequence = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.project}: {self.sequence}"
