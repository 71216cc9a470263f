"""evoweb.toml, read: what a project folder says about itself. Its reference is docs/projects.md."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.engine import registry
from apps.engine.axes import Axes
from apps.engine.effects import ROLES
from apps.engine.prompting.templates import PLACEHOLDERS
from apps.projects.axes import read_axes
from apps.projects.folder import Unusable, clean_path
from apps.projects.problems import quoted
from apps.projects.rubric import RubricTable, check_beside, read_table
from apps.projects.settings import Settings
from apps.projects.toml_reader import Document, Table
from apps.projects.vocabulary import (
    AA_SHARE,
    ACTIONS,
    CANDIDATES,
    CONSEQUENCES,
    DIRECTIONS,
    EDITS,
    EFFORTS,
    EVALUATOR_LIMITS,
    KINDS,
    LATER_MODES,
    LIMITS,
    MAX_TOKENS,
    MODES,
    PARALLEL,
    SECONDS,
    SEED,
    Bound,
    suggestion,
)

FILE = "evoweb.toml"
LONGEST_ABOUT = 20_000  # characters

_PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_OWN_VARIABLES = re.compile(r"PATH|HOME|TMPDIR|LD_.*|PYTHON.*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that the manifest names, and the line where it does. edit is "" where the manifest leaves it open."""

    path: str
    line: int | None
    kind: str = ""
    edit: str = ""
    folder: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function that evoweb calls: file, name, and the line of the manifest that names it."""

    file: str
    name: str
    line: int | None

    def __str__(self) -> str:
        return f"{self.file}:{self.name}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of evoweb.toml. tasks are inline ones with their lines, tasks_file is None where none is named.

    prompts are the files of the project's own texts for prompts, by the name of the text that each takes the place of.
    """

    name: str
    metric: str
    direction: str
    entry: Function
    components: tuple[Entry, ...]
    evaluator: Function
    helpers: tuple[Entry, ...]
    repeatable: bool | None
    weak_seed: bool
    about: str
    tasks: tuple[tuple[dict[str, Any], int | None], ...]
    tasks_file: Entry | None
    axes: Axes
    prompts: tuple[tuple[str, Entry], ...]
    rubric: RubricTable | None
    settings: Settings


def read_manifest(document: Document, methods: tuple[str, ...] | None = None) -> Manifest:
    """The manifest in a document. Problems go to its report.

    methods are the known ones; None asks the registry.
    """
    root = document.root
    evaluator = root.table("evaluator")
    tasks = root.table("tasks")
    metric = root.text("metric", "score")
    manifest = Manifest(
        name=root.text("name"),
        metric=metric,
        direction=root.word("direction", DIRECTIONS, "maximise"),
        entry=_entry(root),
        components=_components(root),
        evaluator=_function(evaluator, _path(evaluator, "file", "evaluator.py"), "score"),
        helpers=tuple(_entry_of(evaluator, "helpers", path) for path in evaluator.texts("helpers")),
        repeatable=evaluator.flag("repeatable", None),
        weak_seed=bool(evaluator.flag("weak_seed", False)),
        about=root.prose("about", LONGEST_ABOUT),
        tasks=tuple((task.values(), task.line("id")) for task in root.tables("task")),
        tasks_file=_entry_of(tasks, "file", tasks.text("file")) if "tasks" in root else None,
        axes=read_axes(root, metric),
        prompts=_prompts(root.table("prompts")),
        rubric=read_table(root),
        settings=_settings(root, evaluator, methods),
    )
    check_beside(root, manifest.rubric, manifest.settings.worker.get("role", ""))
    for table in (root, evaluator, tasks):
        table.close()
    return manifest


def _settings(root: Table, evaluator: Table, methods: tuple[str, ...] | None) -> Settings:
    sandbox, run = root.table("sandbox"), root.table("run")
    method = run.word("method", registry.names() if methods is None else methods, "hill_climb")
    settings = Settings(
        limits=_numbers(sandbox, LIMITS),
        evaluator_limits=_numbers(evaluator, EVALUATOR_LIMITS),
        packages=_packages(sandbox),
        preload=_modules(sandbox),
        variables=_variables(sandbox.table("variables")),
        method=method,
        parameters=_parameters(run.table("parameters"), method),
        budget=_budget(run),
        mode=_mode(run),
        parallel=run.number("parallel", PARALLEL),
        seed=run.number("seed", SEED),
        contracts=_contracts(run.table("contracts")),
        worker=_worker(root),
    )
    sandbox.close()
    run.close()
    return settings


def _contracts(table: Table) -> dict[str, Any]:
    """Only what is said: the rest is decided where a run is driven."""
    told: dict[str, Any] = {word: table.word(word, ACTIONS, ACTIONS[0]) for word in CONSEQUENCES}
    told["aa_share"] = table.number("aa_share", AA_SHARE)
    table.close()
    return {name: value for name, value in told.items() if name in table}


