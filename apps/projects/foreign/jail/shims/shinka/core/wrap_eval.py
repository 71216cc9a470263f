"""Runs a program's function some times, has the results validated and aggregated, and writes two JSON files.

Written from ShinkaEvolve's documented interface. Early stopping and parallel runs are accepted and not used: all runs
are made, one after the other.
"""

import importlib.util
import inspect
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean, pstdev
from typing import Any

Metrics = dict[str, Any]


def load_program(program_path: str) -> Any:
    """The program as a module."""
    spec = importlib.util.spec_from_file_location("program", program_path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{program_path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def save_json_results(results_dir: str, metrics: Metrics, correct: bool, error: str | None = None) -> None:
    """Write metrics.json and correct.json."""
    os.makedirs(results_dir, exist_ok=True)
    for name, value in (("correct", {"correct": bool(correct), "error": error}), ("metrics", metrics)):
        with open(os.path.join(results_dir, f"{name}.json"), "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2, default=_plain)


@dataclass
class _Runs:
    """What the runs came to."""

    results: list[Any] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    valid: int = 0
    invalid: int = 0

    def judge(self, verdict: Any) -> None:
        good, why = verdict if isinstance(verdict, tuple) else (verdict, None)
        self.valid += bool(good)
        self.invalid += not good
        if not good and str(why or "invalid") not in self.errors:
            self.errors.append(str(why or "invalid"))


def run_shinka_eval(  # noqa: PLR0913 the documented signature
    program_path: str,
    results_dir: str,
    experiment_fn_name: str,
    num_runs: int,
    get_experiment_kwargs: Callable[[int], Metrics] | None = None,
    aggregate_metrics_fn: Callable[..., Metrics] | None = None,
    validate_fn: Callable[[Any], Any] | None = None,
    plotting_fn: Callable[..., Any] | None = None,
    default_metrics_on_error: Metrics | None = None,
    **unused: Any,
) -> tuple[Metrics, bool, str | None]:
    """(metrics, correct, error), which are written to results_dir as well."""
    runs = _Runs()
    try:
        function = getattr(load_program(program_path), experiment_fn_name)
        for index in range(num_runs):
            arguments = get_experiment_kwargs(index) if get_experiment_kwargs else {"seed": index + 1}
            started = time.perf_counter()
            runs.results.append(function(**arguments))
            runs.seconds.append(time.perf_counter() - started)
            if validate_fn:
                runs.judge(validate_fn(runs.results[-1]))
        metrics = _aggregate(aggregate_metrics_fn, runs, results_dir) | _timing(runs)
        correct, error = not runs.errors, f"Validation failed: {runs.errors[0]}" if runs.errors else None
    except Exception as problem:  # noqa: BLE001 whatever a program raises is its result
        metrics = {"combined_score": 0.0, **(default_metrics_on_error or {})}
        correct, error = False, f"{type(problem).__name__}: {problem}"
    metrics.pop("extra_data", None)
    save_json_results(results_dir, metrics, correct, error)
    return metrics, correct, error


def _aggregate(function: Callable[..., Metrics] | None, runs: _Runs, results_dir: str) -> Metrics:
    if function is None:
        return {"num_successful_runs": len(runs.results)}
    takes = len(inspect.signature(function).parameters)
    return dict(function(runs.results, results_dir) if takes > 1 else function(runs.results))


def _timing(runs: _Runs) -> Metrics:
    counted = {"num_valid_runs": runs.valid, "num_invalid_runs": runs.invalid, "all_validation_errors": runs.errors}
    mean = fmean(runs.seconds) if runs.seconds else 0.0
    spread = pstdev(runs.seconds) if runs.seconds else 0.0
    return {"execution_time_mean": mean, "execution_time_std": spread, **(counted if runs.valid + runs.invalid else {})}


def _plain(value: Any) -> Any:
    """Numbers and arrays of numpy as JSON."""
    listed = getattr(value, "tolist", None)
    return listed() if callable(listed) else str(value)
