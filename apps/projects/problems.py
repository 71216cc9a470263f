"""What is wrong with a project folder: each problem names its place and remedy, and all are told at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

MOST = 100  # beyond this a list of problems helps nobody


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right, or, as a note, to know. file is relative to the project folder, line counts from 1."""

    file: str
    line: int | None
    what: str
    remedy: str = ""
    level: Literal["error", "note"] = "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.what}. {self.remedy}".rstrip()


class PackageError(Exception):
    """The folder cannot be used; str() is one problem a line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class Report:
    """Collects problems, up to MOST, and notes."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    @property
    def full(self) -> bool:
        return len(self.problems) >= MOST

    def add(self, file: str, line: int | None, what: str, remedy: str = "") -> None:
        if not self.full:
            self.problems.append(Problem(file, line, what, remedy))

    def note(self, file: str, line: int | None, what: str, remedy: str = "") -> None:
        """What is worth knowing and keeps nothing from going on."""
        if len(self.notes) < MOST:
            self.notes.append(Problem(file, line, what, remedy, "note"))

    def settle(self) -> None:
        """Raises PackageError if there is any problem."""
        if self.problems:
            raise PackageError(self.problems)


def quoted(value: object) -> str:
    """The value as one short line that no control character can break."""
    text = json.dumps(str(value), ensure_ascii=False)
    return text if len(text) <= 80 else f'{text[:76]}…"'
