"""Reads the components of a project folder and checks that each can be what evoweb.toml says it is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from apps.engine.variation.regions import RegionError, regions
from apps.projects.folder import MOST_FILES, Folder, Unusable, clean_path
from apps.projects.manifest import FILE, Entry, Function
from apps.projects.problems import Report, quoted
from apps.projects.python_source import check_function

LARGEST_EDITABLE = 1_000_000
LARGEST_PROTECTED = 8_000_000
LARGEST_TOTAL = 16_000_000
MARKER = "EVOLVE-BLOCK-START"


@dataclass(frozen=True, slots=True)
class PackagedComponent:
    """One file of the seed."""

    path: str
    kind: str
    edit: str
    content: bytes


def read_components(
    folder: Folder, entries: Sequence[Entry], reserved: Collection[str], report: Report
) -> tuple[PackagedComponent, ...]:
    """The components that can be read; problems go to report. reserved are files that candidates must never see."""
    hidden = {folder.real(path) for path in reserved if path}
    found: dict[str, PackagedComponent] = {}
    lines: dict[str, int | None] = {}
    for entry in _expanded(folder, entries, report):
        if entry.path in found:
            first = lines[entry.path]
            report.add(FILE, entry.line, f"{quoted(entry.path)} is a component already (line {first})", "Name it once.")
        elif folder.real(entry.path) in hidden:
            report.add(FILE, entry.line, f"{quoted(entry.path)} must stay hidden from candidates", "Remove it here.")
        elif component := _read(folder, entry, report):
            found[entry.path], lines[entry.path] = component, entry.line
    if found and not any(component.edit != "protected" for component in found.values()):
        report.add(FILE, entries[0].line, "every component is protected", 'Let one be edited: edit = "whole".')
    return tuple(found.values())


def check_entry(
    components: Sequence[PackagedComponent], named: Sequence[Entry], entry: Function, report: Report
) -> None:
    """The entry function must be in a component. named are all that the manifest names, readable or not."""
    files = {component.path: component for component in components}
    unread = not named or any(not one.path or (not one.folder and one.path not in files) for one in named)
    if not entry.file or (entry.file not in files and unread):
        return  # the fault is told already
    if entry.file not in files:
        report.add(
            FILE,
            entry.line,
            f"the entry's file {quoted(entry.file)} is no component",
            f'Add [[components]] with path = "{entry.file}", or name one of: {", ".join(files) or "none yet"}.',
        )
        return
    text = files[entry.file].content.decode()
    check_function(entry, text, "a candidate is called as run(input) or run(input, seed)", report)


def _expanded(folder: Folder, entries: Sequence[Entry], report: Report) -> Iterator[Entry]:
    """The entries, with each folder replaced by the files in it."""
    for entry in entries:
        if not entry.path:
            continue
        if not entry.folder:
            yield entry
            continue
        try:
            for path in folder.beneath(entry.path):
                yield replace(entry, path=clean_path(path), folder=False)
        except Unusable as refusal:
            report.add(FILE, entry.line, refusal.what, refusal.remedy)


def _read(folder: Folder, entry: Entry, report: Report) -> PackagedComponent | None:
    try:
        text = folder.text(entry.path, LARGEST_PROTECTED if entry.edit == "protected" else LARGEST_EDITABLE)
    except Unusable as refusal:
        place = (FILE, entry.line) if refusal.line is None else (entry.path, refusal.line)
        report.add(*place, refusal.what, refusal.remedy)
        return None
    edit = entry.edit or ("regions" if MARKER in text else "whole")
    if edit == "regions":
        _check_regions(entry.path, text, report)
    return PackagedComponent(entry.path, entry.kind, edit, text.encode())


def _check_regions(path: str, text: str, report: Report) -> None:
    try:
        if not regions(text):
            report.add(
                path,
                1,
                "no region may be edited",
                'Put comments with EVOLVE-BLOCK-START and EVOLVE-BLOCK-END around one, or use edit = "whole".',
            )
    except RegionError as error:
        remedy = "Every EVOLVE-BLOCK-START needs its own EVOLVE-BLOCK-END below it, never inside another."
        report.add(path, error.line, error.message, remedy)


def check_room(
    components: Collection[PackagedComponent], beside: Mapping[str, bytes], file_mb: int, report: Report
) -> None:
    """Components and the evaluator that runs beside them must fit into one scratch space."""
    total = sum(len(component.content) for component in components) + sum(map(len, beside.values()))
    if total > file_mb << 20:
        what = f"candidate and evaluator have {total:,} bytes together"
        report.add(FILE, None, what, f"Raise file_mb under [sandbox], which is {file_mb}, or leave data out.")


def check_total(components: Collection[PackagedComponent], file_mb: int, report: Report) -> None:
    """All components together must fit into a candidate's scratch space."""
    total = sum(len(component.content) for component in components)
    allowed = min(LARGEST_TOTAL, file_mb * 1_000_000)
    if total > allowed or len(components) > MOST_FILES:
        report.add(
            FILE,
            None,
            f"there are {len(components)} components with {total:,} bytes",
            f"Each evaluation copies them: have at most {MOST_FILES} with {allowed:,} bytes (file_mb under [sandbox]).",
        )
