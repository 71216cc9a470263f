"""Changing the catalogue: models, prices, who plays which role, and letting a stopped model be asked again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import UserError
from apps.engine.canonical import NotCanonical, encode
from apps.engine.effects import ROLES
from apps.llm import absences, latches
from apps.llm.addresses import check
from apps.llm.models import Casting, LanguageModel, ModelLatch, Price
from apps.llm.money import Rates
from apps.llm.tokens import BYTES_PER_TOKEN
from apps.log.chain import INSTALLATION, Entry
from apps.log.services import append
from apps.projects.access import may, projects_for, require
from apps.projects.models import Project

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# What it holds is sent to whatever address the catalogue names: no other secret of the process may be named instead.
_VARIABLE = re.compile(r"(?!EVOWEB_)(?=.*(?:KEY|TOKEN))[A-Z_][A-Z0-9_]{0,99}")
OURS = {"model", "messages", "system", "max_tokens", "stream", "output_config", "cache_control"}  # of a request


@dataclass(frozen=True, slots=True)
class Description:
    """A model as a person describes it; columns of LanguageModel by name, extra as plain JSON."""

    name: str
    columns: Mapping[str, Any]
    extra: Mapping[str, Any]


def put(actor: Actor, wanted: Description) -> LanguageModel:
    """Add a model, or change the one of that name. Raises UserError, PermissionDenied."""
    require_admin(actor)
    columns = _checked(wanted)
    with transaction.atomic():
        found = LanguageModel.objects.filter(name=wanted.name).first()
        row = found or LanguageModel(name=wanted.name, added_by=str(actor))
        if found is not None and found.model != columns.get("model", found.model):
            row.bytes_per_token = BYTES_PER_TOKEN  # what was learned is of another model
        for name, value in columns.items():
            setattr(row, name, value)
        _require_room(row)
        row.retired = False
        row.save()
        absences.forget(row.pk)
        _log(actor, row)
    return row


def retire(actor: Actor, row: LanguageModel) -> None:
    """Use a model no more. Its calls and prices stay."""
    require_admin(actor)
    with transaction.atomic():
        LanguageModel.objects.filter(pk=row.pk).update(retired=True)
        _log(actor, row)


def price(actor: Actor, row: LanguageModel, rates: Rates, since: datetime | None = None) -> Price:
    """Say what a million tokens of a model cost from a moment on (now, without one)."""
    require_admin(actor)
    if min(rates.input, rates.output, rates.cache_read, rates.cache_write) < 0:
        raise UserError("A price cannot be below 0.")
    values = {name: getattr(rates, name) for name in Rates.__slots__} | {"set_by": str(actor)}
    with transaction.atomic():
        moment = since or timezone.now()
        if Price.objects.filter(model=row, since=moment).exists():
            raise UserError(f"{row.name} has a price since {moment:%Y-%m-%d %H:%M} already; prices are never changed.")
        made = Price.objects.create(model=row, since=moment, **values)
        _log(actor, row)
    return made


def cast(actor: Actor, project: Project | None, role: str, voices: Mapping[str, float]) -> None:
    """Say who plays a role, and with which weights: in a project, or in all that say nothing. Nobody: forget it."""
    require(actor, "maintain", project)
    if role not in ROLES:
        raise UserError(f"There is no role {role!r}. Known: {', '.join(ROLES)}.")
    if bad := [name for name, weight in voices.items() if not 0 < weight < 1e6]:
        raise UserError(f"The weight of {bad[0]} is not above 0. Leave out who is not to be drawn.")
    rows = {row.name: row for row in LanguageModel.objects.filter(name__in=voices, retired=False)}
    if missing := sorted(voices.keys() - rows.keys()):
        raise UserError(unknown(missing[0]))
    with transaction.atomic():
        Casting.objects.filter(project=project, role=role).delete()
        made = [Casting(project=project, role=role, model=rows[name], weight=w) for name, w in voices.items()]
        Casting.objects.bulk_create(made)
        chain = INSTALLATION if project is None else project.pk
        body = {"role": role, "models": [[rows[name].pk, weight] for name, weight in voices.items()]}
        append(chain, [Entry("model.changed", str(actor), f"project:{chain}", body)])


def find(name: str) -> LanguageModel:
    """The model of that name. Raises UserError naming those that there are."""
    row = LanguageModel.objects.filter(name=name).first()
    if row is None:
        raise UserError(unknown(name))
    return row


def unknown(name: str) -> str:
    """That there is no such model, and which there are."""
    there = ", ".join(LanguageModel.objects.filter(retired=False).order_by("name").values_list("name", flat=True))
    return f"No model is called {name!r}. Known: {there or 'none yet; `manage.py models` says how to connect one'}."


def stop(actor: Actor, row: LanguageModel, reason: str) -> bool:
    """Ask a model nothing from now on; calls on their way are finished. False when it was stopped already."""
    _require_operator(actor)
    with transaction.atomic():
        entries = latches.stop(row.pk, None, reason.strip() or "stopped by hand", str(actor))
        if entries:
            append(INSTALLATION, entries)
    return bool(entries)


def release(actor: Actor, row: LanguageModel) -> bool:
    """Let a stopped model be asked again. False when it was not stopped."""
    _require_operator(actor)
    with transaction.atomic():
        latch = ModelLatch.objects.select_for_update().filter(model=row, released_at__isnull=True).first()
        if latch is None:
            return False
        latch.released_by, latch.released_at = str(actor), timezone.now()
        latch.save(update_fields=["released_by", "released_at"])
        absences.forget(row.pk)
        append(latch.project_id or INSTALLATION, [latches.entry("model.released", str(actor), latch)])
        transaction.on_commit(lambda: ring("rounds"))
    return True


def _checked(wanted: Description) -> dict[str, Any]:
    """The columns, once they can be so. Raises UserError."""
    columns = dict(wanted.columns)
    if not _NAME.fullmatch(wanted.name):
        raise UserError(
            f"{wanted.name!r} is no name for a model: small letters, digits, dots, hyphens and underscores, "
            "as in haiku-4-5."
        )
    check_variable(columns.get("key_variable", ""))
    if not str(columns.get("model", "")).strip():
        raise UserError("Say what the provider calls the model.")
    if "base_url" in columns:
        columns["base_url"] = check(columns["base_url"], settings.EVOWEB_LLM_PRIVATE_URLS)
    if bad := [name for name in ("max_tokens", "timeout", "concurrency") if columns.get(name, 1) <= 0]:
        raise UserError(f"{bad[0]} must be above 0.")
    if clash := sorted(OURS & wanted.extra.keys()):
        raise UserError(f"{clash[0]} is said by evoweb itself and cannot be an extra part of the request.")
    try:
        return columns | {"extra": encode(dict(wanted.extra))}
    except NotCanonical as error:
        raise UserError(f"The extra parts of the request are no JSON: {error}") from None


def check_variable(name: str) -> None:
    """Raises UserError unless it can be the name of a variable. It is not quoted: it may well be the key itself."""
    if name and not _VARIABLE.fullmatch(name):
        raise UserError(
            "Name the variable of the environment that holds the key, as in ANTHROPIC_API_KEY; never give the key "
            "itself. What was given is no such name, and was not kept. The name has KEY or TOKEN in it, and is none of "
            "evoweb's own."
        )


def _require_room(row: LanguageModel) -> None:
    """Raises UserError where the longest reply leaves nothing for a prompt."""
    if row.context is not None and row.max_tokens >= row.context:
        raise UserError(
            f"A reply of {row.name} may have {row.max_tokens:,} tokens, and prompt and reply together {row.context:,}: "
            "nothing is left for the prompt. Let replies be shorter (max-tokens), or correct the context."
        )


def _log(actor: Actor, row: LanguageModel) -> None:
    append(INSTALLATION, [Entry("model.changed", str(actor), f"model:{row.pk}", {"model": row.pk})])


def require_admin(actor: Actor) -> None:
    """Raises PermissionDenied unless the actor may change the catalogue."""
    if not may(actor, "maintain", None):
        raise PermissionDenied("Only an admin of this installation may change its models and prices.")


def may_steer(actor: Actor) -> bool:
    """Whether the actor may stop models and release them, and so read why one stands still in its server's words."""
    return may(actor, "maintain", None) or projects_for(actor, "operate").exists()


def _require_operator(actor: Actor) -> None:
    if not may_steer(actor):
        raise PermissionDenied("Only who operates a project may stop a model or release it.")


def free() -> Rates:
    """The rates of a model of one's own."""
    nothing = Decimal(0)
    return Rates(nothing, nothing, nothing, nothing)
