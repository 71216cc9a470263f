"""The state of this installation: what runs it, what it stands on, what stops it."""

import platform
import shutil
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.accounts.names import names
from apps.common import database, doorbell
from apps.oversight.models import Latch
from apps.projects.access import may, visible_projects
from apps.records.models import HELD, Effect, EffectState, RunState
from apps.rounds.control import Stop
from apps.rounds.workers import OpenRun, open_runs
from apps.sandbox.isolation import ADVICE, Isolation
from apps.sandbox.probe import probe

LISTED = 50
LITTLE = 1 << 30  # bytes of free disk below which the page warns
PROGRAMS = ("worker", "ticker")


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that measures: how many effects it holds, and when the first lease ends, in seconds."""

    name: str
    held: int
    left: float


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that everything is written to, in bytes."""

    free: int
    total: int

    @property
    def little(self) -> bool:
        return self.free < LITTLE


@dataclass
class Installation:
    """What the status page shows to one person; every part is read when the template first asks for it."""

    actor: Actor

    advice = ADVICE

    @cached_property
    def is_admin(self) -> bool:
        """Whether the person may stop everything, and see where things are."""
        return may(self.actor, "maintain", None)

    # ---- stops

    @cached_property
    def stops(self) -> list[Stop]:
        """What is stopped: everything, projects, runs."""
        here = Q(project__in=visible_projects(self.actor)) | Q(project=None)
        going = Q(run=None) | Q(run__state=RunState.OPEN)  # a run that was aborted while it was paused stops nothing
        latches = Latch.objects.filter(here, going, released_at__isnull=True).select_related("run__project", "project")
        found = list(latches.defer("project__evaluator", "run__project__evaluator").order_by("pk")[:LISTED])
        called = names(latch.set_by for latch in found)
        return [Stop(latch, called[latch.set_by]) for latch in found]

    @property
    def stopped(self) -> Stop | None:
        """The stop of everything, if it is set."""
        return next((stop for stop in self.stops if stop.latch.project_id is None), None)

    # ---- who works

    @cached_property
    def programs(self) -> list[tuple[str, bool | None]]:
        """Whether worker and ticker gave a recent sign of life; None where this broker cannot tell."""
        found = doorbell.signs(PROGRAMS)
        return [(name, found[name] if found else False) for name in PROGRAMS]

    @cached_property
    def queues(self) -> list[tuple[str, int]] | None:
        """Messages that wait in each queue; None when the broker is away."""
        found = doorbell.depths()
        return None if found is None else list(found.items())

    @cached_property
    def runs(self) -> list[OpenRun]:
        return open_runs(self.actor)

    @property
    def holders(self) -> list[Holder]:
        """Who measures now."""
        now = timezone.now()
        running = [row for row in self._effects if row[0] == EffectState.RUNNING]
        return [Holder(name, count, _left(until, now)) for _, name, count, until in running]

    @property
    def effects(self) -> list[tuple[str, int]]:
        """Open effects by what they are at."""
        at = {EffectState.RUNNING: "being carried out", EffectState.READY: "ready", **dict.fromkeys(HELD, "held")}
        counts = dict.fromkeys(("being carried out", "ready", "held"), 0)
        for state, _, count, _ in self._effects:
            counts[at[EffectState(state)]] += count
        return list(counts.items())

    @cached_property
    def _effects(self) -> list[tuple[str, str, int, datetime | None]]:
        seen = Effect.open.filter(round__run__project__in=visible_projects(self.actor))
        return list(seen.order_by().values_list("state", "holder").annotate(Count("pk"), Min("until"))[:LISTED])

    # ---- what it stands on

    @cached_property
    def isolation(self) -> Isolation:
        return probe(Path(settings.EVOWEB_HOME))  # cached there: the first look in each process takes a while

    @property
    def disk(self) -> Disk:
        usage = shutil.disk_usage(settings.EVOWEB_HOME)
        return Disk(usage.free, usage.total)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Versions and kinds; places are for admins."""
        broker = "embedded Valkey" if "broker.sock" in settings.CELERY_BROKER_URL else _scheme()
        known = [
            ("evoweb", version()),
            ("Python", platform.python_version()),
            ("Django", django.get_version()),
            ("Database", _database()),
            ("Broker", broker),
        ]
        if self.is_admin:
            known += [("Folder", str(settings.EVOWEB_HOME)), ("Database at", database.place())]
        return known


@cache
def version() -> str:
    """The version of evoweb."""
    told = tomllib.loads((Path(settings.BASE) / "pyproject.toml").read_text())
    return str(told["project"]["version"])


def _database() -> str:
    return f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"


def _scheme() -> str:
    return settings.CELERY_BROKER_URL.partition(":")[0]


def _left(until: datetime | None, now: datetime) -> float:
    return max(0.0, (until - now).total_seconds()) if until else 0.0
