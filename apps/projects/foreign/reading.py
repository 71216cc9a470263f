"""Reads a folder of another engine as if it had an evoweb.toml; what a short one of its own says wins."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from apps.projects.evaluator_files import Content
from apps.projects.folder import Folder, Unusable, clean_path, one_line
from apps.projects.foreign import asi_evolve, gepa, openevolve, shinka
from apps.projects.foreign.harness import harness
from apps.projects.foreign.recognition import Recognised, evaluator_of, recognise
from apps.projects.foreign.tolerances import note_tolerances
from apps.projects.foreign.translation import ENTRY, READER, Translation
from apps.projects.problems import Report
from apps.projects.toml_reader import Document, Table
from apps.projects.vocabulary import STYLES

type Translate = Callable[[Folder, Recognised, str, Report], Translation]

TRANSLATE: Mapping[str, Translate] = {
    "openevolve": openevolve.translate,
    "shinka": shinka.translate,
    "gepa": gepa.translate,
    "asi_evolve": asi_evolve.translate,
}
NAMES = ("", *TRANSLATE)


def read_foreign(folder: Folder, document: Document, called: str, report: Report) -> Translation | None:
    """The translation of the folder, laid under the document; None where evoweb.toml describes a project itself.

    called is what the folder is called where it came from; empty: as on this disk.
    """
    if "components" in document.root:
        return None
    found = recognise(folder)
    table = document.without("foreign")
    strict = bool(table.flag("strict", True))
    found, config = _named(table, found, report)
    if found is None:
        return None
    translation = TRANSLATE[found.style](folder, found, config, report)
    _preload_numpy(translation.values["sandbox"]["preload"], document)
    document.lay_over({"name": _name(called or folder.root.name), **_contract(found.style), **translation.values})
    _look_for_room(translation, strict, document, report)
    return translation


def evaluator_files(translation: Translation) -> dict[str, Content]:
    """What runs beside a candidate: the folder's own files, and what calls them."""
    return {**translation.files, **harness(translation.style)}


def _contract(style: str) -> dict[str, Any]:
    return {"entry": ENTRY.format(style=style), "evaluator": {"file": READER.partition(":")[0], "function": "read"}}


def _look_for_room(translation: Translation, strict: bool, document: Document, report: Report) -> None:
    """Note what a candidate can exploit, and have candidates judged strictly too unless the folder does not want it.

    A task's "strict" is how many seconds that may take each time: it must not cost a candidate its time limit.
    """
    found = [
        note_tolerances(source, str(translation.files.get(source, "")), strict, report)
        for source in translation.sources
    ]
    wall = document.root.values()["sandbox"].get("wall_seconds") if strict and any(found) else 0
    for task in translation.values["task"]:
        task["input"]["strict"] = round(wall / 4, 3) if isinstance(wall, int | float) else 0


def _preload_numpy(preload: list[str], document: Document) -> None:
    """numpy takes longer to import than most evaluations take; it is imported once where the project has it."""
    sandbox = document.root.values().get("sandbox", {})
    packages = sandbox.get("packages", []) if isinstance(sandbox, dict) else []
    if isinstance(packages, list) and any(str(package).startswith("numpy==") for package in packages):
        preload.append("numpy")


def _named(table: Table, found: Recognised | None, report: Report) -> tuple[Recognised | None, str]:
    """What [foreign] says of style, program, evaluator and config, and the files where it says nothing."""
    style = table.word("style", NAMES, found.style if found else "")
    usual = found if found and found.style == style else None
    program = _path(table, "program", usual.program if usual else "", report)
    evaluator = _path(table, "evaluator", usual.evaluator if usual else evaluator_of(style) if style else "", report)
    config = _path(table, "config", "", report)
    table.close()
    if style and (program or style == "gepa"):
        return Recognised(style, evaluator, program), config
    if style or program or evaluator:
        table.problem("style", "[foreign] names no style with a program", f"Known styles: {', '.join(STYLES)}.")
    return None, ""


def _path(table: Table, key: str, default: str, report: Report) -> str:
    if key not in table:
        return default
    try:
        return clean_path(table.text(key, longest=300))
    except Unusable as refusal:
        table.problem(key, refusal.what, refusal.remedy)
        return default


def _name(raw: str) -> str:
    """A project's name out of that of a folder or an archive."""
    stem = Path(raw).name.removesuffix(".zip").strip()
    return stem[:100] if stem and one_line(stem) else "Project"
