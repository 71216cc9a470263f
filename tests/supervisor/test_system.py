"""The whole real system: broker, preparation, web, worker, ticker."""

import json
import os
import signal
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.supervisor.conftest import Supervisor, command_of, of_home, until

pytestmark = pytest.mark.slow
Start = Callable[..., Supervisor]
PROGRAMS = {
    "broker": "valkey-server",
    "web": "uvicorn",
    "worker": "rounds,sandbox",
    "trials": "--queues trials",
    "ticker": "evoweb.supervisor.ticker",
}


def start_system(start: Start, home: Path, port: int) -> Supervisor:
    return start("-m", "evoweb.supervisor", "--home", str(home), "--port", str(port), home=home)


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=20) as answer:
            return bool(json.load(answer)["status"] == "ok")
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def the(name: str, home: Path, other_than: int = 0) -> int:
    """Wait for this program of the home to run, as another process than before."""
    return until(
        lambda: next((pid for pid in of_home(home) if PROGRAMS[name] in command_of(pid) and pid != other_than), 0)
    )


def test_a_whole_life(start: Start, tmp_path: Path, free_port: int) -> None:
    supervisor = start_system(start, tmp_path, free_port)
    supervisor.until_said("evoweb is ready")
    assert "Sign in as admin with this one-time password: " in supervisor.said
    assert (tmp_path / "broker.sock").stat().st_mode & 0o777 == 0o700

    second = start_system(start, tmp_path, free_port)
    assert second.ends() == 1
    assert f"already runs on {tmp_path} (process {supervisor.pid})" in second.said

    elsewhere = start_system(start, tmp_path / "other", free_port)
    assert elsewhere.ends() == 1
    assert f"make run PORT={free_port + 1}" in elsewhere.said

    for name in PROGRAMS:
        before = the(name, tmp_path)
        os.kill(before, signal.SIGKILL)
        supervisor.until_said(f"{name} was ended by SIGKILL")
        the(name, tmp_path, other_than=before)
    until(lambda: healthy(free_port))

    os.kill(supervisor.pid, signal.SIGKILL)
    until(lambda: not of_home(tmp_path))

    again = start_system(start, tmp_path, free_port)
    again.until_said("evoweb is ready")
    assert "password" not in again.said
    assert again.stop() == 0
    assert of_home(tmp_path) == []


def test_a_database_from_a_newer_version_is_refused_untouched(start: Start, tmp_path: Path, free_port: int) -> None:
    path = tmp_path / "evoweb.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied TEXT)")
        database.execute("INSERT INTO django_migrations VALUES (1, 'records', '9999_from_the_future', '2099-01-01')")
    supervisor = start_system(start, tmp_path, free_port)
    assert supervisor.ends() == 1
    assert "written by a newer evoweb" in supervisor.said
    assert "records.9999_from_the_future" in supervisor.said
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [
            ("django_migrations",)
        ]
