"""Settings of another engine's folder: which were taken over, and a list of all that were not, so that none is lost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from apps.projects.foreign.yaml_reader import Setting
from apps.projects.problems import Report, quoted

UNKNOWN = "not known to evoweb, so nothing was done with it"


class Settings:
    """The settings of one file. Whoever takes one says what became of it; close() lists the rest."""

    def __init__(self, file: str, settings: Sequence[Setting], report: Report) -> None:
        self.file = file
        self._settings = {setting.path: setting for setting in settings}
        self._report = report
        self._taken: dict[str, str] = {}

    def number(self, path: str, became: str, least: float = 0, most: float = 1e12) -> float | None:
        """A number between its bounds, above which the nearest is taken; None where there is none."""
        setting = self._settings.get(path)
        if setting is None or isinstance(setting.value, bool) or not isinstance(setting.value, int | float):
            return None
        value = min(max(setting.value, least), most)
        self._taken[path] = f"{became} = {value:g}"
        return value

    def flag(self, path: str, default: bool, became: str) -> bool:
        """True or false."""
        setting = self._settings.get(path)
        if setting is None or not isinstance(setting.value, bool):
            return default
        self._taken[path] = f"{became} = {str(setting.value).lower()}"
        return setting.value

    def text(self, path: str, became: str) -> str:
        """A text; empty where there is none."""
        setting = self._settings.get(path)
        if setting is None or not isinstance(setting.value, str):
            return ""
        self._taken[path] = became
        return setting.value

    def numbers(self, path: str, default: Sequence[float], became: str) -> list[float]:
        """A list of numbers."""
        setting = self._settings.get(path)
        value = setting.value if setting else None
        if not isinstance(value, list) or not all(isinstance(item, int | float) for item in value):
            return list(default)
        self._taken[path] = f"{became} = {value}"
        return [float(item) for item in value]

    def words(self, path: str, default: Sequence[str], became: str) -> list[str]:
        """A list of texts."""
        setting = self._settings.get(path)
        value = setting.value if setting else None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return list(default)
        self._taken[path] = became
        return list(value)

    def peek(self, path: str) -> Any:
        """A value that is looked at and not taken."""
        setting = self._settings.get(path)
        return setting.value if setting else None

    def beneath(self, path: str) -> dict[str, Any]:
        """All values below a path, by the rest of their paths."""
        inner = f"{path}."
        return {name.removeprefix(inner): each.value for name, each in self._settings.items() if name.startswith(inner)}

    def took(self, path: str, became: str) -> None:
        """Say what became of a setting that was looked at."""
        if path in self._settings:
            self._taken[path] = became

    def close(self, reasons: Mapping[str, str]) -> None:
        """List what was taken over and, by reason, what was not. reasons are by path, or by a beginning with a dot."""
        if self._taken:
            told = "; ".join(f"{path} → {became}" for path, became in self._taken.items())
            self._report.note(self.file, None, f"taken over: {told}")
        listed: dict[str, list[Setting]] = defaultdict(list)
        for path, setting in self._settings.items():
            if path not in self._taken:
                listed[_reason(path, reasons)].append(setting)
        for reason, settings in listed.items():
            names = ", ".join(f"{_name(setting.path)} (line {setting.line})" for setting in settings)
            self._report.note(self.file, settings[0].line, f"no counterpart: {names}: {reason}")


def _name(path: str) -> str:
    return path if path.replace(".", "_").isidentifier() else quoted(path)


def _reason(path: str, reasons: Mapping[str, str]) -> str:
    """The reason of the longest beginning that is known."""
    for known in sorted(reasons, key=len, reverse=True):
        if path == known or (known.endswith(".") and path.startswith(known)):
            return reasons[known]
    return UNKNOWN