def _worker(root: Table) -> dict[str, Any]:
    """Who answers what candidates ask, where [model] says that somebody does."""
    if "model" not in root:
        return {}
    table = root.table("model")
    found = {
        "role": table.word("role", ROLES, "worker"),
        "max_tokens": table.number("max_tokens", MAX_TOKENS),
        "effort": table.word("effort", EFFORTS, ""),
    }
    table.close()
    return found


def _entry(root: Table) -> Function:
    raw = root.text("entry", "main.py:run", longest=300)
    file, colon, name = raw.rpartition(":")
    if not colon or not name.isidentifier() or not file.endswith(".py"):
        root.problem("entry", f"entry is {quoted(raw)}", 'Name a Python file and a function, such as "main.py:run".')
        return Function("", "", None)
    return Function(_clean(root, "entry", file), name, root.line("entry"))


def _function(table: Table, file: str, default: str) -> Function:
    name = table.text("function", default)
    if not name.isidentifier():
        table.problem("function", f"{quoted(name)} is no name of a function", f'Write something like "{default}".')
    if file and not file.endswith(".py"):
        table.problem("file", f"{quoted(file)} is no Python file", "Write the evaluator in Python, in a .py file.")
    return Function(file, name, table.line("file"))


def _components(root: Table) -> tuple[Entry, ...]:
    tables = root.tables("components")
    if not tables:
        root.problem("components", "no component is named", 'Add [[components]] with path = "main.py" below it.')
    return tuple(_component(table) for table in tables)


def _component(table: Table) -> Entry:
    raw = table.text("path", longest=300)
    entry = Entry(
        path=_clean(table, "path", raw) if raw else "",
        line=table.line("path"),
        kind=table.word("kind", KINDS, "program"),
        edit=table.word("edit", EDITS, "whole") if "edit" in table else "",
        folder=raw.endswith("/"),
    )
    table.close()
    return entry


def _prompts(table: Table) -> tuple[tuple[str, Entry], ...]:
    for name in (found := table.values()):
        if name not in PLACEHOLDERS:
            table.problem(name, f"no prompt is called {quoted(name)}", suggestion(name, tuple(PLACEHOLDERS)))
    return tuple((name, _entry_of(table, name, table.text(name, longest=300))) for name in found)


def _path(table: Table, key: str, default: str) -> str:
    raw = table.text(key, default, longest=300)
    return _clean(table, key, raw) if raw else ""


def _entry_of(table: Table, key: str, raw: str) -> Entry:
    return Entry(_clean(table, key, raw) if raw else "", table.line(key))


def _clean(table: Table, key: str, raw: str) -> str:
    try:
        return clean_path(raw)
    except Unusable as refusal:
        table.problem(key, refusal.what, refusal.remedy)
        return ""


def _numbers(table: Table, bounds: Mapping[str, Bound]) -> dict[str, Any]:
    return {name: table.number(name, bound) for name, bound in bounds.items()}


def _packages(sandbox: Table) -> tuple[str, ...]:
    named = sandbox.texts("packages")
    for text in named:
        if not _PINNED.fullmatch(text):
            sandbox.problem("packages", f"the package {quoted(text)} is not pinned", 'Write it as "numpy==2.4.6".')
    return tuple(named)


def _modules(sandbox: Table) -> tuple[str, ...]:
    names = sandbox.texts("preload")
    for name in names:
        if not all(part.isidentifier() for part in name.split(".")):
            sandbox.problem("preload", f"{quoted(name)} is no name of a module", 'Write names as in import, "numpy".')
    return tuple(names)


def _variables(table: Table) -> dict[str, str]:
    values = table.values()
    for name, value in values.items():
        if not name.isascii() or not name.isidentifier() or _OWN_VARIABLES.fullmatch(name):
            table.problem(name, f"the variable {quoted(name)} may not be set", "Choose another name.")
        if not isinstance(value, str) or "\x00" in value:
            table.problem(name, f"the variable {quoted(name)} is {quoted(value)}", "Write its value as text in quotes.")
    return values


def _parameters(table: Table, method: str) -> dict[str, Any]:
    values = table.values()
    if not values or method not in registry.names():
        return values
    try:
        registry.get(method).settings(values)
    except ValueError as error:
        named = next((name for name in values if repr(name) in str(error)), "")
        table.problem(named, str(error), "Remove it, or take one of those.")
    return values


def _budget(run: Table) -> dict[str, float]:
    budget = {"candidates": run.number("candidates", CANDIDATES)}
    if "seconds" in run:
        budget["seconds"] = run.number("seconds", SECONDS)
    return budget


def _mode(run: Table) -> str:
    mode = run.text("mode", MODES[0])
    if mode in LATER_MODES:
        run.problem("mode", f'the mode "{mode}" is not available yet', f"Available: {', '.join(MODES)}.")
    elif mode and mode not in MODES:
        run.problem("mode", f"unknown mode {quoted(mode)}", suggestion(mode, MODES))
    return mode
