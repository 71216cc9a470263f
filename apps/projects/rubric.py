"""[rubric] of evoweb.toml: a model scores answers by a text and a scale of levels, and people's labels try that model.

The text and the levels decide scores. Labels decide none: they say how far the judge agrees with people.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.engine.canonical import NotCanonical, encode
from apps.engine.effects import ROLES
from apps.engine.rubric import Level, Rubric
from apps.projects.folder import Folder, Unusable, clean_path, one_line
from apps.projects.problems import Report, quoted
from apps.projects.toml_reader import Table
from apps.projects.vocabulary import EFFORTS, LEVELS, MAX_TOKENS, suggestion

LARGEST_RUBRIC = 20_000  # bytes
LARGEST_LABELS = 4_000_000
MOST_LABELS = 1_000
LONGEST_MEANING = 500
LABEL_KEYS = ("task", "output", "level", "by")
EXAMPLE = '{"task": "one", "output": "an answer", "level": "good"}'


@dataclass(frozen=True, slots=True)
class Place:
    """A file that the table names, and the line where it does."""

    path: str
    line: int | None


@dataclass(frozen=True, slots=True)
class RubricTable:
    """What [rubric] says. labels is None where no file of them is named."""

    file: Place
    labels: Place | None
    role: str
    max_tokens: int
    effort: str
    levels: tuple[Level, ...]

    @property
    def files(self) -> list[str]:
        """What candidates must not be."""
        return [place.path for place in (self.file, self.labels) if place]


def read_table(root: Table) -> RubricTable | None:
    """The table, None where there is none. Problems go to its report."""
    if "rubric" not in root:
        return None
    table = root.table("rubric")
    found = RubricTable(
        file=_place(table, "file", "rubric.txt"),
        labels=_place(table, "labels", "") if "labels" in table else None,
        role=table.word("role", ROLES, "judge"),
        max_tokens=table.number("max_tokens", MAX_TOKENS),
        effort=table.word("effort", EFFORTS, ""),
        levels=tuple(_level(each) for each in table.tables("levels")),
    )
    _check_levels(table, found.levels)
    table.close()
    return found


def check_beside(root: Table, table: RubricTable | None, model_role: str) -> None:
    """Report what cannot stand beside a rubric."""
    if table is None:
        return
    evaluator = root.table("evaluator")
    for key in ("file", "function", "helpers"):
        if key in evaluator:
            what = f"the rubric scores, so no evaluator is called, and {key} has no meaning"
            evaluator.problem(key, what, "Remove it, or remove [rubric].")
    if root.raw("direction", "maximise") == "minimise":
        root.problem("direction", "levels of a rubric go up, so a project that has one maximises", "Remove it.")
    if model_role == table.role:
        what = f"the role {quoted(table.role)} is measured under [model], and would judge itself"
        root.table("rubric").problem("role", what, "Give the judge another role, such as judge.")


def read_text(files: Folder, table: RubricTable, manifest: str, report: Report) -> str:
    """The rubric's text; problems go to report."""
    text = ""
    if table.file.path:
        try:
            text = files.text(table.file.path, LARGEST_RUBRIC).strip()
        except Unusable as refusal:
            place = (manifest, table.file.line) if refusal.line is None else (table.file.path, refusal.line)
            report.add(*place, refusal.what, refusal.remedy)
            return ""
        if not text:
            what = f"the rubric {quoted(table.file.path)} is empty"
            report.add(manifest, table.file.line, what, "Say in it what a good answer is.")
    return text


def column(table: RubricTable, text: str) -> dict[str, Any]:
    """What a project keeps of its rubric: all of it decides scores."""
    levels = [[level.name, level.means] for level in table.levels]
    told = {"role": table.role, "max_tokens": table.max_tokens, "effort": table.effort}
    return told | {"text": text, "levels": levels}


def rubric_of(kept: Mapping[str, Any]) -> Rubric:
    """The rubric that a project keeps."""
    return Rubric(kept["text"], tuple(Level(name, means) for name, means in kept["levels"]))


