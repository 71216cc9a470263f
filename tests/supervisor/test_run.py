"""The real supervisor over stub programs: what it promises about processes."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.supervisor.conftest import BASE, Supervisor, of_home, until

STUB = str(BASE / "tests/supervisor/stub_system.py")
Start = Callable[..., Supervisor]


def lasting(folder: Path, name: str, at_term: str = "exit") -> str:
    """A program that notes its process in folder/name and lasts; folder/order notes who was asked to stop."""
    note = f"echo $$ >{folder}/{name}.new; mv {folder}/{name}.new {folder}/{name}"
    return f"{name}=trap 'echo {name} >>{folder}/order; {at_term}' TERM; {note}; while :; do sleep 600 & wait; done"


def pid_of(folder: Path, name: str) -> int:
    return int(until(lambda: (folder / name).exists() and (folder / name).read_text()))


def up(start: Start, folder: Path, *programs: str) -> Supervisor:
    supervisor = start(STUB, str(folder), "true", *programs)
    supervisor.until_said("ready")
    return supervisor


def test_a_killed_program_comes_back(start: Start, tmp_path: Path) -> None:
    supervisor = up(start, tmp_path, lasting(tmp_path, "broker"), lasting(tmp_path, "web"))
    first = pid_of(tmp_path, "web")
    os.kill(first, signal.SIGKILL)
    supervisor.until_said("web was ended by SIGKILL; it starts again in 0.5 s")
    until(lambda: pid_of(tmp_path, "web") != first)
    assert supervisor.stop() == 0


def test_a_stop_signal_stops_in_reverse_order(start: Start, tmp_path: Path) -> None:
    names = ("broker", "web", "worker")
    supervisor = up(start, tmp_path, *(lasting(tmp_path, name) for name in names))
    for name in names:
        pid_of(tmp_path, name)
    assert supervisor.stop() == 0
    assert (tmp_path / "order").read_text().split() == ["worker", "web", "broker"]
    assert of_home(tmp_path) == []


def test_a_program_that_ignores_the_signal_is_killed(start: Start, tmp_path: Path) -> None:
    supervisor = up(start, tmp_path, lasting(tmp_path, "deaf", at_term="true"))
    pid_of(tmp_path, "deaf")
    assert supervisor.stop() == 0
    assert of_home(tmp_path) == []


def test_nothing_outlives_a_killed_supervisor(start: Start, tmp_path: Path) -> None:
    supervisor = up(start, tmp_path, "broker=exec sleep 600", "web=trap '' TERM HUP; while :; do read x; done")
    until(lambda: len(of_home(tmp_path)) == 2)
    os.kill(supervisor.pid, signal.SIGKILL)
    until(lambda: not of_home(tmp_path))


@pytest.mark.parametrize("escape", ["sleep 600 & echo", "setsid sleep 600 & sleep 0.2; echo"])
def test_what_a_dead_program_leaves_behind_is_killed(start: Start, tmp_path: Path, escape: str) -> None:
    supervisor = up(start, tmp_path, f"leaky={escape} $! >{tmp_path}/left; exit 7")
    supervisor.until_said("leaky ended with exit code 7")
    until(lambda: pid_of(tmp_path, "left") not in of_home(tmp_path))
    assert supervisor.stop() == 0


def test_a_program_that_is_not_there_is_tried_again(start: Start, tmp_path: Path) -> None:
    supervisor = start(STUB, str(tmp_path), "true", "gone=")
    supervisor.until_said("gone could not be started")
    supervisor.until_said("it starts again in 1 s")
    assert supervisor.stop() == 0


def test_a_failed_preparation_starts_nothing(start: Start, tmp_path: Path) -> None:
    supervisor = start(STUB, str(tmp_path), "echo ouch >&2; exit 1", "broker=sleep 600", f"web=touch {tmp_path}/web")
    assert supervisor.ends() == 1
    assert "could not be prepared" in supervisor.said
    assert (tmp_path / "prepare.log").read_text() == "ouch\n"
    assert not (tmp_path / "web").exists()
    assert of_home(tmp_path) == []


def test_a_preparation_may_say_why_itself(start: Start, tmp_path: Path) -> None:
    supervisor = start(STUB, str(tmp_path), "echo too new; exit 3")
    assert supervisor.ends() == 1
    assert supervisor.said == "too new\nNothing was started.\n"


def test_it_can_be_stopped_while_it_prepares(start: Start, tmp_path: Path) -> None:
    supervisor = start(STUB, str(tmp_path), "echo preparing; exec sleep 600", "broker=exec sleep 600")
    supervisor.until_said("preparing")
    assert supervisor.stop() == 0
    assert of_home(tmp_path) == []


def test_a_long_log_makes_room(start: Start, tmp_path: Path) -> None:
    with (tmp_path / "web.log").open("wb") as log:
        log.truncate(11 * 2**20)
    supervisor = up(start, tmp_path, "web=echo hello; exec sleep 600")
    until(lambda: (tmp_path / "web.log").read_text() == "hello\n")
    assert (tmp_path / "web.log.1").stat().st_size == 11 * 2**20
    assert supervisor.stop() == 0
