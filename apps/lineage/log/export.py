"""The log as files. A line holds everything that an entry's hash covers, so that the chain can be checked anywhere.

hash = sha256(previous hash + canonical [1, project, sequence, at, kind, actor, subject] + body); see apps/log/chain.py.
"""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from apps.engine.canonical import encode
from apps.log.models import Event

COLUMNS = ("project", "sequence", "at", "kind", "actor", "subject", "body", "hash")


def json_lines(chunks: Iterator[list[Event]]) -> Iterator[bytes]:
    """An object per line; `at` in microseconds since 1970, `body` to the letter, `hash` in hex."""
    for events in chunks:
        yield b"".join(_line(event) for event in events)


def csv_lines(chunks: Iterator[list[Event]]) -> Iterator[bytes]:
    """The same with a line of column names first."""
    yield _rows([COLUMNS])
    for events in chunks:
        yield _rows([_values(event) for event in events])


def _line(event: Event) -> bytes:
    words = {name: getattr(event, name) for name in COLUMNS[:6]} | {"hash": bytes(event.hash).hex()}
    return encode(words)[:-1] + b',"body":' + bytes(event.body) + b"}\n"


def _values(event: Event) -> tuple[object, ...]:
    plain = tuple(getattr(event, name) for name in COLUMNS[:6])
    return (*plain, bytes(event.body).decode(), bytes(event.hash).hex())


def _rows(rows: Iterable[tuple[object, ...]]) -> bytes:
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
