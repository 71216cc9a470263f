"""The axes that evoweb.toml names: `[[descriptors]]` lay out a map, `[[objectives]]` are wanted beside the score."""

from math import inf, isfinite

from apps.engine.axes import Axes, Descriptor, Objective
from apps.projects.problems import Report, quoted
from apps.projects.toml_reader import Document, Table
from apps.projects.vocabulary import CELLS, DIRECTIONS


def read_axes(root: Table, metric: str) -> Axes:
    """The axes in a document's root. Problems go to its report; none are left where the map would be too large.

    metric is what the project calls its score, which is an objective always.
    """
    descriptors, objectives = root.tables("descriptors"), root.tables("objectives")
    laid_out = _each_once([(table, _descriptor(table)) for table in descriptors])
    wanted = _each_once([(table, _objective(table, metric)) for table in objectives])
    try:
        return Axes(laid_out, wanted)
    except ValueError as error:
        descriptors[-1].problem("cells", str(error), "Take fewer cells or fewer descriptors.")
        return Axes()


def axes_in(file: str, text: str, metric: str) -> Axes:
    """The axes in an evoweb.toml, or in a file of nothing else; other keys say nothing here. Raises PackageError."""
    report = Report()
    axes = read_axes(Document(file, text, report).root, metric)
    report.settle()
    return axes


def _descriptor(table: Table) -> Descriptor | None:
    name, low, high = table.text("name"), table.real("low"), table.real("high")
    cells = table.number("cells", CELLS)
    table.close()
    if not (name and isfinite(low) and isfinite(high)):
        return None
    if 0 < high - low < inf:
        return Descriptor(name, low, high, cells)
    table.problem("high", f"low is {low:g} and high is {high:g}", "Write a low below the high, a finite way apart.")
    return None


def _objective(table: Table, metric: str) -> Objective | None:
    name = table.text("name")
    direction = table.word("direction", DIRECTIONS, "maximise")
    table.close()
    if name and name == metric:
        table.problem("name", f"{quoted(name)} is the score, which is an objective always", "Remove this table.")
        return None
    return Objective(name, direction == "maximise") if name else None


def _each_once[Axis: (Descriptor, Objective)](read: list[tuple[Table, Axis | None]]) -> tuple[Axis, ...]:
    found: dict[str, Axis] = {}
    for table, axis in read:
        if axis is None:
            continue
        if axis.name in found:
            table.problem("name", f"{quoted(axis.name)} is named twice", "Remove one of the two tables.")
        found.setdefault(axis.name, axis)
    return tuple(found.values())
