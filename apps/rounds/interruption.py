"""Being told to stop by a signal: an exception at a moment that suits, a second signal at once."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked this process to stop. Not an Exception: what deals with broken projects must not deal with it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class _Noted:
    """What the one handler of this process knows. Signals belong to the process, so this does too."""

    holding = False
    number: int | None = None


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, a signal to stop raises Interrupted; outside the main thread, where none arrives, nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _Noted.number, _Noted.holding = None, False


@contextmanager
def held() -> Iterator[None]:
    """A stretch of work that is short and had better not be torn: the signal raises Interrupted at its end."""
    _Noted.holding = True
    try:
        yield
    finally:
        _Noted.holding = False
    if _Noted.number is not None:
        raise Interrupted(_Noted.number)


def _note(number: int, _: FrameType | None) -> None:
    if _Noted.number is not None:
        os._exit(128 + number)  # asked twice: what is left is taken over by whoever goes on, as after a power cut
    _Noted.number = number
    if not _Noted.holding:
        raise Interrupted(number)
