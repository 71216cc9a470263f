"""The content store: bytes by SHA-256. Small ones in the database, large ones in files under EVOWEB_HOME/content."""

import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.conf import settings

from apps.engine.canonical import digest
from apps.records.models import Content
from apps.records.sql import insert

LARGEST_ROW = 64 * 1024


class ContentMissing(Exception):
    """Content that a record names is gone or is not what its digest says."""


def store(contents: Mapping[bytes, bytes]) -> None:
    """Insert contents by digest inside the caller's transaction; what is there already is left alone."""
    rows = []
    for key, data in contents.items():
        if len(data) > LARGEST_ROW:
            continue
        rows.append({"digest": key, "size": len(data), "data": zlib.compress(data, 1)})
    insert(Content, rows, ignore_conflicts=True)
    large = [{"digest": key, "size": len(data)} for key, data in contents.items() if len(data) > LARGEST_ROW]
    insert(Content, large, ignore_conflicts=True)


def store_files(contents: Mapping[bytes, bytes]) -> None:
    """Write the large ones to their files. Before the transaction: a file without a row harms nobody."""
    for key, data in contents.items():
        path = _path(key)
        if len(data) <= LARGEST_ROW or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(data)
        draft.replace(path)


def load(keys: Iterable[bytes]) -> dict[bytes, bytes]:
    """Contents by digest. Raises ContentMissing if one is gone or was changed."""
    wanted = set(keys)
    found = {bytes(row.digest): _bytes(row) for row in Content.objects.filter(digest__in=wanted)}
    if missing := wanted - found.keys():
        raise ContentMissing(f"content {min(missing).hex()[:12]} is missing from the store")
    return found


class Shelf:
    """Contents that a page shows in several places: whatever is wanted by then is read when the first is asked for."""

    def __init__(self) -> None:
        self._wanted: set[bytes] = set()
        self._held: dict[bytes, bytes] = {}

    def want(self, keys: Iterable[bytes]) -> None:
        """These will be asked for."""
        self._wanted.update(keys)

    def load(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """As `load`."""
        asked = set(keys)
        if asked - self._held.keys():
            self._held |= load((self._wanted | asked) - self._held.keys())
        return {key: self._held[key] for key in asked}


def sizes(keys: Iterable[bytes]) -> dict[bytes, int]:
    """Bytes of each content by digest; what is not in the store is given 0."""
    wanted = set(keys)
    known = Content.objects.filter(digest__in=wanted).values_list("digest", "size")
    return dict.fromkeys(wanted, 0) | {bytes(key): size for key, size in known}


def damaged(keys: Iterable[bytes]) -> Iterator[str]:
    """What is wrong with the contents of these digests, in words."""
    wanted = set(keys)
    for row in Content.objects.filter(digest__in=wanted):
        wanted.discard(bytes(row.digest))
        try:
            _bytes(row)
        except ContentMissing as error:
            yield str(error)
    yield from (f"content {key.hex()[:12]} is missing from the store" for key in sorted(wanted))


def _bytes(row: Content) -> bytes:
    key = bytes(row.digest)
    try:
        data = zlib.decompress(bytes(row.data)) if row.data is not None else _read(key)
    except zlib.error:
        data = b""
    if digest(data) != key:
        raise ContentMissing(f"content {key.hex()[:12]} is not what its digest says")
    return data


def _read(key: bytes) -> bytes:
    try:
        return _path(key).read_bytes()
    except FileNotFoundError:
        raise ContentMissing(f"the file of content {key.hex()[:12]} is missing from EVOWEB_HOME/content") from None


def _path(key: bytes) -> Path:
    name = key.hex()
    return Path(settings.EVOWEB_HOME) / "content" / name[:2] / name[2:]
