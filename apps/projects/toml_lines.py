"""On which line each key of a TOML document stands; tomllib does not tell.

The document is cut into statements by the parser itself: lines are added until tomllib accepts them on their own. So
multi-line strings, arrays, quoted and dotted keys are never parsed by anything but tomllib.
"""

import tomllib
from collections.abc import Iterator
from typing import Any

type Path = tuple[str | int, ...]


def locate(text: str) -> dict[Path, int]:
    """Line (from 1) of every key and table of a valid document, by path: ("components", 0, "kind")."""
    lines: dict[Path, int] = {}
    latest: dict[Path, int] = {}  # index of the newest table of each array of tables
    table: Path = ()
    for number, statement in _statements(text):
        parsed = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _enter(parsed, latest)
            lines.setdefault(table, number)
        else:
            for path in _paths(parsed, table):
                lines.setdefault(path, number)
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Line of the path, or of the nearest thing around it that is written down."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    start, pending = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        pending += f"{line}\n"
        if _stands_alone(pending):
            yield start, pending
            start, pending = number + 1, ""


def _stands_alone(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _enter(header: dict[str, Any], latest: dict[Path, int]) -> Path:
    """Path of the table that a header opens."""
    path: Path = ()
    inner: Any = header
    while inner:
        name, inner = next(iter(inner.items()))
        path = (*path, name)
        if isinstance(inner, list):
            latest[path] = latest.get(path, -1) + 1
            inner = inner[0]
        if path in latest:
            path = (*path, latest[path])
    return path


def _paths(value: Any, path: Path) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
