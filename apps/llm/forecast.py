"""What a run would cost before it is started: from prices, and from what calls took so far or, without any, a guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Avg, Count, F

from apps.engine.setup import Ensembles, Voice
from apps.llm.contract import Usage
from apps.llm.models import Call, CallState
from apps.llm.money import Rates
from apps.llm.selectors import known
from apps.projects.models import Project

ENOUGH = 5  # calls of a role in this project, or else anywhere, that an average is taken of
type _Prices = Mapping[str, Rates | None]  # by model
GUESSED = {"prompt": 4000.0, "reply": 1500.0, "seconds": 20.0}


@dataclass(frozen=True, slots=True)
class Asks:
    """What a method asks for each candidate: calls by role, on average."""

    by_role: Mapping[str, float] = field(default_factory=lambda: {"mutate": 1.0})


@dataclass(frozen=True, slots=True)
class Line:
    """One role of an estimate. money (billionths) is None where a model that plays it has no price."""

    role: str
    models: tuple[str, ...]
    calls: float
    tokens: float
    money: float | None
    seconds: float  # of waiting, if calls were made one after another
    measured: int  # calls that the averages were taken of; 0: guessed


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would take. It is an expectation, not a bound: budgets bound."""

    lines: tuple[Line, ...]
    missing: tuple[str, ...]  # roles that nobody plays
    unpriced: tuple[str, ...]  # models without a price

    @property
    def calls(self) -> float:
        return sum(line.calls for line in self.lines)

    @property
    def tokens(self) -> float:
        return sum(line.tokens for line in self.lines)

    @property
    def money(self) -> float | None:
        """Billionths; None where a price is missing."""
        known_ = [line.money for line in self.lines]
        return None if None in known_ else sum(money for money in known_ if money is not None)

    @property
    def guessed(self) -> bool:
        """Whether some figures are guesses, because too few calls were made so far."""
        return any(not line.measured for line in self.lines)


def estimate(project: Project, cast: Ensembles, asks: Asks, candidates: int) -> Estimate:
    """What so many candidates would take with these models. "mutate" plays the roles that nobody is named for."""
    lines, missing = [], []
    unpriced: set[str] = set()
    models = known(voice.model for voices in cast.values() for voice in voices)
    rates = {name: model.rates for name, model in models.items()}
    for role, each in asks.by_role.items():
        voices = cast.get(role) or cast.get("mutate") or ()
        if not voices:
            missing.append(role)
            continue
        line = _line(role, voices, rates, each * candidates, _usual(project, role))
        lines.append(line)
        unpriced.update(name for name in line.models if rates.get(name) is None)
    return Estimate(tuple(lines), tuple(missing), tuple(sorted(unpriced)))


def _line(
    role: str, voices: Sequence[Voice], rates: _Prices, calls: float, usual: tuple[Mapping[str, float], int]
) -> Line:
    """One role's line."""
    each, measured = usual
    names = tuple(voice.model for voice in voices)
    priced = all(rates.get(name) is not None for name in names)
    money = calls * _each(voices, rates, each) if priced else None
    return Line(role, names, calls, calls * (each["prompt"] + each["reply"]), money, calls * each["seconds"], measured)


def _each(voices: Sequence[Voice], rates: _Prices, usual: Mapping[str, float]) -> float:
    """What one call costs on average over who is drawn how often. As if nothing came from a cache: rather too much."""
    usage = Usage(input=round(usual["prompt"]), output=round(usual["reply"]))
    costs = [(voice.weight, rate.cost(usage)) for voice in voices if (rate := rates[voice.model]) is not None]
    return sum(weight * each for weight, each in costs) / sum(weight for weight, _ in costs)


def _usual(project: Project, role: str) -> tuple[Mapping[str, float], int]:
    """Tokens of a prompt and a reply and seconds of a call of this role, and how many calls say so."""
    for scope in ({"project": project, "role": role}, {"role": role}):
        latest = Call.objects.filter(**scope, state=CallState.DONE, replayed=False).order_by("-pk")[:500]
        found = Call.objects.filter(pk__in=latest.values("pk")).aggregate(
            prompt=Avg(F("input") + F("cache_read") + F("cache_write")),
            reply=Avg("output"),
            seconds=Avg("seconds"),
            count=Count("pk"),
        )
        count = found.pop("count")
        if count >= ENOUGH:
            return found, count
    return GUESSED, 0
