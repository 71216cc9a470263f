"""Reads files of a project folder, and refuses what cannot be part of it: links that leave, binaries, giants."""

import io
import re
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from apps.projects.problems import quoted

LONGEST_PATH = 200
MOST_FILES = 500

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Unusable(Exception):
    """A file or path cannot be used. line is set when the fault is inside the file."""

    def __init__(self, what: str, remedy: str, line: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.line = line


def one_line(text: str) -> bool:
    """Whether the text can stand in a name: no control character or surrogate, nothing that turns the reading round."""
    return not any(unicodedata.category(char) in ("Cc", "Cs") or char in _BIDI for char in text)


def clean_path(raw: str) -> str:
    """The relative path in its plain form, folders with forward slashes. Raises Unusable."""
    remedy = "Write a path relative to the folder, with forward slashes."
    if not raw.strip() or not one_line(raw) or "\\" in raw:
        raise Unusable(f"{quoted(raw)} is no usable path", remedy)
    path = PurePosixPath(raw)
    if path.is_absolute() or ".." in path.parts or str(path) == ".":
        raise Unusable(f"the path {quoted(raw)} leaves the project folder", remedy)
    if len(str(path)) > LONGEST_PATH:
        raise Unusable(f"the path {quoted(raw)} is too long", f"Use at most {LONGEST_PATH} characters.")
    return str(path)


class Folder:
    """The files of one project folder; nothing outside it can be reached.

    added are texts that stand in it without being files: what another engine keeps inside of a file.
    """

    def __init__(self, root: Path, added: Mapping[str, bytes] | None = None) -> None:
        self.root = root.resolve()
        self.added = dict(added or {})

    def open(self, path: str, limit: int) -> BinaryIO:
        """The file, for reading. Raises Unusable if it is missing, elsewhere, no file, or above limit bytes."""
        if path in self.added:
            return io.BytesIO(self.added[path])
        target = self.root / path
        try:
            self._check(target, path, limit)
            return target.open("rb")
        except OSError as error:
            raise Unusable(
                f"the file {quoted(path)} cannot be read: {error.strerror}", "Check its permissions."
            ) from None

    def bytes(self, path: str, limit: int) -> bytes:
        """The file's content. Raises Unusable."""
        with self.open(path, limit) as file:
            return file.read(limit)

    def text(self, path: str, limit: int) -> str:
        """The file's content as text. Raises Unusable, with the line, for what is not plain UTF-8."""
        return plain_text(self.bytes(path, limit))

    def real(self, path: str) -> Path:
        """Where the path leads in the end, links followed: two names of one file have one real path."""
        return (self.root / path).resolve()

    def beneath(self, path: str) -> list[str]:
        """All files in the folder path and its folders, without hidden ones and byte code. Raises Unusable."""
        top = self.root / path
        self._check_inside(top, path)
        if not top.is_dir():
            raise Unusable(f"the folder {quoted(path)} does not exist", self._guess(top) or "Create it.")
        inside = (found.relative_to(self.root) for found in top.rglob("*") if found.is_file() or found.is_symlink())
        files = sorted(str(found) for found in inside if not any(map(_is_litter, found.parts)))
        if not 0 < len(files) <= MOST_FILES:
            raise Unusable(f"the folder {quoted(path)} holds {len(files)} files", f"Have 1 to {MOST_FILES} in it.")
        return files

    def _check(self, target: Path, path: str, limit: int) -> None:
        self._check_inside(target, path)
        if not target.exists():
            raise Unusable(f"the file {quoted(path)} does not exist", self._guess(target) or "Create it.")
        if not target.is_file():
            raise Unusable(f"{quoted(path)} is not a file", "Name a file; a folder is written with a slash at its end.")
        size = target.stat().st_size
        if size > limit:
            raise Unusable(
                f"the file {quoted(path)} has {size:,} bytes", f"At most {limit:,} are allowed; make it smaller."
            )

    def _check_inside(self, target: Path, path: str) -> None:
        if not target.resolve().is_relative_to(self.root):
            raise Unusable(
                f"{quoted(path)} is or goes through a symbolic link that leaves the project folder",
                "Copy what it points at into the folder.",
            )

    def _guess(self, target: Path) -> str:
        siblings = [entry.name for entry in target.parent.iterdir()] if target.parent.is_dir() else []
        others = [name for name in siblings if name != target.name]  # a link to nowhere is its own sibling
        nearest = get_close_matches(target.name, others, n=1)
        return f"Did you mean {quoted(nearest[0])}?" if nearest else ""


def _is_litter(part: str) -> bool:
    return part.startswith(".") or part == "__pycache__"


def plain_text(data: bytes) -> str:
    """The bytes as text. Raises Unusable, with the line, for what is not plain UTF-8."""
    remedy = "Components are plain UTF-8 text; write binary data in a text form, such as Base64."
    if b"\x00" in data:
        raise Unusable("the file is binary, not text", remedy, _line(data, data.index(b"\x00")))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Unusable("the file is not UTF-8 text", remedy, _line(data, error.start)) from None
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Unusable(f"the file contains the control character U+{ord(found[0]):04X}", "Remove it.", line)
    return text


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1
