"""A project folder, read and checked in one go: everything that an import stores, and nothing that it does not."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from apps.engine.axes import Axes
from apps.engine.canonical import digest, encode
from apps.engine.prompting.templates import checked
from apps.projects.components import PackagedComponent, check_entry, check_room, check_total, read_components
from apps.projects.evaluator_files import Content, as_bytes, read_evaluator
from apps.projects.folder import Folder, Unusable
from apps.projects.foreign.harness import is_own
from apps.projects.foreign.reading import evaluator_files, read_foreign
from apps.projects.foreign.recognition import nearly
from apps.projects.foreign.translation import Translation
from apps.projects.manifest import FILE, Manifest, read_manifest
from apps.projects.problems import PackageError, Problem, Report
from apps.projects.rubric import column, read_labels, read_text
from apps.projects.settings import Settings
from apps.projects.tasklist import PackagedTask, read_tasks
from apps.projects.toml_reader import Document

LARGEST_MANIFEST = 64_000
LARGEST_TEMPLATE = 100_000

__all__ = ["NOTHING", "Package", "PackageError", "Problem", "Told", "read_package"]


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
    about: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[Mapping[str, str], ...] = ()
    style: str = "evoweb"
    judged_by: str = ""  # another engine's evaluator as its folder calls it
    notes: tuple[Problem, ...] = ()

    @property
    def forgeable(self) -> bool:
        """Whether a candidate runs in one sandbox with its evaluator, and so could write its own score."""
        return self.style != "evoweb"

    @property
    def beside(self) -> dict[str, bytes]:
        """What runs in one sandbox with a candidate, by path."""
        return as_bytes(self.evaluator) if self.forgeable else {}

    @property
    def programs(self) -> dict[str, str]:
        """The folder's own texts in a candidate's sandbox, by path."""
        own = {path: content.decode() for path, content in self.files.items()}
        beside = self.evaluator.items() if self.forgeable else ()
        return {**own, **{path: text for path, text in beside if isinstance(text, str) and is_own(path)}}

    @property
    def files(self) -> dict[str, bytes]:
        """The seed's files by path."""
        return {component.path: component.content for component in self.components}

    @property
    def digest(self) -> bytes:
        """SHA-256 over all that decides scores: two folders with equal digests are the same project.

        Axes, labels and what prompts say may change at any time: they change no score (services: axes, wording).
        What later versions of evoweb added is left out where it says nothing, so that a project stays what it was.
        """
        plain = asdict(self)
        del plain["axes"], plain["notes"], plain["judged_by"]
        del plain["about"], plain["templates"], plain["labels"]
        if not self.forgeable:
            del plain["style"]
        for name in ("seed", "worker", "rubric", "contracts"):
            if not getattr(self.settings, name):
                del plain["settings"][name]
        for component in plain["components"]:
            component["content"] = digest(component["content"]).hex()
        for task in plain["tasks"]:
            task["input"], task["expected"] = task["input"].decode(), task["expected"].decode()
        return digest(encode(plain))

    def of(self, *splits: str) -> list[PackagedTask]:
        """Tasks of the splits, in order."""
        return [task for task in self.tasks if task.split in splits]


@dataclass(frozen=True, slots=True)
class Told:
    """What is said beside a folder: more packages, and what it is called where it came from."""

    packages: tuple[str, ...] = ()
    called: str = ""


NOTHING = Told()


