"""The models of an installation as their pages show them: how each fares, what it came to, what it plays."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.llm.figures import Health, health
from apps.llm.models import Call, CallState, Casting, LanguageModel, Price
from apps.projects.access import may, visible_projects

WEEK = timedelta(days=7)
ENDED = (CallState.DONE, CallState.FAILED)


@dataclass(frozen=True, slots=True)
class Spent:
    """What calls of a model came to in some time. money: billionths; unpriced: calls whose cost nobody knows."""

    calls: int = 0
    tokens: int = 0
    prompt: int = 0  # tokens of prompts alone
    cached: int = 0  # tokens of prompts that the provider read from its cache
    money: int = 0
    unpriced: int = 0

    @property
    def share_cached(self) -> float | None:
        """Of the prompts' tokens, those that came from the provider's cache."""
        return self.cached / self.prompt if self.prompt else None


@dataclass(frozen=True, slots=True)
class Part:
    """A role that a model plays: in one project or, without one, wherever nobody else is named; share of the draws."""

    role: str
    project: Any
    share: float

    @property
    def alone(self) -> bool:
        return self.share > 0.9995


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model in the list and on its page."""

    health: Health
    today: Spent
    week: Spent
    whole: Spent
    parts: tuple[Part, ...]

    @property
    def row(self) -> LanguageModel:
        return self.health.row

    @property
    def windows(self) -> tuple[tuple[str, Spent], ...]:
        """What it came to, by when."""
        return (("today", self.today), ("in 7 days", self.week), ("altogether", self.whole))

    @property
    def state(self) -> str:
        """In a word: stopped, no key, away, failing, answers, or idle where it was never asked."""
        if self.health.latch is not None:
            return "stopped"
        if not self.health.key_set:
            return "no key"
        if self.health.away is not None:
            return "away"
        if self.health.last is None:
            return "idle"
        return "failing" if self.health.failing else "answers"


def rows(actor: Actor, played: Iterable[Casting]) -> list[ModelRow]:
    """Every model that is not retired, by name. What is spent is that of projects that the actor may see.

    played: who plays what, as `castings` tells.
    """
    every = health()
    spends = _spent(seen(actor))
    cast = _parts(played)
    none = (Spent(), Spent(), Spent())
    return [ModelRow(one, *spends.get(one.row.pk, none), cast.get(one.row.pk, ())) for one in every]


def row_of(actor: Actor, model: LanguageModel) -> ModelRow:
    """One model, whether or not it is retired."""
    (one,) = health([model])
    spends = _spent(seen(actor).filter(catalogue=model))
    return ModelRow(one, *spends.get(model.pk, (Spent(), Spent(), Spent())), _parts(castings(actor)).get(model.pk, ()))


def seen(actor: Actor) -> QuerySet[Call]:
    """Calls of the projects that the actor may see; an admin of the installation sees those of nobody, too."""
    if may(actor, "maintain", None):
        return Call.objects.all()
    return Call.objects.filter(project__in=visible_projects(actor))


def prices(model: LanguageModel) -> list[Price]:
    """What it cost since when, the latest first."""
    return list(model.prices.order_by("-since"))


def roles(played: Iterable[Casting]) -> dict[str, list[Casting]]:
    """Who plays what wherever a project says nothing else, by role."""
    found = defaultdict(list)
    for one in played:
        if one.project_id is None:
            found[one.role].append(one)
    return dict(found)


def castings(actor: Actor) -> list[Casting]:
    """Who plays what, in the projects that the actor may see and wherever a project says nothing."""
    seen_ = Q(project=None) | Q(project__in=visible_projects(actor))
    found = Casting.objects.filter(seen_, model__retired=False, weight__gt=0)
    related = found.select_related("model", "project").defer("project__evaluator")
    return list(related.order_by("role", "project", "-weight"))


def _parts(played: Iterable[Casting]) -> dict[int, tuple[Part, ...]]:
    """What each model plays, by its key."""
    groups: dict[tuple[int, str], list[Casting]] = defaultdict(list)
    for one in played:
        groups[one.project_id or 0, one.role].append(one)
    found: dict[int, list[Part]] = defaultdict(list)
    for (_, role), voices in sorted(groups.items()):
        total = sum(voice.weight for voice in voices)
        for voice in voices:
            found[voice.model_id].append(Part(role, voice.project, voice.weight / total))
    return {model: tuple(parts) for model, parts in found.items()}


def _spent(calls: QuerySet[Call]) -> dict[int, tuple[Spent, Spent, Spent]]:
    """Today (UTC), in the last seven days, and altogether, by model: one walk through the calls."""
    now = timezone.now()
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    sums = {**_sums("today", midnight), **_sums("week", now - WEEK), **_sums("whole", None)}
    found = {}
    every: Iterable[Mapping[str, Any]] = calls.filter(replayed=False).values("catalogue").annotate(**sums).order_by()
    for row in every:
        when = [
            Spent(**{name: row[f"{window}_{name}"] for name in Spent.__dataclass_fields__})
            for window in ("today", "week", "whole")
        ]
        found[row["catalogue"]] = (when[0], when[1], when[2])
    return found


def _sums(window: str, since: datetime | None) -> dict[str, Any]:
    inside = Q() if since is None else Q(opened__gte=since)
    prompt = F("input") + F("cache_read") + F("cache_write")
    return {
        f"{window}_calls": Count("pk", filter=inside & Q(state__in=ENDED)),
        f"{window}_tokens": Sum(prompt + F("output"), filter=inside, default=0),
        f"{window}_prompt": Sum(prompt, filter=inside, default=0),
        f"{window}_cached": Sum("cache_read", filter=inside, default=0),
        f"{window}_money": Sum("cost", filter=inside, default=0),
        f"{window}_unpriced": Count("pk", filter=inside & Q(cost=None, state__in=ENDED)),
    }
