"""The database as a person at a terminal meets it: made on first use, refused if not ours, explained when it fails."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, DataError, IntegrityError, ProgrammingError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from apps.common.errors import UserError

_ELSEWHERE = "or choose another folder with EVOWEB_HOME"
_REMEDIES = {
    "full": "Free space there, then try again",
    "no space": "Free space there, then try again",
    "disk i/o error": "See whether the disk is full or broken, then try again",
    "readonly": f"Make it and its folder writable for this user, {_ELSEWHERE}",
    "unable to open": f"Make its folder writable for this user, {_ELSEWHERE}",
    "not a database": f"Put a copy back in its place, {_ELSEWHERE}",
    "malformed": f"Put a copy back in its place, {_ELSEWHERE}",
    "locked": "Another process holds it for long; end that one or wait, then try again",
    "connection": "Start that server, or correct EVOWEB_DATABASE_URL",
}


def place() -> str:
    """Where the database is, without the password."""
    known = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return str(known["NAME"])
    return f"{known['NAME']} at {known['HOST'] or 'the local socket'}"


def ours(error: DatabaseError) -> bool:
    """Whether the code is wrong, not the database: such an error keeps its traceback. SQLite has no class for it."""
    return isinstance(error, (ProgrammingError, IntegrityError, DataError)) or str(error).startswith("no such ")


def explain(error: DatabaseError) -> str:
    """What failed, where, and what to do about it."""
    what = (str(error).strip().splitlines() or [type(error).__name__])[0]
    remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in what.lower()), "See to it, then try again")
    return f"The database {place()} failed: {what}. {remedy}."


def prepare(home: Path) -> bool:
    """Make the tables of a database that has none. Whether they were made.

    Raises UserError for a database of another version: a newer one cannot be read, and an older one is brought up on
    request only, because a system of that version may be running on it.
    """
    with transaction.atomic():
        pass  # on SQLite this takes the lock for writing: without it Django's checks guess at why they failed
    executor = MigrationExecutor(connection)
    if unknown := unknown_migrations(executor):
        raise UserError(
            f"The database {place()} was written by a newer evoweb: it has changes that this one does not know "
            f"({', '.join(unknown)}). Use that newer evoweb, {_ELSEWHERE}. Nothing was changed."
        )
    if not _behind(executor):
        return False
    with _alone(home):
        connection.close()  # who made the tables before us, or failed to, may have put another file here
        if not _behind(MigrationExecutor(connection)):  # another process was first
            return False
        if not _empty():
            raise UserError(f"The database {place()} is of an older evoweb. Bring it up to date: manage.py migrate")
        migrate()
    return True


def migrate() -> None:
    """Bring the tables up to date. Of a database that had none nothing is left if that fails.

    Django records a migration after its tables are there: on a full disk it can make them and not record it, and would
    make them again the next time.
    """
    new = connection.vendor == "sqlite" and not connection.introspection.table_names()
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError:
        if new:
            connection.close()
            Path(place()).unlink(missing_ok=True)
        raise


def _behind(executor: MigrationExecutor) -> bool:
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _empty() -> bool:
    """Nothing was kept in it yet: it is new, or making it was interrupted."""
    with connection.cursor() as cursor:
        if "projects_project" not in connection.introspection.table_names(cursor):
            return True
        cursor.execute("SELECT 1 FROM projects_project LIMIT 1")
        return cursor.fetchone() is None


def unknown_migrations(executor: MigrationExecutor) -> list[str]:
    """Migrations that were applied to the database but are not part of this code: a newer evoweb was here."""
    known = executor.loader.disk_migrations
    replaced = {key for migration in known.values() for key in migration.replaces}
    return sorted(f"{app}.{name}" for app, name in executor.loader.applied_migrations.keys() - known.keys() - replaced)


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything that is read inside is of one moment. Blocks nobody; nothing may be written inside by this thread."""
    if connection.in_atomic_block:
        yield  # a test's
        return
    # Not atomic(): on SQLite that takes the lock for writing.
    kind = "" if connection.vendor == "sqlite" else " TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(f"BEGIN{kind}")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One process of this machine at a time."""
    with (home / "prepare.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
