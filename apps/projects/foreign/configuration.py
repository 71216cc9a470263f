"""Finds and reads the YAML file that goes with another engine's folder."""

from collections.abc import Sequence

from apps.projects.folder import Folder, Unusable
from apps.projects.foreign.listing import Settings
from apps.projects.foreign.yaml_reader import LARGEST, read_settings
from apps.projects.problems import Report


def configuration(folder: Folder, named: str, usual: Sequence[str], pattern: str, report: Report) -> Settings:
    """The settings of the file that is named, else of the usual one, else of the first that looks like one."""
    found = sorted(path.name for path in folder.root.glob(pattern) if path.is_file())
    file = named or next((name for name in usual if name in found), found[0] if found else "")
    others = [name for name in found if name != file]
    if file and others:
        report.note(others[0], None, f"not read: {', '.join(others)}; {file} is", _REMEDY)
    if not file:
        return Settings("", (), report)
    try:
        return Settings(file, read_settings(file, folder.text(file, LARGEST), report), report)
    except Unusable as refusal:
        report.add(file, refusal.line, refusal.what, refusal.remedy)
        return Settings(file, (), report)


_REMEDY = (
    "Name another as config under [foreign] of an evoweb.toml; a later phase is a run that begins with a candidate of "
    "the one before (--from-candidate)."
)
