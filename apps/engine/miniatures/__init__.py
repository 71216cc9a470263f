"""Small public benchmarks, one per file: what a claim comes to on a small machine, whichever way it turns out.

A miniature runs methods through the engine itself: generator, effects, population and statistics are those of a real
run; in the place of sandbox and database stands the world in memory of the tests. A file that is put here is found.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from apps.engine.miniatures.protocol import Cell, Figures, Miniature

_HELPERS = ("protocol",)


@cache
def names() -> tuple[str, ...]:
    """Names of all miniatures, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if module.name not in _HELPERS))


def module(name: str) -> ModuleType:
    """The miniature's module. Raises LookupError naming the known ones."""
    if name not in names():
        raise LookupError(f"unknown miniature {name!r}; known: {', '.join(names())}")
    return import_module(f"{__name__}.{name}")


def get(name: str) -> Miniature:
    """A miniature. Raises LookupError naming the known ones."""
    found: Miniature = module(name).MINIATURE
    return found


def claim(name: str) -> str:
    """First paragraph of the miniature's docstring."""
    return (module(name).__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")


def run_cell(name: str, cell: Cell) -> Figures:
    """Run one cell; a function of plain values, so that a process of its own can be asked for it."""
    return get(name).run(cell)
