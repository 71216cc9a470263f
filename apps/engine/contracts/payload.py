"""A grade in its JSON form, as it is kept beside its candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from math import isinf, isnan
from typing import Any

from apps.engine.contracts.grading import Grade, Named
from apps.engine.contracts.lift import Lift
from apps.engine.contracts.loss import Loss
from apps.engine.contracts.turns import FAILED, UNKNOWN
from apps.engine.statistics import Interval

FAILURE = "failed"  # in the place of a score
_LIFTS = ("fixes", "risks", "others")


def grade_payload(grade: Grade) -> dict[str, Any]:
    """Plain values only; a score is a number, FAILURE, or None where it was not measured."""
    told: dict[str, Any] = {"word": grade.word, "why": grade.why, "claimed": _short(grade.claimed)}
    for name in _LIFTS:
        found: Lift | None = getattr(grade, name)
        if found is not None:
            ratio = [_short(bound) for bound in astuple(found.ratio)]
            told[name] = [found.turned, found.tasks, _short(found.expected), _short(found.p), ratio, _short(found.most)]
    if grade.loss.tasks:
        told["loss"] = [_short(each) if isinstance(each, float) else each for each in astuple(grade.loss)]
    told["named"] = [_named_payload(each) for each in grade.named]
    return told


def grade_from(told: Mapping[str, Any]) -> Grade:
    """The grade behind its JSON form."""
    lifts = {name: _lift(*told[name]) for name in _LIFTS if name in told}
    named = tuple(_named(each) for each in told["named"])
    lost = Loss(*told.get("loss", ()))
    return Grade(told["word"], tuple(told["why"]), claimed=told["claimed"], loss=lost, named=named, **lifts)


def _lift(turned: int, tasks: int, expected: float, p: float, *widths: Any) -> Lift:
    ratio, *most = widths  # grades of before say no more than that it may be all of them
    return Lift(turned, tasks, expected, p, Interval(*ratio), most[0] if most else float(tasks))


def _named_payload(named: Named) -> list[Any]:
    scores = [_score(named.before), _score(named.after)]
    return [named.task, named.part, *scores, named.turn, named.chance, _short(named.rate)]


def _named(told: Sequence[Any]) -> Named:
    task, part, before, after, turn, chance, rate = told
    return Named(task, part, _unscored(before), _unscored(after), turn, chance, rate)


def _short(value: float) -> float:
    """Six digits: what is shown and no more, so that it says the same on every machine."""
    return float(f"{value:.6g}")


def _score(value: float) -> float | str | None:
    if isnan(value):
        return None
    return FAILURE if isinf(value) else value


def _unscored(value: Any) -> float:
    if value is None:
        return UNKNOWN
    return FAILED if value == FAILURE else float(value)
