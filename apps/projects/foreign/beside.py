"""The files of a folder that its evaluator may import or read, taken along as they are."""

from collections.abc import Collection

from apps.projects.evaluator_files import LARGEST_TOTAL, Content, as_bytes, content
from apps.projects.folder import MOST_FILES, Folder, Unusable
from apps.projects.problems import Report

# Folders in which these engines put what they found.
_RESULTS = (
    *("openevolve_output", "checkpoints", "results", "steps"),
    *("wandb", "outputs", "cognition_data", "database_data"),
)


def beside(folder: Folder, taken: Collection[str], report: Report) -> dict[str, Content]:
    """Content of every file that is no component, by path. What cannot come along is noted."""
    found: dict[str, Content] = {}
    left: list[str] = []
    room = LARGEST_TOTAL
    for path in _files(folder):
        if path in taken:
            continue
        try:
            kept = content(folder, path)
        except Unusable:
            left.append(path)
            continue
        size = len(as_bytes({path: kept})[path])
        if size > room or len(found) >= MOST_FILES:
            left.append(path)
            continue
        found[path] = kept
        room -= size
    if left:
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        remedy = f"It is given {MOST_FILES} files with {LARGEST_TOTAL:,} bytes together; links and giants are left out."
        report.note(left[0], None, f"the evaluator will not find {', '.join(left[:5])}{more}", remedy)
    return found


def _files(folder: Folder) -> list[str]:
    found = (path.relative_to(folder.root) for path in folder.root.rglob("*") if path.is_file() or path.is_symlink())
    kept = [path for path in found if not _litter(path.name) and not any(map(_passing, path.parts[:-1]))]
    return sorted(path.as_posix() for path in kept)


def _litter(part: str) -> bool:
    return part.startswith(".") or part == "__pycache__"


def _passing(part: str) -> bool:
    """Whether a folder holds what earlier searches left."""
    return _litter(part) or part.startswith(_RESULTS)
