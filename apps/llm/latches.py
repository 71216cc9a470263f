"""Stopping a model that will answer nobody before a person acts."""

from django.db import IntegrityError, transaction

from apps.llm.models import ModelLatch
from apps.log.chain import Entry


def stop(model: int, project: int | None, reason: str, by: str = "system") -> list[Entry]:
    """Set a model's latch; the entry for the log of the project (or the installation). Empty when it was set before."""
    if ModelLatch.objects.filter(model_id=model, released_at__isnull=True).exists():
        return []
    try:
        with transaction.atomic():
            made = ModelLatch.objects.create(model_id=model, project_id=project, reason=reason[:500], set_by=by)
    except IntegrityError:  # another process noticed at the same moment
        return []
    return [entry("model.latched", by, made)]


def entry(kind: str, by: str, latch: ModelLatch) -> Entry:
    """A latch in the log: ids only. Its reason may hold a server's words."""
    return Entry(kind, by, f"model:{latch.model_id}", {"model": latch.model_id, "latch": latch.pk})
