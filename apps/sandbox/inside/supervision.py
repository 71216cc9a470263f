"""One forked child working on a job: its replies are read with bounds, its limits enforced, its remains removed.

The child is hostile. A reply's size is checked before it is collected, time and use are measured here, and what is
left of it (processes, files) is gone before the next one starts.
"""

import os
import select
import signal
import time
from typing import NamedTuple

from . import candidate, processes, scratch
from .channel import Channel, HungUp
from .plan import KINDS, MAX_DETAIL, MEGABYTE, REPLY, Failure, Job, Limits, Place
from .watching import Watcher

_LOOK_EVERY = 0.05  # seconds between looks at what a long-running candidate uses
_CHUNK = 1 << 18


class Reply(NamedTuple):
    failure: str
    content: bytes  # JSON text of the answer, or UTF-8 text of the detail
    seconds: float
    cpu_seconds: float


class Child:
    """A context manager: on exit nothing of the child is left, and `clean` says whether that worked."""

    def __init__(self, job: Job, first: int, place: Place, channel: Channel) -> None:
        self.limits = job.limits
        self.place = place
        self.clean = True
        self._buffer = bytearray()
        self._started = self._cpu_before = 0.0
        self._others_before: float | None = 0.0  # processor seconds of the child's own children before this task
        self._watcher = Watcher(job, place, channel) if job.watched else None
        self._pipe, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            candidate.become(job, first, place, writer, self._watcher.writers if self._watcher else None)
        os.close(writer)
        self._poll = select.poll()
        self._poll.register(self._pipe, select.POLLIN)
        self._poll.register(channel.socket, select.POLLRDHUP)
        if self._watcher:
            self._watcher.listen(self._poll)

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._pipe)
        processes.end_all()
        if self._watcher:
            self._watcher.finish()
        self.clean = scratch.empty(self.place.scratch)

    def reply(self) -> Reply:
        """The next task's result; time counts from the call. Raises Failure when the child cannot go on, HungUp."""
        started = self._started = time.monotonic()
        deadline = started + self.limits.wall_seconds
        look = started + _LOOK_EVERY
        while (message := self._message()) is None:
            self._wait(min(deadline, look))
            now = time.monotonic()
            if now >= look or now >= deadline:
                self._enforce(now >= deadline)
                look = now + _LOOK_EVERY
        return self._measured(*message)

    def last_words(self, problem: Failure) -> Reply:
        """The result of the task in which the child failed."""
        return self._measured(problem.kind, problem.detail.encode(errors="replace"))

    def _measured(self, kind: str, content: bytes) -> Reply:
        cpu = max(_cpu_seconds(self.pid), self._cpu_before)
        used, self._cpu_before, self._others_before = cpu - self._cpu_before, cpu, None
        return Reply(kind, content, time.monotonic() - self._started, used)

    def _message(self) -> tuple[str, bytes] | None:
        """A complete reply out of what has arrived."""
        if len(self._buffer) < REPLY.size:
            return None
        kind, size = REPLY.unpack_from(self._buffer)
        if kind >= len(KINDS):
            raise Failure("crashed", "wrote something else than a reply to its result pipe")
        allowed = self.limits.output_kb << 10 if kind == 0 else 4 * MAX_DETAIL
        if size > allowed:
            raise Failure("output_limit", f"{size} bytes, {allowed} are allowed")
        end = REPLY.size + size
        if len(self._buffer) < end:
            return None
        content = bytes(self._buffer[REPLY.size : end])
        del self._buffer[:end]
        return KINDS[kind], content

    def _wait(self, until: float) -> None:
        """Until the child has written, died, or the time has come."""
        milliseconds = max(0.0, until - time.monotonic()) * 1000
        for handle, event in self._poll.poll(milliseconds + 0.5):
            if self._watcher and self._watcher.hears(handle):
                continue
            if handle != self._pipe:
                raise HungUp
            data = os.read(self._pipe, _CHUNK) if event & select.POLLIN else b""
            if not data:
                raise _death(self.pid)
            self._buffer += data

    def _cpu_of_task(self, total: float) -> float:
        """Processor seconds of all processes in this task; what children used before its first look is not counted."""
        own = _cpu_seconds(self.pid)
        others = max(0.0, total - own)
        if self._others_before is None:
            self._others_before = others
        return own - self._cpu_before + others - self._others_before

    def _enforce(self, overdue: bool) -> None:
        limits, place = self.limits, self.place
        used = processes.usage(os.getpid(), place.resident)
        cpu = self._cpu_of_task(used.cpu_seconds)
        if self._watcher:
            self._watcher.look(used._replace(cpu_seconds=cpu), time.monotonic() - self._started)
        if used.memory > limits.memory_mb * MEGABYTE:
            held = f"{used.processes} processes held {used.memory // MEGABYTE} MB"
            raise Failure("memory", f"{held}, {limits.memory_mb} MB are allowed")
        if cpu >= limits.cpu_seconds:
            raise Failure("cpu", f"{cpu:.2f} processor seconds, {limits.cpu_seconds:g} are allowed")
        if overdue:
            raise Failure("timeout", f"no answer within {limits.wall_seconds:g} seconds")
        _check_scratch(limits, place)


def _check_scratch(limits: Limits, place: Place) -> None:
    if not place.shared_disk:
        if scratch.crowded(place.scratch):
            raise Failure("memory", f"made more than {scratch.MAX_ENTRIES} files")
        return
    allowed = limits.file_mb * MEGABYTE
    if scratch.size(place.scratch, allowed) > allowed:
        raise Failure("output_limit", f"wrote more than {limits.file_mb} MB of files")


def _cpu_seconds(pid: int) -> float:
    """Processor seconds of a process and its threads, 0 if it is gone. Its clock has this number in the kernel."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _death(pid: int) -> Failure:
    """Why a child closed its pipe before it answered: most probably it is ending, so it gets a moment for that."""
    handle = os.pidfd_open(pid)
    select.select([handle], [], [], _LOOK_EVERY)
    os.close(handle)
    seen, status = os.waitpid(pid, os.WNOHANG)
    if not seen:
        return Failure("crashed", "closed its result pipe without an answer")
    code = os.waitstatus_to_exitcode(status)
    if -code == signal.SIGXCPU:  # the backstop
        return Failure("cpu", "killed by the processor time limit")
    return Failure("crashed", f"ended with status {code}" if code >= 0 else f"killed by signal {-code}")
