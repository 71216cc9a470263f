"""Runs a GEPA task on one example: its adapter with a batch of one, or its evaluator as optimize_anything calls it.

An adapter's objective scores become metrics, and the feedback is what its reflective dataset says of the example.
"""

import inspect
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from evoweb_jail import strictness, surroundings, verdict

_NAME = "gepa_task"


def run(given: dict[str, Any], seed: int) -> dict[str, Any]:
    """The verdict on one candidate and one example, and what it would be without tolerances."""

    def judge(task: ModuleType) -> dict[str, Any]:
        surroundings.enter(seed)
        return _judge(task, given)

    def strictly() -> dict[str, Any]:
        return judge(surroundings.strict_module(f"strict_{_NAME}", given["file"]))

    surroundings.enter(seed)
    task = surroundings.module(_NAME, given["file"])
    if not given["strict"]:
        return judge(task)
    return strictness.compared(given["strict"], lambda: judge(task), strictly)


def _judge(task: ModuleType, given: dict[str, Any]) -> dict[str, Any]:
    texts = {name: surroundings.text(path) for name, path in given["components"].items()}
    example = _example(task, given)
    if hasattr(task, "adapter"):
        return _by_adapter(_made(task), texts, example)
    candidate = next(iter(texts.values())) if given["text"] else texts
    return _by_evaluator(task.evaluator, candidate, example if given["set"] else _NONE)


_NONE = object()


def _example(task: ModuleType, given: dict[str, Any]) -> Any:
    """The example itself where the file holds it, else what was read of it."""
    if not given["set"]:
        return None
    held = getattr(task, given["set"], None)
    return held[given["index"]] if held is not None else given["example"]


def _made(task: Any) -> Any:
    """The adapter; a class is made into one, once for all examples."""
    if inspect.isclass(task.adapter):
        task.adapter = task.adapter()
    return task.adapter


def _by_adapter(adapter: Any, candidate: dict[str, str], example: Any) -> dict[str, Any]:
    batch = adapter.evaluate([example], candidate, capture_traces=True)
    if len(batch.scores) != 1:
        raise ValueError(f"the adapter gave {len(batch.scores)} scores for 1 example")
    objectives = getattr(batch, "objective_scores", None) or [{}]
    return verdict.scored(batch.scores[0], dict(objectives[0]), _reflection(adapter, candidate, batch))


def _reflection(adapter: Any, candidate: dict[str, str], batch: Any) -> list[tuple[str, Any]]:
    """What the adapter would show a model that reflects; an adapter that cannot tell has scored all the same."""
    told: list[tuple[str, Any]] = []
    try:
        dataset = adapter.make_reflective_dataset(candidate, batch, list(candidate))
        for name, records in dataset.items():
            told += [(name, _record(record)) for record in list(records)[:3]]
    except Exception as problem:  # noqa: BLE001 the score stands; why there is no feedback is told in its place
        return [("no reflective dataset", f"{type(problem).__name__}: {problem}")]
    texts = [text for _, text in told]
    return told if len(set(texts)) > 1 else told[:1]


def _record(record: Any) -> str:
    if not isinstance(record, Mapping):
        return str(record)
    return "; ".join(f"{name}: {value}" for name, value in record.items())


def _by_evaluator(function: Callable[..., Any], candidate: Any, example: Any) -> dict[str, Any]:
    logged = _log()
    result = function(candidate, *_second(function, example))
    score, told = result if isinstance(result, tuple) and len(result) == 2 else (result, {})
    side = dict(told) if isinstance(told, Mapping) else {"info": told}
    objectives = side.pop("scores", {})
    metrics = dict(objectives) if isinstance(objectives, Mapping) else {}
    said = [("log", "\n".join(logged))] if logged else []
    return verdict.scored(score, metrics | verdict.numbers(side), [*verdict.told_otherwise(side), *said])


def _second(function: Callable[..., Any], example: Any) -> tuple[Any, ...]:
    """The example, for an evaluator that takes one."""
    if example is _NONE:
        return ()
    kinds = [each.kind for each in inspect.signature(function).parameters.values()]
    positional = sum(
        kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for kind in kinds
    )
    return (example,) if positional > 1 or inspect.Parameter.VAR_POSITIONAL in kinds else ()


def _log() -> list[str]:
    """Where oa.log writes to, emptied for this example."""
    try:
        from gepa import optimize_anything
    except ImportError:
        return []
    lines: list[str] = getattr(optimize_anything, "LOGGED", [])
    lines.clear()
    return lines
