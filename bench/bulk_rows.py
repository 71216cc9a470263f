"""What bulk.py writes with: rows per table in bulk, a log whose chain is valid, a clock that stands in the past."""

import zlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

from apps.engine.canonical import digest, encode
from apps.log.chain import GENESIS, Entry, link
from apps.log.models import Event, LogHead
from apps.records.models import Content
from apps.records.sql import insert

MOST_ROWS = 50_000  # kept in memory

# Of this connection, while it loads: what is cut off half-way is thrown away, and verify_log checks the whole.
HURRIED = ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -500000")
CAREFUL = ("synchronous = NORMAL", "foreign_keys = ON", "cache_size = -2000")

type Row = dict[str, Any]


class Clock:
    """A time that moves on by one tick whenever something happens."""

    def __init__(self, began: datetime, tick: timedelta) -> None:
        self._now, self._tick = began, tick

    def now(self) -> datetime:
        return self._now

    def tick(self) -> datetime:
        self._now += self._tick
        return self._now


class Tables:
    """Rows by model, written when there are many. Keys that other rows name are handed out here."""

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[Row]] = defaultdict(list)
        self._count = 0
        self._next: dict[type[models.Model], int] = {}
        self._stored: set[bytes] = set()
        if connection.vendor == "sqlite":
            _set(HURRIED)

    def key(self, model: type[models.Model]) -> int:
        """The next free key of a model with a key that counts."""
        if model not in self._next:
            self._next[model] = model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
        self._next[model] += 1
        return self._next[model]

    def add(self, model: type[models.Model], row: Row) -> Row:
        """A row by column; columns that it lacks get their defaults, columns that the model lacks are left out.

        Returns the row as it will be written at the next flush; it may still be changed until then.
        """
        known = _defaults(model)
        made = known | {name: row[name] for name in row if name in known or name == model._meta.pk.attname}
        self._rows[model].append(made)
        self._count += 1
        return made

    def store(self, data: bytes) -> str:
        """Content, once; its digest in hex."""
        key = digest(data)
        if key not in self._stored:
            self._stored.add(key)
            self.add(Content, {"digest": key, "size": len(data), "data": zlib.compress(data, 1)})
        return key.hex()

    @property
    def full(self) -> bool:
        return self._count >= MOST_ROWS

    def flush(self) -> None:
        """Write everything, in one transaction."""
        with transaction.atomic():
            for model, rows in self._rows.items():
                _write(model, rows)
        self._rows.clear()
        self._count = 0

    def settle(self) -> None:
        """Let the database count on from the keys that were handed out, and look at what it holds."""
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self._next)):
                cursor.execute(statement)
            cursor.execute("ANALYZE")
        if connection.vendor == "sqlite":
            _set(CAREFUL)


def _set(settings: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for setting in settings:
            cursor.execute(f"PRAGMA {setting}")


@cache
def _defaults(model: type[models.Model]) -> Row:
    fields = (
        field for field in model._meta.concrete_fields if not (field.generated or isinstance(field, models.AutoField))
    )
    return {field.attname: _default(field) for field in fields}


def _default(field: Any) -> Any:
    if field.has_db_default() or getattr(field, "auto_now_add", False):
        return timezone.now()  # the only one in use is the time
    return field.get_default()


def _write(model: type[models.Model], rows: list[Row]) -> None:
    if connection.vendor == "sqlite":
        insert(model, rows)
        return
    fields = {field.attname: field.column for field in model._meta.concrete_fields}
    columns = ", ".join(f'"{fields[name]}"' for name in rows[0])
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(list(row.values()))


class Log:
    """The log of a project: entries are chained here, and the head is written last."""

    def __init__(self, tables: Tables, clock: Clock, project: int) -> None:
        self._tables, self._clock, self._project = tables, clock, project
        head = LogHead.objects.filter(project=project).first()
        self.sequence, self._last = (head.sequence, bytes(head.hash)) if head else (0, GENESIS)

    def append(self, entries: Iterable[Entry]) -> None:
        """Entries of one commit: they share its time."""
        at = int(self._clock.tick().timestamp() * 1_000_000)
        for entry in entries:
            self.sequence += 1
            body = encode(entry.body)
            words = (entry.kind, entry.actor, entry.subject)
            self._last = link(self._last, (self._project, self.sequence, at), words, body)
            self._tables.add(
                Event,
                {
                    "project": self._project,
                    "sequence": self.sequence,
                    "kind": entry.kind,
                    "at": at,
                    "actor": entry.actor,
                    "subject": entry.subject,
                    "body": body,
                    "hash": self._last,
                },
            )

    def close(self) -> None:
        """Everything to the database: others may append now."""
        self._tables.flush()
        LogHead.objects.update_or_create(
            project=self._project, defaults={"sequence": self.sequence, "hash": self._last}
        )
