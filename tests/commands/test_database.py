"""Databases that are new, old, newer, broken, or fail for long."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from apps.records.models import Run
from apps.rounds import loop
from apps.rounds.verify import problems
from tests.commands.conftest import assert_nothing_kept, assert_one_message, shell

COMMANDS = ["evolve", "import_project", "resume", "verify_log"]


def with_folder(command, folder):
    return [command, folder] if command in ("evolve", "import_project") else [command]


@pytest.fixture
def migrations(transactional_db):
    recorder = MigrationRecorder(connection)
    before = set(recorder.applied_migrations())
    yield recorder
    for app, name in set(recorder.applied_migrations()) - before:
        recorder.record_unapplied(app, name)
    for app, name in before - set(recorder.applied_migrations()):
        recorder.record_applied(app, name)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_of_a_newer_version_is_left_alone(command, folder, manage, migrations):
    migrations.record_applied("records", "9999_from_the_future")
    said = manage(*with_folder(command, folder))
    assert (said.code, said.out) == (1, "")
    assert "was written by a newer evoweb: it has changes that this one does not know (records.9999_from" in said.err
    assert "Use that newer evoweb, or choose another folder with EVOWEB_HOME." in said.err
    assert_nothing_kept()


def test_a_database_of_an_older_version_is_brought_up_on_request_only(folder, manage, migrations):
    manage("import_project", folder)
    migrations.record_unapplied(*max(migrations.applied_migrations()))
    said = manage("evolve", folder)
    assert said.code == 1
    assert "is of an older evoweb. Bring it up to date: manage.py migrate" in said.err


def test_a_project_can_be_checked_without_a_database(folder, manage, migrations):
    migrations.record_applied("records", "9999_from_the_future")
    assert manage("check_project", folder).code == 0


def test_a_fresh_home_gets_its_database_from_the_first_command(folder, home):
    said = shell(home, "evolve", folder, "--candidates", 3)
    assert said.code == 0
    assert said.err == f"Made a new database: {home}/evoweb.sqlite3\n"
    assert shell(home, "verify_log").code == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"This was a shopping list once. " * 40, "file is not a database. Put a copy back in its place"),
        (b"SQLite format 3\x00" + b"\x10\x00\x01\x01\x00\x40\x20\x20" + b"\xff" * 8168, "Put a copy back in its place"),
    ],
    ids=["another file", "torn"],
)
def test_a_file_that_is_no_database_is_named_and_left_as_it_is(content, told, folder, home):
    (home / "evoweb.sqlite3").write_bytes(content)
    said = shell(home, "evolve", folder)
    assert (said.code, said.out) == (1, "")
    assert_one_message(said)
    assert f"The database {home}/evoweb.sqlite3 failed: " in said.err
    assert told in said.err
    assert (home / "evoweb.sqlite3").read_bytes() == content


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("EVOWEB_HOME", "/proc/evoweb", "/proc/evoweb cannot be used as evoweb's folder: No such file or directory."),
        ("EVOWEB_HOME", __file__, "cannot be used as evoweb's folder: "),
        ("EVOWEB_SLOTS", "many", "EVOWEB_SLOTS is 'many', which is no whole number."),
        ("EVOWEB_DATABASE_URL", "mysql://x", "EVOWEB_DATABASE_URL begins with 'mysql'; evoweb supports postgresql://"),
        ("EVOWEB_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x", "The database x at 127.0.0.1 failed: "),
    ],
)
def test_an_environment_that_makes_no_sense_is_told_in_one_message(variable, value, told, home):
    said = shell(home, "verify_log", **{variable: value})
    assert (said.code, said.out) == (1, "")
    assert told in said.err
    assert len(said.err.splitlines()) == 1
    assert "secret" not in said.err


def test_a_database_that_another_process_holds_is_told(folder, manage, monkeypatch):
    def begins(*_, **__):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr("apps.common.database.transaction.atomic", begins)
        said = manage("evolve", folder)
    assert "failed: database is locked. Another process holds it for long; end that one or wait" in said.err


def test_a_database_that_fails_for_long_is_given_up_and_one_that_fails_once_is_not(folder, manage, monkeypatch):
    commit, failures = loop.Driver._write, [OperationalError("database or disk is full")] * 3

    def fails(driver):
        if driver.book.counters.measured > 2 and failures:
            raise failures.pop()
        return commit(driver)

    monkeypatch.setattr(loop, "RETRY", loop.RETRY / 100)
    monkeypatch.setattr(loop.Driver, "_write", fails)
    assert manage("evolve", folder).code == 0
    failures += [OperationalError("database or disk is full")] * 50
    said = manage("evolve", folder, "--seed=2")
    run = Run.objects.latest("pk")
    assert (said.code, run.state, run.driver) == (1, "open", "")
    assert "failed: database or disk is full. Free space there, then try again." in said.err
    assert f"The run stays open; go on with: manage.py resume {run.uuid}" in said.err
    failures.clear()
    assert manage("resume").code == 0
    assert list(problems(run.project)) == []
