"""What one running evoweb has for itself: its folder, its port."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from evoweb.supervisor.refusal import Refusal

HOST = "127.0.0.1"


@contextmanager
def folder(home: Path) -> Iterator[None]:
    """Hold the folder, made when missing, for this process alone. Raises Refusal when another one has it."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (home / "supervisor.lock").open("a+")
    except OSError as error:
        raise Refusal(f"{home} cannot be used as evoweb's folder: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(_folder_taken(home, lock)) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def port(number: int) -> Iterator[socket.socket]:
    """The listening socket of this port. It outlives the web process: while that one restarts, browsers just wait."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it. uvicorn takes the socket for a unix one and would leave small frames waiting.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            listener.bind((HOST, number))
            listener.listen(512)
        except (OSError, OverflowError) as error:
            raise Refusal(_port_refused(number, error)) from None
        yield listener


def _folder_taken(home: Path, lock: TextIO) -> str:
    lock.seek(0)
    return (
        f"evoweb already runs on {home} (process {lock.read() or 'unknown'}).\n"
        f"Stop that one first, or give this one a folder of its own: make run EVOWEB_HOME=./other"
    )


def _port_refused(number: int, error: OSError | OverflowError) -> str:
    if isinstance(error, OverflowError):
        return f"{number} is not a port; ports go from 1 to 65535."
    if error.errno == errno.EADDRINUSE:
        return f"Port {number} is in use by another program. Take another one: make run PORT={number + 1}"
    return f"Port {number} cannot be used: {error.strerror}. Take another one: make run PORT=8000"