def read_package(folder: Path, methods: tuple[str, ...] | None = None, told: Told = NOTHING) -> Package:
    """Read a project folder, of evoweb or of another engine. Raises PackageError with everything that is wrong with it.

    methods are the known ones; None asks the engine's registry.
    """
    report = Report()
    files = Folder(folder)
    document = _document(files, told.packages, report)
    foreign = read_foreign(files, document, told.called, report)
    _refuse_unknown(files, foreign, report)
    manifest = read_manifest(document, methods)
    if foreign:
        files = Folder(folder, foreign.added)
    components = read_components(files, manifest.components, _hidden(manifest, foreign), report)
    check_total(components, manifest.settings.limits["file_mb"], report)
    evaluator: dict[str, Content] = {}
    if foreign and manifest.rubric:
        what = "a rubric takes the place of an evaluator of evoweb, and this folder's evaluator is another engine's"
        report.add(FILE, manifest.rubric.file.line, what, "Remove [rubric].")
    if foreign:
        evaluator = evaluator_files(foreign)
        check_room(components, as_bytes(evaluator), manifest.settings.limits["file_mb"], report)
    else:
        check_entry(components, manifest.components, manifest.entry, report)
        evaluator = {} if manifest.rubric else read_evaluator(files, manifest, report)
    tasks = read_tasks(files, manifest, report)
    templates = _read_templates(files, manifest, report)
    settings, labels = _read_rubric(files, manifest, tasks, report)
    report.settle()
    return Package(
        name=manifest.name,
        metric=manifest.metric,
        direction=manifest.direction,
        entry=str(manifest.entry),
        components=components,
        evaluator=evaluator,
        evaluator_entry="" if manifest.rubric else str(manifest.evaluator),
        repeatable=manifest.repeatable,
        weak_seed=manifest.weak_seed,
        tasks=tasks,
        settings=settings,
        axes=manifest.axes,
        about=manifest.about,
        templates=templates,
        labels=labels,
        style=foreign.style if foreign else "evoweb",
        judged_by=foreign.sources[0] if foreign else "",
        notes=tuple(report.notes),
    )


def _document(files: Folder, packages: Sequence[str], report: Report) -> Document:
    """evoweb.toml, empty where there is none, with further packages."""
    if wrong := _no_folder(files.root):
        report.add(str(files.root), None, wrong, _REMEDY)
    report.settle()
    text = ""
    if FILE in os.listdir(files.root):
        try:
            text = files.text(FILE, LARGEST_MANIFEST)
        except Unusable as refusal:
            report.add(FILE, refusal.line, refusal.what, refusal.remedy)
    report.settle()
    document = Document(FILE, text, report)
    if packages:
        document.add_texts(("sandbox", "packages"), packages)
    return document


_REMEDY = f"Name the folder that holds {FILE} (docs/projects.md), or one of another engine (docs/foreign.md)."


def _refuse_unknown(files: Folder, foreign: Translation | None, report: Report) -> None:
    """A folder that is neither a project nor another engine's."""
    names = os.listdir(files.root)
    if FILE in names or foreign:
        return
    missing = nearly(names)
    remedy = f"{_REMEDY} Seen as one of those, {missing}." if missing else _REMEDY
    report.add(str(files.root), None, f"there is no {FILE} in this folder", remedy)
    report.settle()


def _no_folder(root: Path) -> str:
    """Why this is no folder that can be read; empty when it is one."""
    try:
        if not root.is_dir():
            return "this is a file, not a folder" if root.exists() else "there is no such folder"
        os.listdir(root)
    except OSError as error:
        return f"the folder cannot be read: {error.strerror}"
    return ""


def _hidden(manifest: Manifest, foreign: Translation | None) -> list[str]:
    """Files of the folder that candidates must not be."""
    if foreign:
        return [FILE, *foreign.files]
    tasks = [manifest.tasks_file.path] if manifest.tasks_file else []
    prompts = [entry.path for _, entry in manifest.prompts]
    if manifest.rubric:
        return [FILE, *manifest.rubric.files, *tasks, *prompts]
    return [FILE, manifest.evaluator.file, *(helper.path for helper in manifest.helpers), *tasks, *prompts]


def _read_rubric(
    files: Folder, manifest: Manifest, tasks: Sequence[PackagedTask], report: Report
) -> tuple[Settings, tuple[Mapping[str, str], ...]]:
    """The settings with the rubric in them, and people's labels."""
    table = manifest.rubric
    if table is None:
        return manifest.settings, ()
    settings = replace(manifest.settings, rubric=column(table, read_text(files, table, FILE, report)))
    return settings, read_labels(files, table, FILE, {task.key: task.split for task in tasks}, report)


def _read_templates(files: Folder, manifest: Manifest, report: Report) -> dict[str, str]:
    """The project's own texts for prompts by name."""
    texts: dict[str, str] = {}
    for name, entry in manifest.prompts:
        if not entry.path:
            continue
        try:
            texts[name] = files.text(entry.path, LARGEST_TEMPLATE)
            checked(name, texts[name])
        except Unusable as refusal:
            place = (FILE, entry.line) if refusal.line is None else (entry.path, refusal.line)
            report.add(*place, refusal.what, refusal.remedy)
        except ValueError as error:
            report.add(entry.path, None, str(error), "Mend the text.")
    return texts
