"""GEPA has no folder format; evoweb reads gepa_task.py, which says what gepa.optimize would be called with.

seed_candidate (texts by name, or one text), an adapter or an evaluator, and trainset and valset. Seed and data are
literals, so that they can be read without running the file; or they lie beside it as JSON; or, for data that the file
computes, valset_size and trainset_size say how many there are. docs/foreign.md
"""

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

from apps.engine.canonical import NotCanonical, encode
from apps.projects.folder import Folder, Unusable
from apps.projects.foreign.beside import beside
from apps.projects.foreign.listing import Settings
from apps.projects.foreign.recognition import Recognised
from apps.projects.foreign.search import run_table
from apps.projects.foreign.translation import Translation, about, component, is_python, sandbox
from apps.projects.foreign.yaml_reader import Setting
from apps.projects.problems import Report

TIMEOUT = 300.0
MERGES = 5  # gepa.optimize's default, where they are made
_LARGEST = 4_000_000
_MOST_EXAMPLES = 2_000
_SETS = {"trainset": "train", "valset": "validation"}
_EXAMPLES = {"trainset": ("trainset", "dataset"), "valset": ("valset",)}
REASONS = {
    "reflection_lm": "models are set up once for the installation, and chosen per run",
    "task_lm": "the adapter or the evaluator runs without a network",
    "run_dir": "every step is recorded, and a run goes on from where it was",
    "candidate_selection_strategy": "the method draws by its Pareto front",
    "frontier_type": "the method keeps its front by task",
    "module_selector": "the method changes one component after the other",
    "skip_perfect_score": "the method decides what is worth a reflection",
    "batch_sampler": "the method shuffles by epoch",
    "acceptance_criterion": "the method keeps what is strictly better on its minibatch",
    "cache_evaluation": "what was measured is recorded and not measured again",
}
SHARED = {"reflection_minibatch_size": "batch"}


