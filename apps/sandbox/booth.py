"""Where one candidate is tried once while a person watches: isolated exactly as in a measurement, with no scorer.

Never blocks except in `turn`. What is seen stands in `sight` while it runs; `tried` is there when it has ended.
"""

import selectors
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from . import admission
from .candidates import CandidateSide
from .contract import FAILURES, Attempt, Sight, Tried
from .host import Departures, Host
from .isolation import Isolation
from .plain import clean, figure
from .workshop import Bench, Workshop

_MAX_DETAIL = 2_000
_MAX_NAME = 300


class Booth:
    """One warm parent for one attempt after another. `isolation` comes from `probe.require`."""

    def __init__(self, home: Path, isolation: Isolation) -> None:
        self._selector = selectors.DefaultSelector()
        self._departures = Departures()
        self._bench = Bench(Workshop(isolation, home, self._selector, self._departures))
        self._side = CandidateSide(self._bench)
        self._side.on_reply, self._side.on_sight = self._replied, self._seen
        self._side.on_done, self._side.on_broken = self._ended, self._break
        self._reply: Tried | None = None
        self.sight = Sight()
        self.tried: Tried | None = None

    def start(self, attempt: Attempt) -> None:
        """Begin. Raises ValueError for a malformed attempt."""
        admission.check_attempt(attempt)
        self.sight, self.tried, self._reply = Sight(), None, None
        try:
            self._side.start(attempt)
        except OSError as problem:
            self._break(f"no sandbox could be started: {problem}")

    def turn(self, timeout: float) -> None:
        """Wait for news, at most that long, and take them in."""
        wait = 0.0 if self.tried else min(timeout, self._side.deadline - time.monotonic())
        for key, events in self._selector.select(max(0.0, wait)):
            host: Host = key.data
            if host.open:
                host.handle(events)
        if time.monotonic() >= self._side.deadline:
            self._side.expire()
        self._departures.look()

    def close(self) -> None:
        """Kill what runs and wait until it is gone."""
        self._side.stop()
        self._departures.wait()
        self._bench.close()
        self._selector.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _replied(self, _: int, header: dict[str, Any], content: bytes) -> None:
        seconds, cpu = figure(header.get("seconds")), figure(header.get("cpu"))
        failure = str(header.get("failure") or "")
        if failure:
            label, detail = failure if failure in FAILURES else "crashed", clean(content.decode(errors="replace"))
            self._reply = Tried(label, detail[-_MAX_DETAIL:], seconds=seconds, cpu_seconds=cpu)
        else:
            self._reply = Tried(output=content, seconds=seconds, cpu_seconds=cpu)

    def _seen(self, header: dict[str, Any], parts: list[bytes]) -> None:
        sight = self.sight
        if "left" in header:
            sight.left = [(clean(name)[:_MAX_NAME], int(figure(size))) for name, size in header["left"]]
            sight.left_whole = bool(header.get("whole"))
            return
        sight.out += parts[0]
        sight.err += parts[1]
        out, err = header["said"]
        sight.said = (int(out), int(err))
        used = {name: figure(value) for name, value in header["seen"].items()}
        sight.seconds, sight.cpu_seconds = figure(header["seconds"]), used["cpu"]
        sight.memory, sight.processes, sight.files = int(used["memory"]), int(used["processes"]), int(used["files"])

    def _ended(self) -> None:
        self.tried = self._reply or Tried(infrastructure="the sandbox ended without a reply")

    def _break(self, why: str) -> None:
        self._side.stop()
        self.tried = self._reply or Tried(infrastructure=clean(why)[:_MAX_DETAIL])  # cleaning up may break too
