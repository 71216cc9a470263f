"""The doorbell of this installation: "queue Q has work". The work itself stands in the database."""

from collections.abc import Sequence
from functools import cache

from django.conf import settings

from apps.common.bell import Bell


@cache
def bell() -> Bell:
    """This process's bell on the broker of the settings."""
    return Bell(settings.CELERY_BROKER_URL)


def ring(queue: str) -> None:
    """Wake a worker of the queue: rounds, sandbox, trials, sweep or experiments.

    Made for transaction.on_commit: it raises nothing and takes 0.2 s at most when the broker is away. A lost ring costs
    a second, because the sweep rings for everything that is due.
    """
    bell().ring(queue)


def alive(name: str) -> None:
    """A sign of life of the worker or the ticker; fades after ten seconds."""
    bell().alive(name)


def signs(names: Sequence[str]) -> dict[str, bool | None] | None:
    """Who of them gave a recent sign of life (None: this broker cannot tell); None when the broker is away."""
    return bell().signs(names)


def depths() -> dict[str, int] | None:
    """How many messages wait in each queue; None when the broker is away."""
    return bell().depths()
