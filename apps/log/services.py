"""Writing the log."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from apps.engine.canonical import encode
from apps.log.chain import GENESIS, Entry, link
from apps.log.models import Event, LogHead

type Row = tuple[int, int, str, int, str, str, bytes, bytes]


def append(project: int, entries: Sequence[Entry]) -> int:
    """Append entries to the project's chain; the last statement of the caller's transaction. Returns the last sequence.

    The head's row is locked until the commit, so that sequence is commit order and gapless.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("log.append belongs into the transaction of the change that it records")
    head, _ = LogHead.objects.select_for_update().get_or_create(project=project, defaults={"hash": GENESIS})
    at = int(timezone.now().timestamp() * 1_000_000)
    sequence, last = head.sequence, bytes(head.hash)
    rows: list[Row] = []
    for entry in entries:
        sequence += 1
        body = encode(entry.body)
        last = link(last, (project, sequence, at), (entry.kind, entry.actor, entry.subject), body)
        rows.append((project, sequence, entry.kind, at, entry.actor, entry.subject, body, last))
    _insert(rows)
    LogHead.objects.filter(project=project).update(sequence=sequence, hash=last)
    return sequence


def _insert(rows: Sequence[Row]) -> None:
    # Four rows a candidate: plain SQL costs a fifth of what bulk_create does.
    columns = "project, sequence, kind, at, actor, subject, body, hash"
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {Event._meta.db_table} ({columns}) VALUES (%s,%s,%s,%s,%s,%s,%s,%s)", rows)
