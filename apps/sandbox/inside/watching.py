"""What a watched candidate prints, uses and leaves behind, passed on to the host side a few times a second.

The candidate writes as fast and as much as it likes: its pipes are always read, so that being watched changes nothing
for it, but only the first bytes of each stream are kept, and one frame goes out per look, however often it prints.
"""

import os
import select
import time

from . import scratch
from .channel import Channel
from .plan import MEGABYTE, Job, Place
from .processes import Usage

KEPT = 64 << 10  # bytes of each stream
_CHUNK = 1 << 16
_LEFTOVERS = 64  # chunks read from a pipe whose writers are dead; no pipe holds more
_FILES = 200
_REPORT_EVERY = 0.05  # seconds


class Watcher:
    """The parent's ends of two pipes, and the highest figures seen."""

    def __init__(self, job: Job, place: Place, channel: Channel) -> None:
        self._place = place
        self._channel = channel
        self._own = {name: len(content) for name, content in job.program.files}
        self._room = job.limits.file_mb * MEGABYTE
        pipes = [os.pipe(), os.pipe()]
        self._readers = [reader for reader, _ in pipes]
        self.writers = (pipes[0][1], pipes[1][1])
        self._said = [0, 0]  # bytes in all
        self._unsent = [b"", b""]
        self._most = Usage(0.0, 0, 0)
        self._seconds = 0.0
        self._written = 0
        self._reported = 0.0

    def listen(self, poll: select.poll) -> None:
        """After the fork: only the child holds the writing ends now."""
        for writer in self.writers:
            os.close(writer)
        for reader in self._readers:
            os.set_blocking(reader, False)
            poll.register(reader, select.POLLIN)
        self._poll = poll

    def hears(self, handle: int) -> bool:
        """Take what came from one of the candidate's streams; False when the handle is something else."""
        if handle not in self._readers:
            return False
        if self._take(self._readers.index(handle)) == b"":
            self._poll.unregister(handle)  # closed by the candidate: it would be reported for ever
        if time.monotonic() - self._reported >= _REPORT_EVERY:
            self._report()
        return True

    def look(self, used: Usage, seconds: float) -> None:
        """What it uses now; said on to the host side."""
        most = self._most
        self._most = Usage(
            max(most.cpu_seconds, used.cpu_seconds), max(most.memory, used.memory), max(most.processes, used.processes)
        )
        self._seconds = seconds
        self._measure_files()
        self._report()

    def finish(self) -> None:
        """After its last process has ended: what is still in the pipes, and the files that it leaves."""
        for stream, reader in enumerate(self._readers):
            for _ in range(_LEFTOVERS):
                if not self._take(stream):
                    break
            os.close(reader)
        self._measure_files()
        self._report()
        found, whole = scratch.listing(self._place.scratch, _FILES + len(self._own))
        made = [entry for entry in found if self._own.get(entry[0]) != entry[1]]
        self._channel.send({"left": made[:_FILES], "whole": whole and len(made) <= _FILES})

    def _take(self, stream: int) -> bytes | None:
        """Read once: nothing at the end of the stream, None when there is nothing to read now."""
        try:
            data = os.read(self._readers[stream], _CHUNK)
        except BlockingIOError:
            return None
        room = max(0, KEPT - self._said[stream])
        self._unsent[stream] += data[:room]
        self._said[stream] += len(data)
        return data

    def _measure_files(self) -> None:
        place = self._place
        taken = scratch.size(place.scratch, self._room) if place.shared_disk else scratch.used(place.scratch)
        self._written = max(self._written, taken)

    def _report(self) -> None:
        self._reported = time.monotonic()
        most = self._most
        seen = {"cpu": most.cpu_seconds, "memory": most.memory, "processes": most.processes, "files": self._written}
        header = {"seen": seen, "seconds": self._seconds, "said": self._said}
        self._channel.send(header, *self._unsent)
        self._unsent = [b"", b""]
