"""The methods that there are, as docs/methods.md shows them: read from the registry, so that none is missing."""

import inspect
from pathlib import Path

from apps.engine import registry
from apps.engine.evidence import Evidence

FILE = Path(__file__).parents[2] / "docs" / "methods.md"
HEAD = """# Methods

Each is one file in `apps/engine/methods/`; what is said here stands at its head. This page is written by
`manage.py list_methods --write`. How to add one: [a method in one file](guide/researcher.md#a-method-in-one-file).
"""


def page() -> str:
    """The text of docs/methods.md."""
    return "\n".join([HEAD, *(_section(name) for name in registry.names())])


def _section(name: str) -> str:
    said = inspect.cleandoc(registry.module(name).__doc__ or "").strip()
    settings = [f"| `{key}` | `{value!r}` |" for key, value in registry.get(name).parameters.items()]
    table = "\n".join(["\n| parameter | default |", "|---|---|", *settings, ""]) if settings else ""
    return f"## {name}\n\n{said}\n{_shown(name)}{table}"


def _shown(name: str) -> str:
    """How far the claim is shown here; "" for a method that says nothing of it."""
    evidence = registry.shown(name)
    if evidence == Evidence():
        return ""
    return "\n".join(["\nShown here:\n", *(f"- {step}: {by}" for step, by in evidence.steps), ""])
