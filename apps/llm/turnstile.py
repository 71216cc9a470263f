"""What the processes of one machine share of a model's limits: seats for its calls, and a note of what it was asked.

Both are locks on files under EVOWEB_HOME. A lock goes with its process, however that dies, so no seat stays taken; and
it is had in microseconds, so nobody asks a database on the way to a call. Nothing here is worth keeping.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

SHORTEST, LONGEST = 0.005, 0.1  # seconds between two looks for a seat that others have
NOTE_SECONDS = 0.001  # between two attempts at the note, which nobody holds for longer than it takes to write it
LARGEST_NOTE = 4096


@dataclass(slots=True)
class Note:
    """What the last process left for the next; empty at first."""

    data: bytes


class Turnstile:
    """One model's, for one process. Its folder is the same in all."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._file = os.open(folder / "note", os.O_RDWR | os.O_CREAT, 0o600)
        self._noting = asyncio.Lock()  # of this process, whose own lock on the file would not stop it
        self._looking = asyncio.Lock()
        self._first = os.getpid()  # where to look first: processes that look elsewhere seldom meet

    @asynccontextmanager
    async def seat(self, seats: int) -> AsyncIterator[None]:
        """Sit on one of so many seats; waits until one is free."""
        async with self._looking:
            pause = SHORTEST
            while (taken := self._free(seats)) is None:
                await asyncio.sleep(pause)
                pause = min(LONGEST, 2 * pause)
        try:
            yield
        finally:
            os.close(taken)

    @asynccontextmanager
    async def note(self) -> AsyncIterator[Note]:
        """The note, while no other process has it; what it says afterwards is written down."""
        async with self._noting:
            while not _locked(self._file):
                await asyncio.sleep(NOTE_SECONDS)
            with _unlocking(self._file):
                kept = Note(os.pread(self._file, LARGEST_NOTE, 0))
                yield kept
                os.pwrite(self._file, kept.data, 0)

    def close(self) -> None:
        """Let go of the note; seats go with their calls."""
        os.close(self._file)

    def _free(self, seats: int) -> int | None:
        """The descriptor of a seat that is ours now; None where all are taken."""
        for number in range(seats):
            file = os.open(self._folder / f"seat-{(self._first + number) % seats}", os.O_RDWR | os.O_CREAT, 0o600)
            if _locked(file):
                return file
            os.close(file)
        return None


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _unlocking(file: int) -> Iterator[None]:
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
