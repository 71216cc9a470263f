"""What another engine's folder comes to in evoweb's words."""

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.projects.evaluator_files import Content
from apps.projects.manifest import LONGEST_ABOUT

ENTRY = "evoweb_jail/run_{style}.py:run"
READER = "evoweb_jail/read.py:read"


@dataclass(frozen=True, slots=True)
class Translation:
    """values are as in an evoweb.toml; files are the evaluator's and all it may read, by path.

    added are components that stand in no file of their own. sources are the files that decide a score, to be looked at.
    """

    style: str
    values: Mapping[str, Any]
    files: Mapping[str, Content]
    added: Mapping[str, bytes] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


def component(path: str, kind: str = "") -> dict[str, Any]:
    """A table of [[components]]: prompts are texts, everything else is a program."""
    found = kind or ("prompt" if path.endswith((".txt", ".md", ".jinja2")) else "program")
    return {"path": path, "kind": found}


def is_python(text: str) -> bool:
    """Whether a text without a telling suffix is a Python program: it can be parsed, and it binds something."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Assign | ast.Import) for node in tree.body)


def single_task(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The one task of an engine that knows none: how its evaluator is called."""
    return [{"id": "evaluation", "input": dict(given)}]


def about(text: str) -> dict[str, str]:
    """What the project is about, as far as a manifest holds it."""
    return {"about": text[:LONGEST_ABOUT]} if text.strip() else {}


# What evaluators and what runs them import anyway: once, in the warm parent.
PRELOADED = (
    *("asyncio", "dataclasses", "importlib.util", "inspect", "json"),
    *("ast", "subprocess", "tempfile", "threading"),
)


def sandbox(seconds: float, memory_mb: int = 2048) -> dict[str, Any]:
    """[sandbox] for an evaluator and its candidate together; their engines set a time and nothing else."""
    wall = min(max(seconds, 0.01), 86_400.0)
    return {
        "wall_seconds": wall,
        "cpu_seconds": min(4 * wall, 86_400.0),
        "memory_mb": memory_mb,
        "processes": 64,
        "file_mb": 64,
        "open_files": 256,
        "output_kb": 256,
        "preload": list(PRELOADED),
    }
