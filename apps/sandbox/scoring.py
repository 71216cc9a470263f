"""The scorer side of a slot: a process with the project's evaluator; it outlives jobs and is replaced when it fails."""

import hashlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from .contract import Job, Judging, Runtime, Scorer, TaskItem
from .host import Host
from .inside import wire
from .workshop import Bench

_RECYCLE_AFTER = 10_000  # judged answers
_START_SECONDS = 60.0
_SCRATCH_MB = 64
_MAX_REPLY = 1 << 20
_NEVER = float("inf")

Verdict = dict[str, Any]


class ScorerSide:
    """Calls `on_verdict(index, header)` for every answer, in the order asked, or `on_broken(why)` if none can come."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._host: Host | None = None
        self._key: tuple[object, ...] | None = None
        self._scorer: Scorer | None = None
        self._runtime: Runtime | None = None
        self._queue: deque[tuple[int, TaskItem, bytes]] = deque()
        self._judged = 0
        self.deadline = _NEVER
        self.on_verdict: Callable[[int, Verdict], None] = lambda index, header: None
        self.on_broken: Callable[[str], None] = lambda why: None

    def warm_for(self, job: Job | Judging) -> bool:
        return self._host is not None and self._key == _key(job) and self._judged < _RECYCLE_AFTER

    def prepare(self, job: Job | Judging) -> None:
        """Have the job's evaluator loaded. OSError when no sandbox can be started."""
        assert job.scorer is not None
        if not self.warm_for(job):
            self._key, self._scorer, self._runtime = _key(job), job.scorer, job.runtime
            self._restart()
        self._scorer = job.scorer

    def ask(self, index: int, task: TaskItem, output: bytes) -> None:
        """Have one answer judged."""
        self._queue.append((index, task, output))
        self._send(task, output)
        if len(self._queue) == 1:
            self._extend()

    def forget(self) -> None:
        """Drop what is still being judged."""
        if self._queue:
            self.stop()

    def stop(self) -> None:
        self._queue.clear()
        self.deadline = _NEVER
        if self._host:
            self._host.hang_up()
        self._host = None

    def expire(self) -> None:
        """The evaluator took too long over the first answer in the queue, or never got ready."""
        assert self._scorer is not None
        if self._host and self._host.ready:
            seconds = self._scorer.wall_seconds
            self._give_up({"failure": "scorer_timeout", "detail": f"the scorer took longer than {seconds:g} seconds"})
        else:
            self._break(f"the scorer could not be loaded within {_START_SECONDS:g} seconds")

    def _restart(self) -> None:
        if self._host:
            self._host.hang_up()
        scorer, runtime = self._scorer, self._runtime
        assert scorer is not None
        assert runtime is not None
        self._judged = 0
        self._host = self._bench.start("scorer", runtime, _SCRATCH_MB, _MAX_REPLY)
        self._host.on_frame, self._host.on_end = self._take, self._ended
        header = {"files": list(scorer.files), "entry": scorer.entry, "memory_mb": scorer.memory_mb}
        self._host.send(header, *scorer.files.values())
        for _, task, output in self._queue:
            self._send(task, output)
        self._extend()

    def _send(self, task: TaskItem, output: bytes) -> None:
        assert self._host is not None
        self._host.send({"seed": task.seed}, task.input, task.expected, output)

    def _extend(self) -> None:
        assert self._scorer is not None
        ready = self._host is not None and self._host.ready
        seconds = self._scorer.wall_seconds if ready else _START_SECONDS
        self.deadline = time.monotonic() + seconds if self._queue else _NEVER

    def _take(self, frame: wire.Frame) -> None:
        header, _ = frame
        if header.get("ready"):
            assert self._host is not None
            self._host.ready = True
            self._extend()
        elif self._queue:
            self._judged += 1
            self._answer(header)
        else:
            self._break("the scorer spoke without being asked")

    def _ended(self, reason: str) -> None:
        if self._host and self._host.ready and self._queue:
            self._give_up({"failure": "scorer_error", "detail": "the scorer's process ended"})
        elif self._host and self._host.ready:
            self._host = None  # between two jobs; the next one starts another
        else:
            self._break(reason)

    def _give_up(self, verdict: Verdict) -> None:
        """On the first answer in the queue; a fresh process goes on with the rest."""
        index = self._queue.popleft()[0]
        self._restart()
        self.on_verdict(index, verdict)

    def _answer(self, verdict: Verdict) -> None:
        index = self._queue.popleft()[0]
        self._extend()
        self.on_verdict(index, verdict)

    def _break(self, why: str) -> None:
        self.stop()
        self.on_broken(why)


def _key(job: Job | Judging) -> tuple[object, ...]:
    """Two jobs with the same key may share a process."""
    assert job.scorer is not None
    return job.scorer.key or digest(job.scorer), job.scorer.memory_mb, job.runtime.key


def digest(scorer: Scorer) -> str:
    """Names a scorer by its content."""
    summary = hashlib.sha256(scorer.entry.encode())
    for name, content in sorted(scorer.files.items()):
        summary.update(b"\0%d %s %d\0" % (len(name), name.encode(), len(content)) + content)
    return summary.hexdigest()
