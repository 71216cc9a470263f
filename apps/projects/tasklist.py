"""Reads tasks: one JSON object a line of the tasks file, or [[task]] tables of evoweb.toml."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from apps.engine.canonical import NotCanonical, encode
from apps.engine.effects import SPLITS
from apps.projects.folder import Folder, Unusable, one_line
from apps.projects.manifest import FILE, Entry, Manifest
from apps.projects.problems import Report, quoted
from apps.projects.vocabulary import suggestion

LARGEST_FILE = 64_000_000
LARGEST_LINE = 2_000_000
KEYS = ("id", "input", "expected", "split", "origin", "difficulty")
EXAMPLE = '{"id": "one", "input": 1, "expected": 2}'

_UNREADABLE = b'{"$float":'  # how the canonical form writes NaN and infinity


@dataclass(frozen=True, slots=True)
class PackagedTask:
    """One task; input and expected as canonical JSON bytes."""

    key: str
    split: str
    input: bytes
    expected: bytes
    origin: str = ""
    difficulty: float | None = None


@dataclass(slots=True)
class _Reading:
    """Tasks read so far, where each key stood, and where we are."""

    report: Report
    tasks: list[PackagedTask] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    file: str = FILE
    line: int | None = None

    def problem(self, what: str, remedy: str) -> None:
        self.report.add(self.file, self.line, what, remedy)

    def add(self, values: Mapping[str, Any]) -> None:
        """Take the task that values describe, or report what is wrong with it."""
        for name in values.keys() - set(KEYS):
            self.problem(f"unknown key {quoted(name)}", suggestion(name, KEYS))
        key = self._key(values.get("id"))
        if "input" not in values:
            self.problem("the task has no input", f"Write it as {EXAMPLE}; null is an input too.")
        task = PackagedTask(
            key=key,
            split=self._split(values.get("split", "validation")),
            input=self._canonical(values, "input"),
            expected=self._canonical(values, "expected"),
            origin=self._origin(values.get("origin", "")),
            difficulty=self._difficulty(values.get("difficulty")),
        )
        self.tasks.append(task)

    def _key(self, value: object) -> str:
        key = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not key.strip() or len(key) > 100 or not one_line(key):
            self.problem(f"the task's id is {quoted(value)}", "Give it an id of 1 to 100 characters on one line.")
        elif key in self.places:
            self.problem(f"the id {quoted(key)} is used already, at {self.places[key]}", "Give each task its own id.")
        self.places.setdefault(key, f"{self.file}:{self.line}")
        return key

    def _split(self, value: object) -> str:
        if isinstance(value, str) and value in SPLITS:
            return value
        self.problem(f"unknown split {quoted(value)}", suggestion(str(value), SPLITS))
        return "validation"

    def _canonical(self, values: Mapping[str, Any], name: str) -> bytes:
        try:
            data = encode(values.get(name))
        except NotCanonical as error:
            self.problem(f"{name} is no JSON: {error}", "Use numbers, texts, true, false, null, lists and objects.")
            return b"null"
        if _UNREADABLE in data:
            self.problem(f"{name} holds NaN or an infinite number", "Use null or a text in its place.")
        return data

    def _origin(self, value: object) -> str:
        if isinstance(value, str) and len(value) <= 200 and one_line(value):
            return value
        self.problem(f"origin is {quoted(value)}", "Say in at most 200 characters where the task comes from.")
        return ""

    def _difficulty(self, value: object) -> float | None:
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        self.problem(f"difficulty is {quoted(value)}", "Write a number from 0 (easy) to 1 (hard), or leave it out.")
        return None


def read_tasks(folder: Folder, manifest: Manifest, report: Report) -> tuple[PackagedTask, ...]:
    """All tasks, inline ones first; problems go to report."""
    faults, reading = len(report.problems), _Reading(report)
    for values, reading.line in manifest.tasks:
        reading.add(values)
    if manifest.tasks_file and manifest.tasks_file.path:
        _read_file(folder, manifest.tasks_file, reading)
    if len(report.problems) == faults:
        _check_splits(reading.tasks, manifest.tasks_file, report)
    return tuple(reading.tasks)


def _read_file(folder: Folder, entry: Entry, reading: _Reading) -> None:
    try:
        with folder.open(entry.path, LARGEST_FILE) as file:
            reading.file = entry.path
            _read_lines(file, reading)
    except Unusable as refusal:
        reading.report.add(FILE, entry.line, refusal.what, refusal.remedy)


def _read_lines(file: BinaryIO, reading: _Reading) -> None:
    for reading.line, line in _lines(file):
        _read_line(line, reading)
        if reading.report.full:
            return


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are not blank; a giant one comes cut, and is the last."""
    number = 0
    while line := file.readline(LARGEST_LINE + 1):
        number += 1
        if line.strip():
            yield number, line
        if len(line) > LARGEST_LINE:
            return


def _read_line(line: bytes, reading: _Reading) -> None:
    if len(line) > LARGEST_LINE:
        reading.problem(f"the line has more than {LARGEST_LINE:,} bytes", "Make the task smaller; reading stops here.")
        return
    try:
        values = json.loads(line.decode())
    except UnicodeDecodeError:
        reading.problem("the line is not UTF-8 text", "Save the file as UTF-8.")
    except json.JSONDecodeError as error:
        reading.problem(
            f"this is not JSON: {error.msg} at column {error.colno}", f"Write one object a line: {EXAMPLE}."
        )
    except (ValueError, RecursionError):
        reading.problem("the values are nested too deeply or a number is too long", "Simplify them.")
    else:
        if isinstance(values, dict):
            reading.add(values)
        else:
            reading.problem(f"the line holds {quoted(values)}, not a task", f"Write one object a line: {EXAMPLE}.")


def _check_splits(tasks: Sequence[PackagedTask], entry: Entry | None, report: Report) -> None:
    if any(task.split == "validation" for task in tasks):
        return
    remedy = (
        'Give some tasks the split "validation".'
        if entry or tasks
        else 'Add [[task]] with id = "one" and input = 0 below it, or [tasks] with file = "tasks.jsonl".'
    )
    report.add(FILE, entry.line if entry else None, "there is no validation task, so nothing could be selected", remedy)
