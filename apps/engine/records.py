"""Lean records: what a method gets to see of candidates and measurements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate that a rule drew: its number, its score at that moment (None: not complete), its texts by path."""

    number: int
    score: float | None
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """One task of a measurement. score is higher-is-better, or None beside a failure label."""

    task: str
    score: float | None
    failure: str = ""


def results_from(rows: Sequence[Sequence[Any]]) -> list[Result]:
    """Results from their journal form, [task, score, failure] each."""
    return [Result(task, score, failure) for task, score, failure in rows]
