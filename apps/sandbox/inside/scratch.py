"""The one folder a candidate can write to: filled with its program, and emptied for the next one."""

import os
import shutil
from collections.abc import Iterable

MAX_ENTRIES = 20_000  # every entry costs kernel memory, even an empty file


def fill(folder: str, files: Iterable[tuple[str, bytes]]) -> None:
    """Write a program's files; the host side has made sure that names are relative and stay inside."""
    for name, content in files:
        path = f"{folder}/{name}"
        if "/" in name:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, content)
        finally:
            os.close(handle)


def empty(folder: str) -> bool:
    """Delete everything in the folder. False when something resisted: then the whole sandbox must be replaced.

    What resists (folders without permissions, a million nested ones) costs its author a fresh sandbox, nobody else.
    """
    try:
        os.chmod(folder, 0o700)
        for entry in os.scandir(folder):
            _remove(entry)
    except (OSError, RecursionError):
        return False
    return True


def _remove(entry: os.DirEntry[str]) -> None:
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path)
    else:
        os.unlink(entry.path)


def crowded(folder: str) -> bool:
    """Whether more files were made than anyone needs, in a folder that is a file system of its own."""
    room = os.statvfs(folder)
    return room.f_files - room.f_ffree > MAX_ENTRIES


def used(folder: str) -> int:
    """Bytes taken in a folder that is a file system of its own."""
    room = os.statvfs(folder)
    return (room.f_blocks - room.f_bfree) * room.f_frsize


def listing(folder: str, most: int) -> tuple[list[tuple[str, int]], bool]:
    """(name, bytes) of at most so many files and links in the folder, by name; whether those are all.

    What its author made unreadable or too deep for a path is left out: it counts as not all.
    """
    found: list[tuple[str, int]] = []
    unseen, whole = [folder], True
    while unseen and len(found) < most:
        try:
            entries = sorted(os.scandir(unseen.pop()), key=lambda entry: entry.name)
            folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
            files = [entry for entry in entries if not entry.is_dir(follow_symlinks=False)]
            sizes = [entry.stat(follow_symlinks=False).st_size for entry in files]
        except OSError:
            whole = False
            continue
        unseen += [entry.path for entry in reversed(folders)]
        found += zip((entry.path.removeprefix(f"{folder}/") for entry in files), sizes, strict=True)
    return found[:most], whole and not unseen and len(found) <= most


def size(folder: str, enough: int) -> int:
    """Bytes in the folder, counted until `enough` is passed; for sandboxes whose scratch is on the host's disk."""
    total, unseen = 0, [folder]
    while unseen and total <= enough:
        try:
            entries = list(os.scandir(unseen.pop()))
            total += sum(4096 + entry.stat(follow_symlinks=False).st_blocks * 512 for entry in entries)
            unseen += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue  # it changes while we look
    return total
