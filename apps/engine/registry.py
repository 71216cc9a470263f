"""Finds every method: a module in methods/ with a RECIPE is a method, its name is the file's name.

A module may say with `SHOWN = Evidence(...)` how far its claim is shown here.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from apps.engine import methods
from apps.engine.evidence import Evidence
from apps.engine.recipe import Recipe


@cache
def names() -> tuple[str, ...]:
    """Names of all methods, sorted."""
    return tuple(sorted(module.name for module in iter_modules(methods.__path__)))


def module(name: str) -> ModuleType:
    """The method's module. Raises LookupError naming the known methods."""
    if name not in names():
        raise LookupError(f"unknown method {name!r}; known methods: {', '.join(names())}")
    return import_module(f"{methods.__name__}.{name}")


def get(name: str) -> Recipe:
    """The method's recipe. Raises LookupError naming the known methods."""
    recipe: Recipe = module(name).RECIPE
    return recipe


def claim(name: str) -> str:
    """First paragraph of the method's docstring."""
    return (module(name).__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")


def shown(name: str) -> Evidence:
    """How far the method's claim is shown here; of what says nothing, that nothing is."""
    found: Evidence = getattr(module(name), "SHOWN", Evidence())
    return found
