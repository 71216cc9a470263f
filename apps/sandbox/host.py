"""One sandboxed program seen from outside: a process and a socket that carries frames both ways, never blocking."""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from .inside import wire
from .launching import Launch

_CHUNK = 1 << 18
_PATIENCE = 2.0  # seconds that a program may take to leave after we hung up
_HERE = Path(__file__).parent

FrameHandler = Callable[[wire.Frame], None]
EndHandler = Callable[[str], None]


class Departures:
    """Programs that were hung up on: they end by themselves at once, or are killed; each is waited for."""

    def __init__(self) -> None:
        self._leaving: list[tuple[float, subprocess.Popen[bytes]]] = []

    def add(self, process: subprocess.Popen[bytes]) -> None:
        self._leaving.append((time.monotonic() + _PATIENCE, process))

    def look(self) -> None:
        """Collect those that ended, kill those that should have."""
        now = time.monotonic()
        self._leaving = [entry for entry in self._leaving if entry[1].poll() is None]
        for deadline, process in self._leaving:
            if now > deadline:
                _kill_group(process)

    def wait(self) -> None:
        """Until all are gone."""
        for deadline, process in self._leaving:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(process)
                process.wait()
        self._leaving.clear()


class Host:
    """Starts on construction. Calls `on_frame` for every frame, and `on_end` when it ended by itself."""

    def __init__(self, launch: Launch, max_body: int, selector: selectors.BaseSelector, departures: Departures) -> None:
        self.ready = False
        self.on_frame: FrameHandler = lambda frame: None
        self.on_end: EndHandler = lambda reason: None
        self._selector = selector
        self._departures = departures
        self._reader = wire.Reader(max_body)
        self._unsent = bytearray()
        self._complaints = os.memfd_create("complaints", os.MFD_CLOEXEC)
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = _start(launch, theirs, self._complaints)
        ours.setblocking(False)
        self._socket = ours
        selector.register(ours, selectors.EVENT_READ, self)
        self.send(launch.settings)

    @property
    def open(self) -> bool:
        return self._socket.fileno() >= 0

    def send(self, header: wire.Header, *parts: bytes) -> None:
        """Hand over a frame; what does not fit now is sent when the program reads on."""
        self._unsent += wire.encode(header, *parts)
        self._flush()

    def handle(self, events: int) -> None:
        """What the selector reported. Calls the handlers."""
        if events & selectors.EVENT_WRITE:
            self._flush()
        if not events & selectors.EVENT_READ:
            return
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self._end(f"the sandboxed program ended: {self._last_words()}")
            return
        self._reader.feed(data)
        self._deliver()

    def hang_up(self) -> None:
        """End the program and everything in its sandbox; no handler is called afterwards."""
        if not self.open:
            return
        self._selector.unregister(self._socket)
        self._socket.close()
        os.close(self._complaints)
        self._departures.add(self._process)

    def _deliver(self) -> None:
        try:
            while self.open and (frame := self._reader.next()):
                self.on_frame(frame)
        except wire.BrokenFrame as problem:
            self._end(f"broken frame from the sandbox: {problem}")

    def _flush(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):  # an end is noticed when reading
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        if self._selector.get_key(self._socket).events != events:
            self._selector.modify(self._socket, events, self)

    def _end(self, reason: str) -> None:
        self.hang_up()
        self.on_end(reason)

    def _last_words(self) -> str:
        text = os.pread(self._complaints, 1 << 20, 0)[-500:].decode(errors="replace").strip()
        return text or "no reason given"


def _start(launch: Launch, connection: socket.socket, complaints: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        launch.argv,
        stdin=connection.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=complaints,
        cwd=_HERE,
        env={},  # secrets in ours must not be readable from inside
        start_new_session=True,  # no terminal
    )


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
