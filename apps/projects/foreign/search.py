"""The [run] table of another engine's folder: the method of that name, and the parameters that both have."""

from collections.abc import Mapping
from typing import Any

from apps.engine import registry
from apps.projects.foreign.listing import Settings


def run_table(method: str, settings: Settings, shared: Mapping[str, str]) -> dict[str, Any]:
    """method and parameters. shared maps an engine's setting to what the method of that engine calls it."""
    defaults = registry.get(method).parameters
    parameters: dict[str, Any] = {}
    for path, name in shared.items():
        value = _like(defaults[name], path, f"parameter {name} of {method}", settings)
        if value is not None:
            parameters[name] = value
    return {"method": method, "parameters": parameters}


def _like(default: Any, path: str, became: str, settings: Settings) -> Any:
    """The setting as a value of the parameter's type; None where it is of another."""
    if isinstance(default, bool):
        return settings.flag(path, default, became)
    if isinstance(default, int | float):
        value = settings.number(path, became)
        return None if value is None else type(default)(value)
    if isinstance(default, str):
        return settings.text(path, became) or None
    return None
