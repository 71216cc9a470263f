"""Celery's entry point: what the workers of the running system do for experiments, every second."""

import logging
import time
from functools import cache
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db import close_old_connections
from django.db.models import F, Q

from apps.experiments import conducting, reading
from apps.experiments.models import Experiment
from apps.sandbox.isolation import NoIsolation
from apps.sandbox.probe import require

log = logging.getLogger(__name__)

PATIENCE = 10  # a summary is made anew after so many times what the last one took: at most a tenth of a worker's time


class Summaries:
    """When this process may make the summary of an experiment again."""

    def __init__(self) -> None:
        self._rest: dict[int, float] = {}

    def refresh(self, experiment: Experiment) -> None:
        """Make it, if runs ended since, and if the last one is long enough ago or the experiment is over."""
        began = time.monotonic()
        soon = experiment.ended is None and began < self._rest.get(experiment.pk, 0.0)
        if soon or experiment.summed >= experiment.cells_over:
            return
        reading.summed(experiment)
        now = time.monotonic()
        self._rest[experiment.pk] = now + PATIENCE * (now - began)


@cache
def summaries() -> Summaries:
    """Those of this process."""
    return Summaries()


@cache
def _say(text: str) -> None:
    """Log it once: the bell rings every second."""
    log.error(text)


@shared_task(name="experiments.conduct")
def conduct() -> None:
    """Note which runs ended, start what comes next, and keep the summaries that pages read."""
    close_old_connections()
    conduct_all()


def conduct_all() -> None:
    """Take all experiments on that are not over. Those that a command conducts only get their figures."""
    due = Q(ended__isnull=True) | Q(summed__lt=F("cells_over"))
    for experiment in Experiment.objects.filter(due).order_by("pk"):
        if experiment.served:
            _start(experiment)
        elif experiment.ended is None:
            conducting.note_ended(experiment)
        experiment.refresh_from_db()
        summaries().refresh(experiment)


def _start(experiment: Experiment) -> None:
    home = Path(settings.EVOWEB_HOME)
    try:
        conducting.conduct(experiment, require(home, settings.EVOWEB_SANDBOX).kind)
    except NoIsolation as error:
        _say(str(error))
