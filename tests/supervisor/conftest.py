"""Starting supervisors and looking at what runs under them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent.parent
OWN = {"PYTHONPATH": str(BASE), "EVOWEB_BROKER_URL": "", "EVOWEB_DATABASE_URL": ""}
PATIENCE = 60.0  # seconds; the machine may be busy with other things


class Supervisor:
    """A supervisor in a process of its own. What it says is in said."""

    def __init__(self, home: Path, *command: str, **environment: str) -> None:
        self.home = home
        self.said = ""
        self.environment = os.environ | OWN | environment
        self._process = subprocess.Popen(
            [sys.executable, *command],
            cwd=BASE,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def until_said(self, words: str) -> None:
        """Wait for it to say these words."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said += line
            if words in line:
                return
        raise AssertionError(f"it ended without saying {words!r}, but:\n{self.said}")

    def ends(self) -> int:
        """Wait for its end. Its exit code."""
        self.said += self._process.communicate(timeout=PATIENCE)[0]
        return self._process.returncode

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self.ends()

    def clean_up(self) -> None:
        for pid in (self.pid, *of_home(self.home)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.communicate()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Supervisor]]:
    """start(*command, home=...): a supervisor, ended after the test together with everything under it."""
    started = []

    def start_one(*command: str, home: Path = tmp_path) -> Supervisor:
        started.append(Supervisor(home, *command))
        return started[-1]

    yield start_one
    for supervisor in started:
        supervisor.clean_up()


def of_home(home: Path) -> list[int]:
    """The living processes that were started for this home, whoever is their parent now."""
    mark = f"EVOWEB_HOME={home}\0".encode()
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if mark in _environment(pid)]


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def until[T](condition: Callable[[], T]) -> T:
    """Wait for the condition; what made it true."""
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)
    return value


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