def read_labels(
    files: Folder, table: RubricTable, manifest: str, tasks: Mapping[str, str], report: Report
) -> tuple[dict[str, str], ...]:
    """People's labels, as {"task", "output": canonical JSON text, "level", "by"}; problems go to report.

    tasks: the split of each by its id.
    """
    if table.labels is None or not table.labels.path:
        return ()
    try:
        lines = files.text(table.labels.path, LARGEST_LABELS).split("\n")  # a text in it may hold other line ends
    except Unusable as refusal:
        place = (manifest, table.labels.line) if refusal.line is None else (table.labels.path, refusal.line)
        report.add(*place, refusal.what, refusal.remedy)
        return ()
    reading = _Reading(table, tasks, report, {})
    for number, line in enumerate(lines, 1):
        if line.strip() and not report.full:
            reading.read(number, line)
    if len(reading.found) > MOST_LABELS:
        what = f"{quoted(table.labels.path)} holds {len(reading.found):,} labels"
        report.add(manifest, table.labels.line, what, f"At most {MOST_LABELS:,} are read; each is a call.")
    return tuple(reading.found.values())


@dataclass(slots=True)
class _Reading:
    """Labels read so far, by task and output."""

    table: RubricTable
    tasks: Mapping[str, str]
    report: Report
    found: dict[tuple[str, str], dict[str, str]]

    def read(self, number: int, line: str) -> None:
        """Take the label of a line, or report what is wrong with it."""
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            self._problem(number, f"this is no label: {quoted(line)}", f"Write one object a line: {EXAMPLE}.")
            return
        wrong = self._wrong(values)
        for what, remedy in wrong:
            self._problem(number, what, remedy)
        if not wrong:
            task, output = str(values["task"]), encode(values["output"]).decode()
            kept = {"task": task, "output": output, "level": values["level"], "by": values.get("by", "")}
            self.found[task, output] = kept

    def _wrong(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        names = tuple(level.name for level in self.table.levels)
        found = [
            (f"unknown key {quoted(name)}", suggestion(name, LABEL_KEYS)) for name in sorted(values.keys() - LABEL_KEYS)
        ]
        if str(values.get("task")) not in self.tasks:
            found.append((f"there is no task {quoted(values.get('task'))}", "Name the id of a task of this project."))
        if self.tasks.get(str(values.get("task"))) == "sealed":
            remedy = "It is opened once, by a person: let no judge read it. Label outputs of other tasks."
            found.append((f"the task {quoted(values['task'])} is sealed", remedy))
        if values.get("level") not in names:
            found.append((f"unknown level {quoted(values.get('level'))}", suggestion(str(values.get("level")), names)))
        by = values.get("by", "")
        if not isinstance(by, str) or len(by) > 100 or not one_line(by):
            found.append((f"by is {quoted(by)}", "Say in at most 100 characters who gave the level."))
        return found + self._wrong_output(values)

    def _wrong_output(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        if "output" not in values:
            return [("the label has no output", f"Write what was judged: {EXAMPLE}.")]
        try:
            output = encode(values["output"]).decode()
        except NotCanonical as error:
            return [(f"output is no JSON: {error}", "Write a text.")]
        if (str(values.get("task")), output) in self.found:
            return [("this output was given a level in an earlier line", "Label each output of a task once.")]
        return []

    def _problem(self, number: int, what: str, remedy: str) -> None:
        assert self.table.labels is not None
        self.report.add(self.table.labels.path, number, what, remedy)


def _place(table: Table, key: str, default: str) -> Place:
    raw = table.text(key, default or None, longest=300)
    try:
        return Place(clean_path(raw) if raw else "", table.line(key))
    except Unusable as refusal:
        table.problem(key, refusal.what, refusal.remedy)
        return Place("", table.line(key))


def _level(table: Table) -> Level:
    level = Level(table.text("name", longest=40), table.text("means", longest=LONGEST_MEANING))
    table.close()
    return level


def _check_levels(table: Table, levels: Sequence[Level]) -> None:
    remedy = "Write [[rubric.levels]] with name and means for each, from the lowest to the highest."
    if not LEVELS.least <= len(levels) <= LEVELS.most:
        what = f"the number of levels is {len(levels)}; a rubric needs {LEVELS.least:g} to {LEVELS.most:g}"
        table.problem("levels", what, remedy)
    names = [level.name.casefold() for level in levels if level.name]
    for name in sorted({name for name in names if names.count(name) > 1}):
        table.problem("levels", f"two levels are called {quoted(name)}", "Give each level a name of its own.")
