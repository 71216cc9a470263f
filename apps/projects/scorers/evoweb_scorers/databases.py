"""Queries, judged by what they find: run on a copy of an SQLite database in memory, which nothing can change.

Two results are equal as multisets of rows, and a row as a multiset of values: neither the order of rows nor of columns
is asked for, unless `ordered` says so. Names of columns do not count. (Execution accuracy, Yu et al., Spider, EMNLP
2018; several databases at once: Zhong et al., Semantic Evaluation for Text-to-SQL with Distilled Test Suites, 2020.)
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from .replies import code_in
from .verdicts import Verdict, verdict

_READING = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE))
_FORBIDDEN = frozenset(("load_extension", "readfile", "writefile", "edit"))
_LARGEST_VALUE = 1_000_000  # bytes
_STEPS = 10_000  # instructions between two looks at the clock
_DIGITS = 9  # of a number that count

Row = tuple[object, ...]


class Database:
    """The content of an SQLite file, read once. Make it where the evaluator is loaded, not in `score`."""

    def __init__(self, file: str | Path | bytes) -> None:
        self._content = file if isinstance(file, bytes) else Path(file).read_bytes()
        self._found = lru_cache(1_000)(self._rows)
        self.rows("SELECT count(*) FROM sqlite_master")  # a file that is no database is told of here

    def rows(self, query: str, seconds: float = 2.0, most: int = 10_000) -> list[Row]:
        """What a query finds. Raises sqlite3.Error, also for one that would write, takes too long or finds too much."""
        return self._rows(query, seconds, most)

    def right(self, gold: str, seconds: float, most: int) -> list[Row]:
        """The same for a query that is asked again and again."""
        return list(self._found(gold, seconds, most))

    def _rows(self, query: str, seconds: float, most: int) -> list[Row]:
        connection = sqlite3.connect(":memory:")
        try:
            connection.deserialize(self._content)
            _confine(connection, time.monotonic() + seconds)
            found = connection.execute(query).fetchmany(most + 1)
        finally:
            connection.close()
        if len(found) > most:
            raise sqlite3.OperationalError(f"it finds more than {most} rows")
        return found


def sql(
    output: object,
    golds: str | Sequence[str],
    databases: Database | Sequence[Database],
    ordered: bool = False,
    seconds: float = 2.0,
    most: int = 10_000,
) -> Verdict:
    """Right where the query in the reply finds what one of the golds finds, in every one of the databases.

    A query that cannot be run is a wrong answer; a gold that cannot be run raises sqlite3.Error.
    """
    if not isinstance(output, str):
        return verdict(False, f"a query was expected, not a {type(output).__name__}")
    query = code_in(output, "sql", "sqlite").strip().rstrip(";")
    wanted = [golds] if isinstance(golds, str) else list(golds)
    left = set(range(len(wanted)))
    for database in [databases] if isinstance(databases, Database) else databases:
        try:
            found = database.rows(query, seconds, most)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as problem:
            return verdict(False, f"the query cannot be run: {problem}", runs=0.0)
        left = {at for at in left if same(found, database.right(wanted[at], seconds, most), ordered)}
        if not left:
            return verdict(False, f"other rows were expected than the {len(found)} that it finds", runs=1.0)
    return verdict(True, runs=1.0)


def same(found: Sequence[Row], wanted: Sequence[Row], ordered: bool = False) -> bool:
    """Whether two results are equal, as the module says."""
    if len(found) != len(wanted):
        return False
    ours, theirs = list(map(_values, found)), list(map(_values, wanted))
    return ours == theirs if ordered else Counter(ours) == Counter(theirs)


def _values(row: Row) -> tuple[Any, ...]:
    return tuple(sorted(map(_value, row)))


def _value(value: object) -> tuple[int, float, str]:
    """Comparable with any other; 5 and 5.0 are one, and so are numbers that differ beyond the digits that count."""
    match value:
        case None:
            return (0, 0.0, "")
        case int() | float():
            return (1, float(f"{float(value):.{_DIGITS}g}"), "")
        case bytes():
            return (2, 0.0, value.hex())
    return (3, 0.0, str(value))


def _confine(connection: sqlite3.Connection, deadline: float) -> None:
    """Reading only, no other file, no giant values, and not for ever."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_authorizer(_allows)
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)


def _allows(action: int, _: str | None, name: str | None, *__: str | None) -> int:
    if action not in _READING or (action == sqlite3.SQLITE_FUNCTION and (name or "").lower() in _FORBIDDEN):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
