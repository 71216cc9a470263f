"""Experiment files as they are written: one file, and those that it extends, each read by itself.

Every problem goes to the report with the file and the line where it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from apps.engine import registry
from apps.experiments.plan import MOST_PROJECTS, MOST_SEEDS, Contender
from apps.projects.problems import Report, quoted
from apps.projects.toml_reader import Document, Table
from apps.projects.vocabulary import CANDIDATES, SECONDS, Bound, suggestion

LARGEST = 64_000
LONGEST_LABEL = 64
AT_ONCE = Bound(2, 1, 64)
KEYS = ("name", "candidates", "seconds", "seeds", "runs_at_once", "baseline", "projects", "targets", "method")


@dataclass(frozen=True, slots=True)
class Layer:
    """What one file says; None where it says nothing. folder: that its paths start from."""

    root: Table
    folder: Path
    name: str | None
    candidates: int | None
    seconds: float | None
    seeds: tuple[int, ...] | None
    at_once: int | None
    baseline: str | None
    projects: tuple[str, ...] | None
    targets: Mapping[str, float]
    contenders: tuple[tuple[Contender, Table], ...]


def read_layers(path: Path, report: Report) -> list[Layer]:
    """The file, the one that it extends, and so on. Raises PackageError for what cannot be read at all."""
    layers: list[Layer] = []
    seen: list[Path] = []
    place = Place(path.resolve(), path.name)
    while True:
        seen.append(place.path)
        root = Document(place.shown, _text(place, report), report).root
        further = _further(root, place)
        layers.append(_layer(root, place.path.parent))
        if further is None:
            return layers
        if further.path in seen:
            chain = " extends ".join(quoted(each.name) for each in (*seen[seen.index(further.path) :], further.path))
            root.problem("extends", f"the files go round in a circle: {chain}", "Take one of these lines out.")
            return layers
        place = further


@dataclass(frozen=True, slots=True)
class Place:
    """A file, how problems call it, and the table that names it; None for the one that the command was given."""

    path: Path
    shown: str
    named: Table | None = None

    def problem(self, report: Report, what: str, remedy: str) -> None:
        """Where it is named, if it is."""
        if self.named is None:
            report.add(self.shown, None, what, remedy)
        else:
            self.named.problem("extends", f"{quoted(self.shown)}: {what}", remedy)


def _further(root: Table, place: Place) -> Place | None:
    said = root.text("extends", "", longest=300)
    return Place((place.path.parent / said).resolve(), said, root) if said else None


def _text(place: Place, report: Report) -> str:
    remedy = "Name an experiment file (docs/guide/experiments.md)."
    try:
        data = place.path.read_bytes()[: LARGEST + 1] if place.path.is_file() else None
    except OSError as error:
        place.problem(report, f"it cannot be read: {error.strerror}", remedy)
        data = b""
    if data is None:
        found = place.path.exists()
        place.problem(report, "this is no file" if found else "there is no such file", remedy)
    elif len(data) > LARGEST:
        place.problem(report, f"the file has more than {LARGEST:,} bytes", "Shorten it.")
    report.settle()
    try:
        return (data or b"").decode("utf-8-sig")  # some editors begin a file with a mark that TOML does not know
    except UnicodeDecodeError:
        place.problem(report, "the file is not UTF-8 text", "Save it as UTF-8.")
    report.settle()
    raise AssertionError("settle raises here")


def _layer(root: Table, folder: Path) -> Layer:
    for key in KEYS:
        root.raw(key, "")  # known, also where it is left out
    layer = Layer(
        root=root,
        folder=folder,
        name=root.text("name") if "name" in root else None,
        candidates=root.number("candidates", CANDIDATES) if "candidates" in root else None,
        seconds=root.number("seconds", SECONDS) if "seconds" in root else None,
        seeds=_seeds(root) if "seeds" in root else None,
        at_once=root.number("runs_at_once", AT_ONCE) if "runs_at_once" in root else None,
        baseline=root.text("baseline") if "baseline" in root else None,
        projects=_projects(root) if "projects" in root else None,
        targets=_targets(root.table("targets")),
        contenders=contenders_of(root),
    )
    root.close()
    return layer


def _seeds(root: Table) -> tuple[int, ...]:
    said = root.raw("seeds", None)
    if type(said) is int and 1 <= said <= MOST_SEEDS:
        return tuple(range(1, said + 1))
    if isinstance(said, list) and 1 <= len(said) <= MOST_SEEDS and all(type(seed) is int for seed in said):
        if len(set(said)) < len(said):
            root.problem("seeds", "seeds names one of them more than once", "Name each seed once.")
        if not all(-(2**63) <= seed < 2**63 for seed in said):
            root.problem("seeds", "seeds holds a number that does not fit into 64 bits", "Take smaller numbers.")
        return tuple(dict.fromkeys(said))
    remedy = f"Write how many (1 to {MOST_SEEDS:,}; they are 1, 2, 3 and so on), or a list of whole numbers."
    root.problem("seeds", f"seeds is {quoted(said)}", remedy)
    return (1,)


def _projects(root: Table) -> tuple[str, ...]:
    said = root.texts("projects")
    if not 1 <= len(said) <= MOST_PROJECTS:
        remedy = "Write a list of folders, seen from this file, or of names of projects."
        root.problem("projects", f"projects names {len(said)}, where 1 to {MOST_PROJECTS} are taken", remedy)
    return tuple(said[:MOST_PROJECTS])


def _targets(table: Table) -> dict[str, float]:
    targets: dict[str, float] = {}
    for name, value in table.values().items():
        if type(value) in (int, float) and isfinite(value):
            targets[name] = float(value)
        else:
            table.problem(name, f"the target of {quoted(name)} is {quoted(value)}", "Write a number.")
    return targets


def contenders_of(root: Table) -> tuple[tuple[Contender, Table], ...]:
    """The methods of a document: its [[method]] tables."""
    found = []
    for table in root.tables("method"):
        found.append((_contender(table), table))
        table.close()
    labels = [contender.label for contender, _ in found]
    for at, (contender, table) in enumerate(found):
        if contender.label and contender.label in labels[:at]:
            what = f"two methods are called {quoted(contender.label)}"
            table.problem("label", what, 'Tell them apart: label = "another name".')
    return tuple(found)


def _contender(table: Table) -> Contender:
    name = table.text("name")
    label = table.text("label", name, longest=LONGEST_LABEL)
    parameters = table.table("parameters")
    values = parameters.values()
    known = registry.names()
    if name in known:
        check_parameters(name, parameters)
    elif name:
        table.problem("name", f"unknown method {quoted(name)}", suggestion(name, known))
    return Contender(label, name, values)


def check_parameters(method: str, table: Table) -> None:
    """Whether the method takes the parameters in the table. What is wrong goes to its report."""
    values = table.values()
    try:
        registry.get(method).settings(values)
    except ValueError as error:
        named = next((each for each in values if repr(each) in str(error)), "")
        table.problem(named, str(error), "Remove it, or take one of those.")
