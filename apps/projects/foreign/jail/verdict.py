"""What an evaluation came to, as plain data: a score with metrics and feedback, or the reason why there is none."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST = 3_900  # characters of a feedback
_LONGEST_PART = 1_500
_MOST_METRICS = 200
_LARGEST = 1e100


def scored(score: Any, metrics: Mapping[str, Any], parts: Iterable[tuple[str, Any]] = ()) -> dict[str, Any]:
    """The answer of an evaluation. metrics that are no finite numbers are told in the feedback, like parts."""
    value = number(score)
    told = [*told_otherwise(metrics), *parts]
    if value is None:
        return refused(f"the score is {_short(score)}, not a finite number", told)
    return {"score": value, "metrics": numbers(metrics), "feedback": feedback(told)}


def refused(why: str, parts: Iterable[tuple[str, Any]] = ()) -> dict[str, Any]:
    """The answer of an evaluation that gives no score."""
    told = feedback(parts)
    return {"incorrect": f"{why}\n{told}".strip()[:LONGEST]}


def numbers(values: Mapping[Any, Any]) -> dict[str, float]:
    """The finite numbers among the values, by name."""
    found = {str(name)[:100]: number(value) for name, value in list(values.items())[:_MOST_METRICS]}
    return {name: value for name, value in found.items() if value is not None}


def told_otherwise(values: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """What else stands among the values."""
    return [(str(name), value) for name, value in values.items() if number(value) is None]


def number(value: Any) -> float | None:
    """The value as a finite float: numbers, truth values, and numbers of numpy; None for all else."""
    if value is None or isinstance(value, (str, bytes)):
        return None
    try:
        plain = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return plain if math.isfinite(plain) and abs(plain) <= _LARGEST else None


def feedback(parts: Iterable[tuple[str, Any]]) -> str:
    """Named texts under each other, each cut to its share."""
    return "\n".join(f"{name}: {_short(value)}" for name, value in parts)[:LONGEST]


def _short(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        value = bytes(value).decode(errors="backslashreplace")
    text = str(value).strip()
    if len(text) <= _LONGEST_PART:
        return text
    return f"{text[: _LONGEST_PART // 2]} … ({len(text)} characters) … {text[-_LONGEST_PART // 2 :]}"
