"""The files of an evaluator: its own, its helpers, and the scorers that it imports.

They are kept as canonical JSON by path: a text as it is, anything else (a database, a picture) as {"base64": text}.
"""

import base64
from collections.abc import Mapping

from apps.projects.folder import Folder, Unusable
from apps.projects.manifest import FILE, Entry, Manifest
from apps.projects.problems import Report
from apps.projects.python_source import check_function
from apps.projects.scorers import imports_library, library

LARGEST_TEXT = 1_000_000
LARGEST_DATA = 8_000_000
LARGEST_TOTAL = 16_000_000

type Content = str | dict[str, str]


def read_evaluator(files: Folder, manifest: Manifest, report: Report) -> dict[str, Content]:
    """Content of the evaluator's files by path; problems go to report."""
    function = manifest.evaluator
    found: dict[str, Content] = {}
    for entry in (Entry(function.file, function.line), *manifest.helpers):
        if not entry.path:
            continue
        try:
            found[entry.path] = content(files, entry.path)
        except Unusable as refusal:
            place = (FILE, entry.line) if refusal.line is None else (entry.path, refusal.line)
            report.add(*place, refusal.what, refusal.remedy)
    if isinstance(text := found.get(function.file), str):
        check_function(function, text, "it is called as score(input, expected, output, seed)", report)
    _check_total(found, manifest, report)
    if any(path.endswith(".py") and imports_library(str(text)) for path, text in found.items()):
        found = {**library(), **found}
    return found


def as_bytes(files: Mapping[str, Content]) -> dict[str, bytes]:
    """What each file holds."""
    return {path: _bytes(content) for path, content in files.items()}


def content(files: Folder, path: str) -> Content:
    """A file as it is kept. Raises Unusable."""
    if path.endswith(".py"):
        return files.text(path, LARGEST_TEXT)
    data = files.bytes(path, LARGEST_DATA)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"base64": base64.b64encode(data).decode()} if "\0" in text else text


def _bytes(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else base64.b64decode(content["base64"])


def _check_total(found: Mapping[str, Content], manifest: Manifest, report: Report) -> None:
    total = sum(map(len, as_bytes(found).values()))
    if total > LARGEST_TOTAL:
        what = f"the evaluator's files have {total:,} bytes together"
        report.add(FILE, manifest.evaluator.line, what, f"At most {LARGEST_TOTAL:,} are allowed.")
