"""OpenEvolve: evaluator.py, initial_program.* and config.yaml."""

from typing import Any

from apps.projects.folder import Folder
from apps.projects.foreign.beside import beside
from apps.projects.foreign.configuration import configuration
from apps.projects.foreign.listing import Settings
from apps.projects.foreign.recognition import Recognised
from apps.projects.foreign.search import run_table
from apps.projects.foreign.translation import Translation, about, component, sandbox, single_task
from apps.projects.problems import Report

# Defaults of OpenEvolve, config.py.
TIMEOUT = 300.0
THRESHOLDS = (0.5, 0.75, 0.9)
FEATURES = ("complexity", "diversity")
LONGEST_CODE = 10_000

_MODELS = "models, their keys and their sampling are set up once for the installation, and chosen per run"
_RECORDED = "every step is recorded, and a run goes on from where it was"
REASONS = {
    "llm.": _MODELS,
    "checkpoint_interval": _RECORDED,
    "log_level": "what happens is in the log and on the run's page",
    "log_dir": "what happens is in the log and on the run's page",
    "evolution_trace.": _RECORDED,
    "prompt.": "prompts are made by the method; a project can put templates of its own in their place",
    "language": "the program's suffix tells",
    "file_suffix": "the program's suffix tells",
    "diff_based_evolution": "the method asks for diffs or for whole programs",
    "allow_full_rewrites": "the method asks for diffs or for whole programs",
    "diff_pattern": "edits are read in the search-and-replace form, and in others",
    "max_tasks_per_child": "evaluations are forks of a warm process",
    "database.db_path": _RECORDED,
    "database.in_memory": _RECORDED,
    "database.log_prompts": _RECORDED,
    "database.": "the method has no parameter of this kind",
    "evaluator.max_retries": "what fails on the sandbox's side is tried again; a candidate's own failure is data",
    "evaluator.memory_limit_mb": "declared and not implemented there; set memory_mb under [sandbox]",
    "evaluator.cpu_limit": "declared and not implemented there; set cpu_seconds under [sandbox]",
    "evaluator.distributed": "declared and not implemented there; workers run on any number of hosts",
    "evaluator.use_llm_feedback": "scores come from the evaluator alone",
    "evaluator.llm_feedback_weight": "scores come from the evaluator alone",
    "evaluator.enable_artifacts": "artifacts are always told as feedback",
    "random_seed": "without a number a run takes the seed that it is started with",
    "early_stopping_": "a run ends by its budget, or when many rounds in a row bring nothing",
    "early_stopping_patience": "a run ends by its budget, or when many rounds in a row bring nothing",
    "early_stopping_metric": "a run ends by its budget, or when many rounds in a row bring nothing",
    "convergence_threshold": "a run ends by its budget, or when many rounds in a row bring nothing",
    "target_score": "a run ends by its budget",
    "output_dir": _RECORDED,
}
SHARED = {
    "database.num_islands": "islands",
    "database.archive_size": "archive",
    "database.exploration_ratio": "explore",
    "database.exploitation_ratio": "exploit",
    "database.migration_interval": "migration_interval",
    "database.migration_rate": "migration_rate",
    "prompt.num_top_programs": "top_programs",
    "prompt.num_diverse_programs": "diverse_programs",
}


def translate(folder: Folder, found: Recognised, config: str, report: Report) -> Translation:
    """The folder in evoweb's words."""
    settings = configuration(folder, config, ("config.yaml", "config.yml"), "config*.y*ml", report)
    timeout = settings.number("evaluator.timeout", "[sandbox] wall_seconds")
    features = _features(settings)
    given = {
        "program": found.program,
        "evaluator": found.evaluator,
        "cascade": settings.flag("evaluator.cascade_evaluation", True, "cascade"),
        "thresholds": settings.numbers("evaluator.cascade_thresholds", THRESHOLDS, "thresholds of the stages"),
        "features": features,
    }
    values: dict[str, Any] = {
        "metric": "combined_score",
        "components": [component(found.program)],
        "task": single_task(given),
        "sandbox": sandbox(TIMEOUT if timeout is None else timeout),
        "run": _run(settings),
        "descriptors": _descriptors(settings, features),
    }
    values |= about(settings.text("prompt.system_message", "about, which prompts tell a model"))
    settings.close(REASONS)
    files = beside(folder, {found.program}, report)
    return Translation("openevolve", values, files, sources=(found.evaluator,))


def _run(settings: Settings) -> dict[str, Any]:
    run = run_table("openevolve", settings, SHARED)
    if (iterations := settings.number("max_iterations", "[run] candidates", 1, 10_000_000)) is not None:
        run["candidates"] = int(iterations)
    if (parallel := settings.number("evaluator.parallel_evaluations", "[run] parallel", 1, 64)) is not None:
        run["parallel"] = int(parallel)
    if (seed := settings.number("random_seed", "[run] seed")) is not None:
        run["seed"] = int(seed)
    return run


def _features(settings: Settings) -> list[str]:
    """Metrics that do not count where the score is a mean."""
    return settings.words("database.feature_dimensions", FEATURES, "left out of a mean; complexity is the axis size")


def _descriptors(settings: Settings, features: list[str]) -> list[dict[str, Any]]:
    """The length of the program is the one dimension whose limits are known beforehand."""
    most = settings.number("max_code_length", "where the axis size ends", 1)
    if "complexity" not in features:
        return []
    bins = settings.number("database.feature_bins", "cells of the axis size", 1, 1000)
    return [{"name": "size", "low": 0.0, "high": float(most or LONGEST_CODE), "cells": int(bins or 10)}]
