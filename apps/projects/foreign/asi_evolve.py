"""ASI-Evolve: eval.sh, initial_program, input.md and config.yaml."""

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any

from apps.projects.folder import Folder, Unusable
from apps.projects.foreign.beside import beside
from apps.projects.foreign.configuration import configuration
from apps.projects.foreign.listing import Settings
from apps.projects.foreign.recognition import Recognised
from apps.projects.foreign.search import run_table
from apps.projects.foreign.translation import Translation, about, component, is_python, sandbox, single_task
from apps.projects.problems import Report

TIMEOUT = 1800.0

_MODELS = "models, their keys and their sampling are set up once for the installation, and chosen per run"
REASONS = {
    "api.": _MODELS,
    "logging.": "what happens is in the log and on the run's page",
    "wandb.": "what happens is in the log and on the run's page",
    "experiment_name": "runs have numbers",
    "pipeline.agents.": "the method decides who is asked",
    "pipeline.judge.": "scores come from the evaluator alone",
    "pipeline.max_retries.": "what fails on the sandbox's side is tried again three times",
    "pipeline.researcher.": "the method asks for diffs or for whole programs",
    "pipeline.": "the method has no parameter of this kind",
    "cognition.": "the method has no parameter of this kind",
    "database.": "the method has no parameter of this kind",
    "database.sampling.": "the method draws by UCB1; openevolve and alphaevolve are methods with islands",
    "database.sampling.island.": "the method draws by UCB1; openevolve and alphaevolve are methods with islands",
}
SHARED = {
    "pipeline.sample_n": "sample",
    "cognition.retrieval.top_k": "items",
    "database.max_size": "room",
    "database.sampling.ucb1_c": "exploration",
}


def translate(folder: Folder, found: Recognised, config: str, report: Report) -> Translation:
    """The folder in evoweb's words."""
    settings = configuration(folder, config, ("config.yaml", "config.yml"), "config*.y*ml", report)
    seconds = settings.number("pipeline.engineer_timeout", "[sandbox] wall_seconds")
    program, added = _program(folder, found.program)
    files = beside(folder, {found.program}, report)
    started = _started(str(files.get(found.evaluator, "")), files)
    values: dict[str, Any] = {
        "metric": "eval_score",
        "components": [component(program, "program")],
        "task": single_task({"program": program, "evaluator": found.evaluator, "started": started}),
        "sandbox": sandbox(TIMEOUT if seconds is None else seconds),
        "run": _run(settings),
    }
    settings.close(REASONS)
    values |= about(_input(folder, found, report))
    if (folder.root / "init_cognition.py").is_file():
        report.note("init_cognition.py", None, "what it would put into the cognition base is not read: it is a program")
    return Translation("asi_evolve", values, files, added, (found.evaluator, *started))


def _started(script: str, files: Collection[str]) -> list[str]:
    """Python files of the folder that the script names, by whatever way through the folders; they decide the score."""
    found: list[str] = []
    for word in re.findall(r"[\w./-]+\.py\b", script):
        parts = PurePosixPath(word).parts
        ends = ("/".join(parts[start:]) for start in range(len(parts)))
        found += [end for end in ends if end in files][:1]
    return list(dict.fromkeys(found))


def _program(folder: Folder, path: str) -> tuple[str, dict[str, bytes]]:
    """What the program is called here. It has no suffix there, and methods go by that; most are Python."""
    if "." in path:
        return path, {}
    try:
        text = folder.text(path, 1_000_000)
    except Unusable:
        return path, {}  # told where components are read
    return (f"{path}.py", {f"{path}.py": text.encode()}) if is_python(text) else (path, {})


def _input(folder: Folder, found: Recognised, report: Report) -> str:
    """What the task is, in words."""
    try:
        return folder.text("input.md", 256_000)
    except Unusable:
        report.note(found.evaluator, None, "there is no input.md that tells a model what the task is")
        return ""


def _run(settings: Settings) -> dict[str, Any]:
    run = run_table("asi_evolve", settings, SHARED)
    if (parallel := settings.number("pipeline.parallel.num_workers", "[run] parallel", 1, 64)) is not None:
        run["parallel"] = int(parallel)
    if (seed := settings.number("api.seed", "[run] seed")) is not None:
        run["seed"] = int(seed)
    return run
