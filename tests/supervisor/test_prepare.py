"""What happens to a database before anything starts."""

import io
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from apps.accounts.models import User
from evoweb.supervisor import prepare

pytestmark = pytest.mark.django_db


def ensure_admin() -> str:
    said = io.StringIO()
    call_command("ensure_admin", stdout=said)
    return said.getvalue()


def test_a_database_of_this_version_has_nothing_unknown() -> None:
    assert prepare.unknown_migrations(MigrationExecutor(connection)) == []


def test_a_migration_of_a_newer_version_is_found() -> None:
    MigrationRecorder(connection).record_applied("records", "9999_from_the_future")
    assert prepare.unknown_migrations(MigrationExecutor(connection)) == ["records.9999_from_the_future"]


def test_the_first_administrator_gets_a_password_once() -> None:
    password = ensure_admin().removeprefix("Sign in as admin with this one-time password: ").strip()
    user = authenticate(username="admin", password=password)
    assert user is not None
    assert user.is_superuser
    assert ensure_admin() == ""


def test_an_installation_with_an_administrator_gets_no_other() -> None:
    User.objects.create_superuser("ada", password="x")
    assert ensure_admin() == ""
    assert not User.objects.filter(username="admin").exists()


def test_a_plain_user_of_that_name_is_not_promoted() -> None:
    User.objects.create_user("admin")
    with pytest.raises(CommandError, match="createsuperuser"):
        ensure_admin()


def test_an_example_that_fails_is_told_and_does_not_stop_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "evoweb.toml").write_text("nonsense")
    prepare.import_examples(tmp_path)
    assert f"import_project {tmp_path / 'broken'} failed: " in capsys.readouterr().out
