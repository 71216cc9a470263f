"""The texts of what runs an evaluator inside the sandbox, as they are stored with a project."""

from functools import cache
from pathlib import Path

_PLACE = "evoweb_jail/"
_JAIL = Path(__file__).parent / "jail"
_COMMON = ("__init__.py", "surroundings.py", "verdict.py", "strictness.py", "read.py")
_SHIMS = {"openevolve": ("openevolve",), "shinka": ("standin.py", "shinka"), "gepa": ("standin.py", "gepa")}


def is_own(path: str) -> bool:
    """Whether a file is the folder's own, not one of these."""
    return not path.startswith(_PLACE)


@cache
def harness(style: str) -> dict[str, str]:
    """Texts by path, all below evoweb_jail/."""
    files = [_JAIL / name for name in (*_COMMON, f"run_{style}.py")]
    for name in _SHIMS.get(style, ()):
        place = _JAIL / "shims" / name
        files += [place] if place.is_file() else sorted(place.rglob("*.py"))
    return {f"{_PLACE}{file.relative_to(_JAIL).as_posix()}": file.read_text() for file in files}
