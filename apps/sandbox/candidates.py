"""The candidate side of a slot: a warm parent for one runtime, which is given jobs and tells what became of them.

It is given attempts too: one task, watched; then it also tells what is seen.
"""

import time
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

from .contract import Attempt, Job
from .host import Host
from .inside import wire
from .workshop import Bench

_RECYCLE_AFTER = 1_000  # jobs
_START_SECONDS = 60.0
_GRACE_SECONDS = 10.0  # beyond a task's own limit, which the warm parent enforces itself
_MAX_REPLY = 256 << 20  # the warm parent keeps to each job's own limit
_NEVER = float("inf")

Reply = dict[str, Any]


class CandidateSide:
    """Calls `on_reply(index, header, content)` per task, and `on_done()` when clean again, or `on_broken(why)`."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._host: Host | None = None
        self._key: tuple[str, int] | None = None
        self._job: Job | Attempt | None = None
        self._position = self._count = 0
        self._served = 0
        self.deadline = _NEVER
        self.on_reply: Callable[[int, Reply, bytes], None] = lambda index, header, content: None
        self.on_sight: Callable[[Reply, list[bytes]], None] = lambda header, parts: None
        self.on_done: Callable[[], None] = lambda: None
        self.on_broken: Callable[[str], None] = lambda why: None

    def warm_for(self, job: Job | Attempt) -> bool:
        return self._host is not None and self._key == _key(job) and self._served < _RECYCLE_AFTER

    def start(self, job: Job | Attempt) -> None:
        """Begin with a job. OSError when no sandbox can be started."""
        host = self._ready_host(job)
        self._job, self._position = job, 0
        self._served += 1
        self._extend(0.0 if host.ready else _START_SECONDS)
        program, tasks = job.program, _tasks(job)
        self._count = len(tasks)
        header = {
            "files": list(program.files),
            "entry": program.entry,
            "seeds": [seed for _, seed in tasks],
            "limits": astuple(job.limits),
            "watched": isinstance(job, Attempt),
        }
        host.send(header, *program.files.values(), *(asked for asked, _ in tasks))

    def stop(self) -> None:
        """Kill whatever runs."""
        self._job, self.deadline = None, _NEVER
        if self._host:
            self._host.hang_up()
        self._host = None

    def expire(self) -> None:
        """The deadline has passed: the warm parent itself does not answer."""
        self._break("the sandbox did not answer in time")

    def _ready_host(self, job: Job | Attempt) -> Host:
        if not self.warm_for(job):
            self.stop()
            self._key, self._served = _key(job), 0
            self._host = self._bench.start("zygote", job.runtime, job.limits.file_mb, _MAX_REPLY)
            self._host.on_frame, self._host.on_end = self._take, self._break
        assert self._host is not None
        return self._host

    def _extend(self, extra: float) -> None:
        assert self._job is not None
        self.deadline = time.monotonic() + self._job.limits.wall_seconds + _GRACE_SECONDS + extra

    def _take(self, frame: wire.Frame) -> None:
        header, parts = frame
        if header.get("ready"):
            assert self._host is not None
            self._host.ready = True
        elif self._job is None:
            self._break("the sandbox spoke without being asked")
        elif header.get("done"):
            self._finish(bool(header.get("clean")))
        elif isinstance(self._job, Attempt) and ("seen" in header or "left" in header):
            self.on_sight(header, parts)
        elif header.get("task") == self._position and self._position < self._count and len(parts) == 1:
            self._position += 1
            self._extend(0.0)
            self.on_reply(self._position - 1, header, parts[0])
        else:
            self._break("the sandbox answered out of order")

    def _finish(self, clean: bool) -> None:
        self._job, self.deadline = None, _NEVER
        if not clean:
            self.stop()
        self.on_done()

    def _break(self, why: str) -> None:
        self.stop()
        self.on_broken(why)


def _key(job: Job | Attempt) -> tuple[str, int]:
    """What a warm parent is good for: its scratch folder has the size it was started with."""
    return job.runtime.key, job.limits.file_mb


def _tasks(job: Job | Attempt) -> list[tuple[bytes, int]]:
    """(input, seed) of each task."""
    if isinstance(job, Attempt):
        return [(job.input, job.seed)]
    return [(task.input, task.seed) for task in job.tasks]
