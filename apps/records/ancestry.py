"""Where a candidate comes from: the chain of base parents, in one query however long it is."""

from django.db import connection

from apps.common.ids import run_and_number
from apps.records.models import CandidateEdit

# UNION and not UNION ALL: a chain that was tampered into a ring ends too.
_CHAIN = """
    WITH RECURSIVE chain(id, base) AS (
        SELECT id, base FROM {table} WHERE id = %s
        UNION SELECT parent.id, parent.base FROM {table} AS parent JOIN chain ON parent.id = chain.base
    ) SELECT id FROM chain ORDER BY id DESC
"""


def ancestry(candidate: int) -> list[int]:
    """Birth numbers of a candidate (by id) and of its base parents, the seed last."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN.format(table=CandidateEdit._meta.db_table), [candidate])
        return [run_and_number(identifier)[1] for (identifier,) in cursor.fetchall()]
