"""Lean records: what a method gets to see of candidates and measurements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate that a rule drew: its number, its score at that moment (None: not complete), its texts by path.

    traits are what its method gave it for good.
    """

    number: int
    score: float | None
    texts: Mapping[str, str]
    traits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One task of a measurement. score is higher-is-better, or None beside a failure label.

    facts are the finite values of those metrics that the run's axes name.
    """

    task: str
    score: float | None
    failure: str = ""
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered. Hostile text.

    data is the JSON of a reply that was to follow a schema, None where it is none. stop says why it ended: "end",
    "length" (the limit of its output) or "refusal". cost is in the currency of the price list, None where no price is
    known; tokens are those of prompt and reply.
    """

    text: str
    model: str
    stop: str = "end"
    data: Any = None
    tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One measurement as a prompt may show it. Hostile text, bounded.

    input and expected are the task's, as JSON text, and "" unless it is a train task.
    """

    task: str
    score: float | None
    failure: str = ""
    feedback: str = ""
    output: str = ""
    input: str = ""
    expected: str = ""


def results_from(rows: Sequence[Sequence[Any]]) -> list[Result]:
    """Results from their journal form: [task, score, failure] each, and the facts behind them where there are any."""
    return [Result(*row) for row in rows]


def facts_of(metrics: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, float]:
    """Those metrics that are wanted and finite numbers. What is not a number says nothing: no NaN gets into a map."""
    found = {name: metrics[name] for name in wanted if name in metrics}
    return {name: float(value) for name, value in found.items() if isinstance(value, int | float) and isfinite(value)}
