"""Runs an OpenEvolve evaluator: evaluate(program_path), or its stages, which each must reach a threshold.

Rules as in OpenEvolve's documentation: the score is combined_score, else the mean of the numeric metrics that are no
feature dimensions; a stage hands on only what reaches its threshold; later metrics replace earlier ones of that name.
"""

import asyncio
import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from evoweb_jail import strictness, surroundings, verdict

STAGES = ("evaluate_stage1", "evaluate_stage2", "evaluate_stage3")


def run(given: dict[str, Any], seed: int) -> dict[str, Any]:
    """The verdict on one program, and what it would be without tolerances."""

    def judge(evaluator: ModuleType) -> dict[str, Any]:
        surroundings.enter(seed)
        return _judge(evaluator, given)

    def strictly() -> dict[str, Any]:
        return judge(surroundings.strict_module("strict_module", given["evaluator"]))

    surroundings.enter(seed)
    evaluator = surroundings.module("evaluation_module", given["evaluator"])
    if not given["strict"]:
        return judge(evaluator)
    return strictness.compared(given["strict"], lambda: judge(evaluator), strictly)


def _judge(evaluator: ModuleType, given: dict[str, Any]) -> dict[str, Any]:
    program = surroundings.path(given["program"])
    if given["cascade"] and hasattr(evaluator, STAGES[0]):
        metrics, artifacts = _cascade(evaluator, program, given)
    else:
        metrics, artifacts = _call(evaluator, "evaluate", program)
    return judged(metrics, artifacts, given["features"])


def judged(metrics: Mapping[str, Any], artifacts: Mapping[str, Any], features: list[str]) -> dict[str, Any]:
    """The verdict that metrics stand for."""
    score = metrics["combined_score"] if "combined_score" in metrics else _mean(metrics, features)
    if score is None:
        return verdict.refused("the evaluator gave no numeric metric", [*metrics.items(), *artifacts.items()])
    return verdict.scored(score, metrics, artifacts.items())


def _cascade(evaluator: ModuleType, program: str, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    metrics: dict[str, Any] = {}
    artifacts: dict[str, Any] = {}
    for stage, threshold in zip(STAGES, (None, *given["thresholds"]), strict=False):
        if not hasattr(evaluator, stage) or (threshold is not None and not _reaches(metrics, threshold, given)):
            break
        found, told = _call(evaluator, stage, program)
        metrics.update(found)
        artifacts.update(told)
    return metrics, artifacts


def _reaches(metrics: Mapping[str, Any], threshold: float, given: dict[str, Any]) -> bool:
    score = metrics["combined_score"] if "combined_score" in metrics else _mean(metrics, given["features"])
    value = verdict.number(score)
    return value is not None and value >= threshold


def _mean(metrics: Mapping[str, Any], features: list[str]) -> float | None:
    values = [value for name, value in verdict.numbers(metrics).items() if name not in features and name != "error"]
    return sum(values) / len(values) if values else None


def _call(evaluator: ModuleType, name: str, program: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(metrics, artifacts) of one function of the evaluator."""
    function = getattr(evaluator, name, None)
    if not callable(function):
        raise AttributeError(f"the evaluator has no function {name}")
    result = function(program)
    if inspect.isawaitable(result):
        result = asyncio.run(_awaited(result))
    if isinstance(result, Mapping):
        return dict(result), {}
    metrics = getattr(result, "metrics", None)
    if not isinstance(metrics, Mapping):
        raise TypeError(f"{name} returned a {type(result).__name__}, not a dict of metrics or an EvaluationResult")
    return dict(metrics), dict(getattr(result, "artifacts", None) or {})


async def _awaited(result: Any) -> Any:
    return await result
