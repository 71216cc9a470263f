"""Celery's entry points. A doorbell says only that a queue has work; what it is stands in the database."""

import logging
from functools import cache
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db import close_old_connections

from apps.common.doorbell import alive, ring
from apps.records.models import Run, RunState
from apps.rounds import audit, panel
from apps.rounds.examiner import Examiner
from apps.rounds.loop import Loop
from apps.rounds.perform import perform_ready
from apps.rounds.sweep import order_baselines
from apps.rounds.sweep import sweep as sweep_up
from apps.rounds.trials import sweep as sweep_trials
from apps.rounds.trier import try_waiting
from apps.sandbox.isolation import NoIsolation

log = logging.getLogger(__name__)

TURN_SECONDS = 1.0


@cache
def loop() -> Loop:
    """This process's loop, made on first use: in the process that works, never before a fork."""
    return Loop(Path(settings.EVOWEB_HOME), settings.EVOWEB_SLOTS if settings.EVOWEB_MEASURES else 0)


@cache
def examiner() -> Examiner:
    """What checks uploads for this process."""
    return Examiner()


@cache
def _say(text: str) -> None:
    """Log it once: the bell rings every second."""
    log.error(text)


@shared_task(name="rounds.drive")
def drive() -> None:
    """Drive runs for at most a second, then ring again if there is more."""
    alive("worker")
    try:
        more = loop().turn(TURN_SECONDS)
    except NoIsolation as error:
        _say(str(error))
        return
    if more:
        ring("rounds")


@shared_task(name="rounds.perform")
def perform() -> None:
    """Measure what other processes' drivers asked for."""
    alive("worker")
    try:
        more = perform_ready(Path(settings.EVOWEB_HOME), TURN_SECONDS)
    except NoIsolation as error:
        _say(str(error))
        return
    if more:
        ring("sandbox")


@shared_task(name="rounds.try")
def try_once() -> None:
    """Run what people asked to see once."""
    close_old_connections()
    try:
        more = try_waiting(Path(settings.EVOWEB_HOME), TURN_SECONDS)
    except NoIsolation as error:
        _say(str(error))
        return
    if more:
        ring("trials")


@shared_task(name="rounds.sweep")
def sweep() -> None:
    """Every second: give back what dead processes held, and ring for what is due."""
    alive("worker")
    close_old_connections()
    sweep_up()
    sweep_trials()
    audit.start_waiting()
    panel.start_waiting()
    try:
        order_baselines()
    except NoIsolation as error:
        _say(str(error))
    examiner().look()
    if Run.objects.filter(state=RunState.OPEN).exists():
        ring("rounds")
