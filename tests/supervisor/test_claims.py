"""Folder and port belong to one supervisor."""

import os
import socket
from pathlib import Path

import pytest

from evoweb.supervisor import claims
from evoweb.supervisor.keeper import next_pause
from evoweb.supervisor.programs import system
from evoweb.supervisor.refusal import Refusal


def test_a_folder_is_held_once(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with claims.folder(home):
        assert home.stat().st_mode & 0o777 == 0o700
        with pytest.raises(Refusal, match=rf"already runs on {home} \(process {os.getpid()}\)"), claims.folder(home):
            pass
    with claims.folder(home):
        assert (home / "supervisor.lock").read_text() == str(os.getpid())


def test_a_folder_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match="cannot be used"), claims.folder(tmp_path / "file"):
        pass


def test_a_port_in_use_is_named_with_a_remedy(free_port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        with pytest.raises(Refusal, match=f"Port {free_port} is in use.*make run PORT="), claims.port(free_port):
            pass


def test_a_number_that_is_no_port_is_refused() -> None:
    with pytest.raises(Refusal, match="70000 is not a port"), claims.port(70000):
        pass


def test_a_path_too_long_for_the_broker_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVOWEB_BROKER_URL", raising=False)
    with pytest.raises(Refusal, match="shorter EVOWEB_HOME"):
        system(tmp_path / ("long" * 30), listener=3)


def test_another_broker_leaves_out_the_embedded_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOWEB_BROKER_URL", "redis://broker:6379/0")
    whole = system(tmp_path, listener=3)
    assert whole.before == ()
    assert whole.environment["EVOWEB_BROKER_URL"] == "redis://broker:6379/0"


def test_pauses_double_up_to_half_a_minute_and_start_over_after_a_sound_life() -> None:
    pauses, pause = [], 0.0
    for _ in range(8):
        pause = next_pause(pause, lived=1)
        pauses.append(pause)
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert next_pause(30, lived=31) == 0.5
