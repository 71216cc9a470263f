"""Where folders that people bring lie until they are imported: EVOWEB_HOME/intake/<id>.

What comes in is hostile: names, sizes, links and archives are refused here, before anything reads them.
"""

import shutil
import stat
import zipfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO
from uuid import UUID

from apps.projects.folder import MOST_FILES, Unusable, clean_path
from apps.projects.foreign.recognition import SIGNS
from apps.projects.manifest import FILE
from apps.projects.problems import quoted

LARGEST = 96_000_000  # bytes of a whole folder: a tasks file of 64 MB and all components
LARGEST_TEXT = 500_000  # bytes of a file that is edited in the page
_ENCRYPTED = 0x1
_LITTER = ("__pycache__", "__MACOSX")
_CHUNK = 1 << 16
_DRAFT = ".draft"


class Staging:
    """The files of one intake."""

    def __init__(self, home: Path, identifier: UUID) -> None:
        self.root = home / "intake" / str(identifier)
        self.lock = self.root.with_suffix(".lock")  # held by the process that checks these files

    def add(self, raw: str, chunks: Iterable[bytes]) -> None:
        """Write one file, in the place of one of the same name. Raises Unusable."""
        path = clean_path(raw)
        if is_litter(path):
            return
        target = self.root / path
        files = self.files()
        if path not in files and len(files) >= MOST_FILES:
            raise Unusable(f"there are more than {MOST_FILES} files", "Bring what the project needs, nothing else.")
        room = LARGEST - sum(size for name, size in files.items() if name != path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = self.root / _DRAFT
            _write(draft, chunks, room)
            draft.replace(target)
        except OSError as error:
            raise Unusable(f"{quoted(path)} cannot be stored: {error.strerror}", "Give it another name.") from None

    def unpack(self, archive: IO[bytes]) -> None:
        """Write the files of a zip archive, without the folder that holds them all. Raises Unusable."""
        try:
            with zipfile.ZipFile(archive) as packed:
                for path, entry in _entries(packed).items():
                    self.add(path, _unpacked(packed, entry))
        except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
            raise Unusable(f"this is no zip archive that can be read ({error})", "Pack the folder again.") from None

    def copy(self, folder: Path) -> None:
        """Write the files of a folder on this machine; links are not followed. Raises Unusable."""
        found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        for path in found:
            with path.open("rb") as file:
                self.add(str(path.relative_to(folder)), _chunks(file))

    def files(self) -> dict[str, int]:
        """Size of each file by path, in order."""
        found = sorted(path for path in self.root.rglob("*") if path.is_file() and path.name != _DRAFT)
        return {str(path.relative_to(self.root)): path.stat().st_size for path in found}

    def text(self, path: str) -> str:
        """A file as text, to be edited. Raises Unusable for what is too large or no text; LookupError for none."""
        if path not in self.files():
            raise LookupError(path)
        data = (self.root / path).read_bytes()[: LARGEST_TEXT + 1]
        if len(data) > LARGEST_TEXT:
            raise Unusable("this file is too large to be edited here", "Correct it at home and bring it again.")
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise Unusable("this file is no text", "Correct it at home and bring it again.") from None

    def discard(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.lock.unlink(missing_ok=True)


def is_litter(path: str) -> bool:
    """Whether a file is what systems and editors leave behind: hidden, or byte code."""
    parts = [part for part in path.split("/") if part not in (".", "..")]  # those are refused, not passed over
    return any(part.startswith(".") or part in _LITTER for part in parts)


def without_top(paths: Iterable[str]) -> dict[str, str]:
    """Each path without the folder that holds them all, where the manifest or another engine's evaluator is in it."""
    listed = [path for path in paths if not is_litter(path)]
    tops = {path.partition("/")[0] for path in listed}
    top = tops.pop() if len(tops) == 1 else ""
    held = top not in ("", ".", "..") and any(f"{top}/{sign}" in listed for sign in (FILE, *SIGNS))
    return {path: path.removeprefix(f"{top}/") if held else path for path in listed}


def _entries(packed: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """What is to be written, by path; refused before anything is unpacked."""
    listed = [entry for entry in packed.infolist() if not entry.is_dir()]
    if len(listed) > 4 * MOST_FILES:
        raise Unusable(f"the archive holds {len(listed)} files", f"At most {MOST_FILES} are allowed.")
    for entry in listed:
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unusable(f"{quoted(entry.filename)} is a symbolic link", "Pack what it points at instead.")
        if entry.flag_bits & _ENCRYPTED:
            raise Unusable(f"{quoted(entry.filename)} is encrypted", "Pack the folder without a password.")
    if sum(entry.file_size for entry in listed) > LARGEST:
        raise Unusable("the archive unpacks to too much", f"At most {LARGEST:,} bytes are allowed.")
    names = without_top(entry.filename for entry in listed)
    found = {clean_path(names[entry.filename]): entry for entry in listed if entry.filename in names}
    if len(found) < len(names):
        raise Unusable("the archive holds a file twice", "Pack the folder again.")
    return found


def _write(draft: Path, chunks: Iterable[bytes], room: int) -> None:
    """Counts what really comes: what an archive says about itself may be a lie."""
    with draft.open("wb") as file:
        for chunk in chunks:
            room -= len(chunk)
            if room < 0:
                raise Unusable("the folder is too large", f"At most {LARGEST:,} bytes are allowed.")
            file.write(chunk)


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with packed.open(entry) as file:
        yield from _chunks(file)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def left_over(home: Path, known: Collection[UUID], before: float) -> Iterator[Staging]:
    """Files of no known intake, untouched since `before` (seconds since 1970): an upload that broke off."""
    for path in (home / "intake").glob("*"):
        with suppress(ValueError, OSError):
            if path.stat().st_mtime < before and UUID(path.stem) not in known:
                yield Staging(home, UUID(path.stem))
