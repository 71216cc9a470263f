"""A project folder, read and checked in one go: everything that an import stores, and nothing that it does not."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from apps.engine.axes import Axes
from apps.engine.canonical import digest, encode
from apps.projects.components import PackagedComponent, check_entry, check_total, read_components
from apps.projects.evaluator_files import Content, read_evaluator
from apps.projects.folder import Folder, Unusable
from apps.projects.manifest import FILE, Manifest, read_manifest
from apps.projects.problems import PackageError, Problem, Report
from apps.projects.settings import Settings
from apps.projects.tasklist import PackagedTask, read_tasks

LARGEST_MANIFEST = 64_000

__all__ = ["Package", "PackageError", "Problem", "read_package"]


@dataclass(frozen=True, slots=True)
class Package:
    """The content of a project folder. repeatable is what evoweb.toml declares, None where it is to be found out."""

    name: str
    metric: str
    direction: str
    entry: str
    components: tuple[PackagedComponent, ...]
    evaluator: Mapping[str, Content]
    evaluator_entry: str
    repeatable: bool | None
    weak_seed: bool
    tasks: tuple[PackagedTask, ...]
    settings: Settings
    axes: Axes = field(default_factory=Axes)

    @property
    def files(self) -> dict[str, bytes]:
        """The seed's files by path."""
        return {component.path: component.content for component in self.components}

    @property
    def digest(self) -> bytes:
        """SHA-256 over everything but the axes: two folders with equal digests are the same project.

        Axes may change at any time, because they change no score (services/axes.py).
        """
        plain = asdict(self)
        del plain["axes"]
        for component in plain["components"]:
            component["content"] = digest(component["content"]).hex()
        for task in plain["tasks"]:
            task["input"], task["expected"] = task["input"].decode(), task["expected"].decode()
        return digest(encode(plain))

    def of(self, *splits: str) -> list[PackagedTask]:
        """Tasks of the splits, in order."""
        return [task for task in self.tasks if task.split in splits]


def read_package(folder: Path, methods: tuple[str, ...] | None = None) -> Package:
    """Read a project folder. Raises PackageError with everything that is wrong with it.

    methods are the known ones; None asks the engine's registry.
    """
    report = Report()
    files = Folder(folder)
    manifest = read_manifest(_manifest_text(files, report), report, methods)
    components = read_components(files, manifest.components, _hidden(manifest), report)
    check_total(components, manifest.settings.limits["file_mb"], report)
    check_entry(components, manifest.components, manifest.entry, report)
    evaluator = read_evaluator(files, manifest, report)
    tasks = read_tasks(files, manifest, report)
    report.settle()
    return Package(
        name=manifest.name,
        metric=manifest.metric,
        direction=manifest.direction,
        entry=str(manifest.entry),
        components=components,
        evaluator=evaluator,
        evaluator_entry=str(manifest.evaluator),
        repeatable=manifest.repeatable,
        weak_seed=manifest.weak_seed,
        tasks=tasks,
        settings=manifest.settings,
        axes=manifest.axes,
    )


def _manifest_text(files: Folder, report: Report) -> str:
    if wrong := _no_project(files.root):
        report.add(str(files.root), None, wrong, f"Name the folder that holds {FILE} (docs/projects.md).")
    report.settle()
    try:
        return files.text(FILE, LARGEST_MANIFEST)
    except Unusable as refusal:
        report.add(FILE, refusal.line, refusal.what, refusal.remedy)
    report.settle()
    raise AssertionError("settle raises here")


def _no_project(root: Path) -> str:
    """Why this is no project folder, looked at from outside; empty when it may be one."""
    try:
        if not root.is_dir():
            return "this is a file, not a folder" if root.exists() else "there is no such folder"
        return "" if FILE in os.listdir(root) else f"there is no {FILE} in this folder"
    except OSError as error:
        return f"the folder cannot be read: {error.strerror}"


def _hidden(manifest: Manifest) -> list[str]:
    """Files of the folder that candidates must not see."""
    tasks = [manifest.tasks_file.path] if manifest.tasks_file else []
    return [FILE, manifest.evaluator.file, *(helper.path for helper in manifest.helpers), *tasks]
