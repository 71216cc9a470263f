"""A database as the first version wrote it (first.sql, with a run in it) becomes what a new one is."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.commands.conftest import shell

FIRST = Path(__file__).parent / "databases" / "first.sql"


def schema(home: Path) -> dict[str, list[str]]:
    """The parts of what made each table and index, sorted: columns stand in the order in which they came to be."""
    with closing(sqlite3.connect(home / "evoweb.sqlite3")) as database:
        made = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: sorted(sql.removesuffix(")").split(", ")) for name, sql in made}


def test_a_database_of_the_first_version_comes_up_with_all_that_is_in_it(home: Path, empty: Path) -> None:
    with closing(sqlite3.connect(home / "evoweb.sqlite3")) as database:
        database.executescript(FIRST.read_text(encoding="utf-8"))
    came = shell(home, "migrate")
    assert (came.code, came.err) == (0, "")
    assert schema(home) == schema(empty)
    verified = shell(home, "verify_log")
    assert (verified.code, verified.lines) == (0, ["parabola-eight-constants: 20 entries, all whole"])
