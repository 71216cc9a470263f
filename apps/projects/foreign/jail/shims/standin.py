"""For names of an engine that start its own search: in evoweb nothing but the evaluator is run."""

from typing import Any

SEARCHES = "evoweb does the searching: call this only under `if __name__ == '__main__'`"


class Unused:
    """A configuration that is taken and left alone."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        self.__dict__.update(settings)


def unused(module: str, name: str) -> type[Unused]:
    """A class to stand for a name of the module. AttributeError for names of Python itself."""
    if name.startswith("__"):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    return type(name, (Unused,), {"__module__": module})


def refuse(*args: Any, **settings: Any) -> Any:
    """Whatever starts a search."""
    raise RuntimeError(SEARCHES)