class _Task:
    """gepa_task.py as far as it can be read without running it."""

    def __init__(self, file: str, text: str, report: Report) -> None:
        self.values: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self.names: set[str] = set()
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = error.lineno if isinstance(error, SyntaxError) else 1
            report.add(file, line, f"this is not valid Python: {error}", "Correct the line.")
            return
        for node in tree.body:
            self._take(node)

    def _take(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.names.add(node.name)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            self.names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    self._bind(target.id, node.value)

    def _bind(self, name: str, value: ast.expr) -> None:
        self.names.add(name)
        self.lines[name] = value.lineno
        self.values.pop(name, None)
        try:
            self.values[name] = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return


def translate(folder: Folder, found: Recognised, config: str, report: Report) -> Translation:
    """The folder in evoweb's words. config says nothing here."""
    file = found.evaluator
    task = _Task(file, _text(folder, file, report), report)
    seed = _seed(folder, file, task, report)
    paths = _paths(seed)
    if not task.names & {"adapter", "evaluator"}:
        report.add(file, 1, "there is neither an adapter nor an evaluator", _CONTRACT)
    given = {"file": file, "components": paths, "text": isinstance(task.values.get("seed_candidate"), str)}
    settings = _settings(file, task, report)
    timeout = settings.number("timeout", "[sandbox] wall_seconds")
    tasks = _tasks(folder, file, task, given, report)
    values: dict[str, Any] = {
        "components": [component(path) for path in paths.values()],
        "task": tasks,
        "sandbox": sandbox(TIMEOUT if timeout is None else timeout),
        "run": _run(settings, sum(task["split"] == "validation" for task in tasks)),
    }
    values |= about("\n\n".join(str(task.values[name]) for name in ("objective", "background") if name in task.values))
    settings.close(REASONS)
    added = {paths[name]: text.encode() for name, text in seed.items()}
    return Translation("gepa", values, beside(folder, (), report), added, sources=(file,))


_CONTRACT = (
    "gepa_task.py binds seed_candidate, an adapter (an object or a class) or an evaluator(candidate[, example]), and "
    "trainset and valset (docs/foreign.md)."
)


def _text(folder: Folder, file: str, report: Report) -> str:
    try:
        return folder.text(file, 1_000_000)
    except Unusable as refusal:
        report.add(file, refusal.line, refusal.what, refusal.remedy)
        return ""


def _seed(folder: Folder, file: str, task: _Task, report: Report) -> dict[str, str]:
    """Texts by component."""
    value = task.values.get("seed_candidate", _json(folder, "seed_candidate", report))
    if isinstance(value, str):
        return {"candidate": value}
    if isinstance(value, Mapping) and value and all(isinstance(text, str) for text in value.values()):
        return {str(name): text for name, text in value.items()}
    what = "seed_candidate is no literal" if "seed_candidate" in task.names else "there is no seed_candidate"
    remedy = 'Write it out, {"name": "text"} or one text, or put it beside as seed_candidate.json.'
    report.add(file, task.lines.get("seed_candidate", 1), what, remedy)
    return {}


def _tasks(folder: Folder, file: str, task: _Task, given: dict[str, Any], report: Report) -> list[dict[str, Any]]:
    """One for each example; one in all where there are none."""
    tasks = []
    for kind, split in _SETS.items():
        name = next((name for name in _EXAMPLES[kind] if name in task.names), kind)
        examples = _examples(folder, file, task, name, report)
        for index, example in enumerate(examples):
            shown = {"set": name, "index": index, "example": _plain(example)}
            tasks.append({"id": f"{split} {index}", "input": {**given, **shown}, "split": split})
    if tasks and all(task["split"] == "train" for task in tasks):
        report.note(file, None, "there is no valset: candidates are selected on the trainset, as GEPA does")
        for each in tasks:
            each["split"] = "validation"
    return tasks or [{"id": "evaluation", "input": {**given, "set": ""}, "split": "validation"}]


def _examples(folder: Folder, file: str, task: _Task, name: str, report: Report) -> list[Any]:
    value = task.values.get(name)
    if value is None and name not in task.names:
        value = _json(folder, name, report)
    if isinstance(value, list | tuple):
        return list(value)[:_MOST_EXAMPLES]
    size = task.values.get(f"{name}_size")
    if isinstance(size, int) and 0 < size <= _MOST_EXAMPLES:
        return [None] * size
    if name in task.names and name not in task.values:
        remedy = f"Write it out, put it beside as {name}.jsonl, or say how many there are: {name}_size = 10."
        report.add(file, task.lines.get(name, 1), f"{name} is computed, so evoweb cannot know its examples", remedy)
    return []


def _json(folder: Folder, name: str, report: Report) -> Any:
    """The content of name.json, or the lines of name.jsonl; None where there is neither."""
    for file, read in ((f"{name}.json", json.loads), (f"{name}.jsonl", _lines)):
        if not (folder.root / file).exists():
            continue
        try:
            return read(folder.text(file, _LARGEST))
        except Unusable as refusal:
            report.add(file, refusal.line, refusal.what, refusal.remedy)
        except (ValueError, RecursionError) as error:
            report.add(file, getattr(error, "lineno", None), f"this is not JSON: {error}", "Correct it.")
    return None


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _plain(example: Any) -> Any:
    """The example as JSON, for people and models; a text of it where it is none."""
    try:
        told = encode(example)
    except NotCanonical:
        return str(example)[:2000]
    return str(example)[:2000] if b'"$float"' in told else example  # a task's input holds no NaN


def _settings(file: str, task: _Task, report: Report) -> Settings:
    value = task.values.get("settings")
    if value is None and "settings" in task.names:
        report.note(file, task.lines.get("settings"), "settings are no literal, so they are not read")
    line = task.lines.get("settings", 1)
    pairs = value.items() if isinstance(value, dict) else ()
    return Settings(file, [Setting(str(name), each, line) for name, each in pairs], report)


def _run(settings: Settings, tasks: int) -> dict[str, Any]:
    run = run_table("gepa", settings, SHARED)
    if settings.flag("use_merge", False, "whether merges are made"):
        merges = settings.number("max_merge_invocations", "parameter merges of gepa")
        run["parameters"]["merges"] = MERGES if merges is None else int(merges)
    became = f"[run] candidates, {tasks} calls each"
    if (calls := settings.number("max_metric_calls", became, 1)) is not None:
        run["candidates"] = max(1, min(10_000_000, int(calls) // max(1, tasks)))
    if (seed := settings.number("seed", "[run] seed")) is not None:
        run["seed"] = int(seed)
    return run


def _paths(seed: Mapping[str, str]) -> dict[str, str]:
    """A file's name for each component; names that come to the same are numbered."""
    found: dict[str, str] = {}
    for index, name in enumerate(seed):
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("._")[:60] or "component"
        suffix = "py" if is_python(seed[name]) else "txt"
        path = f"candidate/{plain}.{suffix}"
        found[name] = path if path not in found.values() else f"candidate/{plain}_{index}.{suffix}"
    return found
