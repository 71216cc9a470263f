"""ShinkaEvolve: evaluate.py and initial.*; run_evo.py and shinka*.yaml hold settings."""

from typing import Any

from apps.projects.folder import Folder
from apps.projects.foreign.beside import beside
from apps.projects.foreign.configuration import configuration
from apps.projects.foreign.listing import Settings
from apps.projects.foreign.recognition import Recognised
from apps.projects.foreign.search import run_table
from apps.projects.foreign.translation import Translation, about, component, sandbox, single_task
from apps.projects.problems import Report

TIMEOUT = 3600.0  # there is none unless `time` says so

_MODELS = "models, their keys and their sampling are set up once for the installation, and chosen per run"
_NOVELTY = 'say novelty = "judge" under [run.parameters]; models are set up once, with a role "novelty"'
_KIND = "the method has no parameter of this kind"
REASONS = {
    "evo_config.llm_": _MODELS,
    **{
        f"evo_config.{name}": _MODELS
        for name in ("llm_models", "llm_kwargs", "llm_dynamic_selection", "llm_dynamic_selection_kwargs")
    },
    "evo_config.llm_kwargs.": _MODELS,
    "evo_config.llm_dynamic_selection_kwargs.": _MODELS,
    "evo_config.meta_llm_models": _MODELS,
    "evo_config.meta_llm_kwargs.": _MODELS,
    "evo_config.novelty_llm_models": _NOVELTY,
    "evo_config.novelty_llm_kwargs.": _NOVELTY,
    "evo_config.embedding_model": "likeness is counted from the texts; the parameter novelty says how",
    "evo_config.language": "the program's suffix tells",
    "evo_config.init_program_path": "initial.* is what evolves",
    "evo_config.results_dir": "every step is recorded, and a run goes on from where it was",
    "evo_config.job_type": "evaluations run in the sandbox of this installation and its workers",
    "evo_config.": _KIND,
    "job_config.": "evaluations run in the sandbox of this installation and its workers",
    "db_config.db_path": "every step is recorded, and a run goes on from where it was",
    "db_config.": _KIND,
    "database.": _KIND,
    "verbose": "what happens is in the log and on the run's page",
    "variant_suffix": "runs have numbers",
    "exp_name": "runs have numbers",
}
SHARED = {
    "db_config.num_islands": "islands",
    "db_config.archive_size": "archive",
    "db_config.num_archive_inspirations": "archive_inspirations",
    "db_config.num_top_k_inspirations": "top_inspirations",
    "db_config.migration_interval": "migration_interval",
    "db_config.migration_rate": "migration_rate",
    "db_config.parent_selection_lambda": "sharpness",
    "evo_config.code_embed_sim_threshold": "novelty_threshold",
    "evo_config.max_novelty_attempts": "novelty_attempts",
    "evo_config.meta_rec_interval": "scratchpad_interval",
}
PATCHES = ("diff", "full", "cross")


def translate(folder: Folder, found: Recognised, config: str, report: Report) -> Translation:
    """The folder in evoweb's words."""
    settings = configuration(folder, config, ("shinka.yaml", "shinka_small.yaml"), "shinka*.y*ml", report)
    seconds = _seconds(settings)
    given = {"program": found.program, "evaluator": found.evaluator, "arguments": _arguments(settings)}
    values: dict[str, Any] = {
        "metric": "combined_score",
        "components": [component(found.program)],
        "task": single_task(given),
        "sandbox": sandbox(TIMEOUT if seconds is None else seconds),
        "run": _run(settings),
    }
    values |= about(settings.text("evo_config.task_sys_msg", "about, which prompts tell a model"))
    settings.close(REASONS)
    if (folder.root / "run_evo.py").is_file():
        report.note("run_evo.py", None, "settings in this file are not read: it is a program", _REMEDY)
    files = beside(folder, {found.program}, report)
    return Translation("shinka", values, files, sources=(found.evaluator,))


_REMEDY = "Say candidates, parallel and seed under [run] of an evoweb.toml, or on the command line."


def _run(settings: Settings) -> dict[str, Any]:
    run = run_table("shinka", settings, SHARED)
    run["parameters"] |= _patches(settings)
    if (generations := settings.number("evo_config.num_generations", "[run] candidates", 1, 10_000_000)) is not None:
        run["candidates"] = int(generations)
    for path in ("max_evaluation_jobs", "evo_config.max_parallel_jobs"):
        if (parallel := settings.number(path, "[run] parallel", 1, 64)) is not None:
            run["parallel"] = int(parallel)
    return run


def _patches(settings: Settings) -> dict[str, float]:
    """How often each kind of edit is asked for; nothing where there are kinds that the method does not know."""
    kinds = settings.peek("evo_config.patch_types")
    shares = settings.peek("evo_config.patch_type_probs")
    if not isinstance(kinds, list) or not isinstance(shares, list) or len(kinds) != len(shares):
        return {}
    if not set(map(str, kinds)) <= {*PATCHES} or not all(isinstance(share, int | float) for share in shares):
        return {}
    settings.took("evo_config.patch_types", "parameters diff, full and cross of shinka")
    settings.took("evo_config.patch_type_probs", "parameters diff, full and cross of shinka")
    return dict.fromkeys(PATCHES, 0.0) | {str(kind): float(share) for kind, share in zip(kinds, shares, strict=True)}


def _seconds(settings: Settings) -> float | None:
    """A limit that is written as hours, minutes and seconds."""
    parts = str(settings.peek("job_config.time") or "").split(":")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return settings.number("job_config.time", "[sandbox] wall_seconds", 1)
    seconds = 0.0
    for part in parts:
        seconds = 60 * seconds + int(part)
    settings.took("job_config.time", f"[sandbox] wall_seconds = {seconds:g}")
    return seconds


def _arguments(settings: Settings) -> list[str]:
    """Words that evaluate.py is given beside its two."""
    words: list[str] = []
    for name, value in settings.beneath("job_config.extra_cmd_args").items():
        words += [f"--{name}", *([] if value is True else [str(value)])]
        settings.took(f"job_config.extra_cmd_args.{name}", "a word of evaluate.py")
    return words
