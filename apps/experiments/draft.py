"""An experiment file, checked as a whole: what is wrong is told at once, and nothing is imported or started before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.experiments.layers import AT_ONCE, Layer, read_layers
from apps.experiments.plan import MOST_CELLS, MOST_METHODS, Contender, Ground, Plan
from apps.projects.models import Project
from apps.projects.package import Package, PackageError, read_package
from apps.projects.problems import Report, quoted
from apps.projects.vocabulary import suggestion

BASELINES = (
    "best_of_n",
    "null_run",
)  # methods that are the baseline where the file names none, the first that is there

type Find = Callable[[str], Project | None]


@dataclass(frozen=True, slots=True)
class Site:
    """A project that the file names: one that is imported, or a folder with its package."""

    said: str
    folder: Path | None
    package: Package | None
    project: Project | None

    @property
    def key(self) -> bytes:
        """Equal for one and the same project, however it is named."""
        if self.package is not None:
            return self.package.digest
        return bytes(self.project.package_digest) if self.project else self.said.encode()


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that is fine. Its projects may still have to be imported."""

    name: str
    candidates: int
    seconds: float | None
    contenders: tuple[Contender, ...]
    seeds: tuple[int, ...]
    sites: tuple[Site, ...]
    targets: Mapping[str, float]
    baseline: str
    at_once: int

    def plan(self, projects: Sequence[Project]) -> Plan:
        """The plan; projects: those of the sites, in their order."""
        pairs = zip(self.sites, projects, strict=True)
        return Plan(
            name=self.name,
            candidates=self.candidates,
            seconds=self.seconds,
            contenders=self.contenders,
            seeds=self.seeds,
            grounds=tuple(Ground(project.pk, self.targets.get(site.said)) for site, project in pairs),
            baseline=self.baseline,
        )


def read_draft(path: Path, find: Find) -> Draft:
    """Read an experiment file. find: the imported project of a name. Raises PackageError with all that is wrong."""
    report = Report()
    layers = read_layers(path, report)
    sites = _sites(layers, find, report)
    contenders = _merged(layers)
    draft = Draft(
        name=_first(layers, "name", "the comparison's name"),
        candidates=_first(layers, "candidates", "how many candidates each run measures"),
        seconds=next((layer.seconds for layer in layers if layer.seconds is not None), None),
        contenders=contenders,
        seeds=_first(layers, "seeds", "how many seeds each method gets; 20 or more for intervals that say something"),
        sites=sites,
        targets={name: value for layer in reversed(layers) for name, value in layer.targets.items()},
        baseline=_baseline(layers, contenders),
        at_once=next((layer.at_once for layer in layers if layer.at_once is not None), int(AT_ONCE.default)),
    )
    _check(draft, layers)
    report.settle()
    return draft


def _first(layers: Sequence[Layer], key: str, means: str) -> Any:
    """What the nearest file says; it is required of one of them."""
    for layer in layers:
        if (said := getattr(layer, key)) is not None:
            return said
    layers[0].root.problem(key, f"{key} is missing", f"Add it at the top, before the first [table]: {means}.")
    return {"name": "", "candidates": 1, "seeds": (1,)}[key]


def _merged(layers: Sequence[Layer]) -> tuple[Contender, ...]:
    """Methods of all files; one with the label of an extended file's takes its place."""
    found: dict[str, Contender] = {}
    for layer in reversed(layers):
        found |= {contender.label: contender for contender, _ in layer.contenders if contender.label}
    return tuple(found.values())


def _baseline(layers: Sequence[Layer], contenders: Sequence[Contender]) -> str:
    labels = tuple(contender.label for contender in contenders)
    for layer in layers:
        if layer.baseline is None:
            continue
        if layer.baseline not in labels:
            what = f"the baseline {quoted(layer.baseline)} is none of the methods"
            layer.root.problem("baseline", what, suggestion(layer.baseline, labels))
        return layer.baseline
    return default_baseline(contenders)


def default_baseline(contenders: Iterable[Contender]) -> str:
    """Label of the method that the others are held against where nobody said: best-of-n, the null run, the first."""
    listed = list(contenders)
    for name in BASELINES:
        for contender in listed:
            if contender.method == name:
                return contender.label
    return listed[0].label if listed else ""


def _check(draft: Draft, layers: Sequence[Layer]) -> None:
    root = layers[0].root
    if not 1 <= len(draft.contenders) <= MOST_METHODS:
        what = f"{len(draft.contenders)} methods are named, where 1 to {MOST_METHODS} are taken"
        root.problem("method", what, 'Begin each with [[method]], and name = "hill_climb" below it.')
    size = len(draft.contenders) * len(draft.seeds) * len(draft.sites)
    if size > MOST_CELLS:
        root.problem("seeds", f"this takes {size:,} runs, where {MOST_CELLS:,} are the most", "Take fewer seeds.")
    named = tuple(site.said for site in draft.sites)
    for layer in layers:
        for name in layer.targets:
            if name not in named:
                what = f"the target of {quoted(name)} belongs to no project of this experiment"
                layer.root.table("targets").problem(name, what, suggestion(name, named))


def _sites(layers: Sequence[Layer], find: Find, report: Report) -> tuple[Site, ...]:
    layer = next((layer for layer in layers if layer.projects is not None), None)
    if layer is None:
        layers[0].root.problem("projects", "projects is missing", 'Add it at the top: projects = ["../a_folder"].')
        return ()
    sites = [_site(layer, said, find, report) for said in layer.projects or ()]
    for at, site in enumerate(sites):
        if any(site.key == other.key for other in sites[:at]):
            layer.root.problem("projects", f"{quoted(site.said)} is named twice", "Name each project once.")
    return tuple(sites)


def _site(layer: Layer, said: str, find: Find, report: Report) -> Site:
    folder = layer.folder / said
    if folder.is_dir():
        try:
            return Site(said, folder, read_package(folder), None)
        except PackageError as error:
            for problem in error.problems:
                report.add(f"{said}/{problem.file}", problem.line, problem.what, problem.remedy)
            return Site(said, folder, None, None)
    project = find(said)
    if project is None:
        what = f"{quoted(said)} is no folder, seen from this file, and no project is called so"
        layer.root.problem("projects", what, "Correct it; a project's name or the last part of its address will do.")
    return Site(said, None, None, project)
