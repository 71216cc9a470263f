"""Reading the catalogue: models as callers need them, what they cost, who plays a role, what stands still."""

import math
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.engine.canonical import decode
from apps.engine.effects import ROLES
from apps.engine.prompting.budget import CHARACTERS
from apps.engine.setup import Voice
from apps.llm import absences, spending
from apps.llm.contract import ModelSpec
from apps.llm.models import Absence, Budget, Casting, LanguageModel, ModelLatch, Price
from apps.llm.money import Rates
from apps.llm.waits import Told, Wait
from apps.projects.models import Project

OVERHEAD = 64  # tokens of a prompt beside its text


@dataclass(frozen=True, slots=True)
class Known:
    """A model of the catalogue with all that decides whether it is called, and what that costs."""

    row: LanguageModel
    rates: Rates | None  # None: no price is known
    wait: Wait | None  # what must pass before it is asked

    @property
    def spec(self) -> ModelSpec:
        return spec(self.row)


def spec(row: LanguageModel) -> ModelSpec:
    """A row of the catalogue as callers take it."""
    return ModelSpec(
        name=row.name,
        model=row.model,
        base_url=row.base_url,
        key_variable=row.key_variable,
        max_tokens=row.max_tokens,
        timeout=row.timeout,
        concurrency=row.concurrency,
        requests_per_minute=row.requests_per_minute,
        tokens_per_minute=row.tokens_per_minute,
        bytes_per_token=row.bytes_per_token,
        extra=decode(bytes(row.extra)),
        structured=row.structured,
        caching=row.caching,
        counting=row.counting,
    )


def known(names: Iterable[str]) -> dict[str, Known]:
    """Models that are not retired, by name, as they stand now."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    # Read at every call: as plain SQL it takes a quarter of the time.
    statement = (
        f'SELECT m.*, l.id AS stopped, a.id AS away FROM "{LanguageModel._meta.db_table}" m '
        f'LEFT JOIN "{ModelLatch._meta.db_table}" l ON l.model_id = m.id AND l.released_at IS NULL '
        f'LEFT JOIN "{Absence._meta.db_table}" a ON a.model_id = m.id '
        f"WHERE m.name IN ({_places(wanted)}) AND NOT m.retired"
    )
    rows = list(LanguageModel.objects.raw(statement, wanted))
    prices = rates([row.pk for row in rows], timezone.now())
    away = Absence.objects.in_bulk([row.away for row in rows if row.away])  # type: ignore[attr-defined]
    return {
        row.name: Known(row, prices.get(row.pk), _wait(row, bool(row.stopped), away.get(row.away)))  # type: ignore[attr-defined]
        for row in rows
    }


def waits(project: int, names: Iterable[str]) -> dict[str, Wait]:
    """What calls of these models must wait for now, by name; missing are those that may be made, or never will be."""
    day = spending.day_out(project, timezone.now())
    latch = ModelLatch.objects.filter(model=OuterRef("pk"), released_at__isnull=True)
    rows = LanguageModel.objects.filter(name__in=set(names), retired=False)
    rows = rows.select_related("absence").annotate(stopped=Exists(latch))
    found = {row.name: _wait(row, row.stopped, getattr(row, "absence", None)) or day for row in rows}
    return {name: wait for name, wait in found.items() if wait is not None}


def present(project: int, told: Sequence[Told]) -> list[Wait]:
    """What a run told that it waits for, with the present next try; without absences and days that are over since."""
    away = Absence.objects.filter(model__in=[model for on, _, model in told if on == "away"]).select_related("model")
    found = [absences.wait(row.model, row) for row in away.order_by("model__name")]
    found += [Wait("stopped", name, model=model) for on, name, model in told if on == "stopped"]
    day = spending.day_out(project, timezone.now()) if any(on == "day" for on, _, _ in told) else None
    return found if day is None else [*found, day]


def reasons(models: Collection[int]) -> dict[int, str]:
    """Why models are stopped or away, by key: hostile, for those alone who may release them."""
    away = Absence.objects.filter(model__in=models).values_list("model", "reason")
    stopped = ModelLatch.objects.filter(model__in=models, released_at__isnull=True).values_list("model", "reason")
    return dict(away) | dict(stopped)


def _wait(row: LanguageModel, stopped: bool, away: Absence | None) -> Wait | None:
    if stopped:
        return Wait("stopped", row.name, model=row.pk)
    if away is None:
        return None
    return absences.wait(row, away)


def rates(models: Sequence[int], at: datetime) -> dict[int, Rates]:
    """What models cost at a moment, by key; those without a price are missing."""
    if not models:
        return {}
    statement = (
        f'SELECT * FROM "{Price._meta.db_table}" WHERE model_id IN ({_places(models)}) AND since <= %s ORDER BY since'
    )
    rows = Price.objects.raw(statement, [*models, connection.ops.adapt_datetimefield_value(at)])
    return {row.model_id: Rates(row.input, row.output, row.cache_read, row.cache_write) for row in rows}


def unpriced(project: Project, names: Iterable[str]) -> list[str]:
    """Those of these models that a budget of money of the project keeps from being asked: they have no price."""
    if not Budget.objects.filter(project=project, run=None, money__isnull=False).exists():
        return []
    found = dict(LanguageModel.objects.filter(name__in=set(names), retired=False).values_list("pk", "name"))
    priced = rates([*found], timezone.now())
    return sorted(name for key, name in found.items() if key not in priced)


def _places(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def ensembles(project: Project | None) -> dict[str, tuple[Voice, ...]]:
    """Who plays which role in a project: its own casting of it, else the installation's. Retired models play none."""
    rows = Casting.objects.filter(Q(project=project) | Q(project=None), model__retired=False, weight__gt=0)
    cast: dict[tuple[bool, str], list[Voice]] = {}
    for row in rows.select_related("model").order_by("model__name"):
        voice = Voice(row.model.name, row.weight, room(row.model))
        cast.setdefault((row.project_id is not None, row.role), []).append(voice)
    found = {role: cast.get((True, role)) or cast.get((False, role)) or [] for role in ROLES}
    return {role: tuple(voices) for role, voices in found.items() if voices}


def room(row: LanguageModel) -> int:
    """How long its prompts may be so that its longest reply fits beside them; 0 where its context is not known.

    In tokens as the budgets of prompts count them. By its bytes per token in steps of a half: the same run again is to
    get the same prompts, although more is known of the model by then.
    """
    if row.context is None:
        return 0
    size = (row.context - row.max_tokens) * math.floor(2 * row.bytes_per_token) / 2
    return max(1, int(size / CHARACTERS) - OVERHEAD)


def keys_set(rows: Iterable[LanguageModel]) -> Mapping[str, bool]:
    """Whether each model's variable of the environment holds something, by name; True where none is needed."""
    return {row.name: not row.key_variable or bool(os.environ.get(row.key_variable, "").strip()) for row in rows}
