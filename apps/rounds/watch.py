"""One watcher per web process: it looks at the heads of the watched logs and tells sockets which project moved.

Workers send nothing to the web. A hint holds no content: pages ask for what they show, and access is checked then.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import Error

from apps.log import selectors
from apps.log.models import LogHead

PERIOD = 0.25  # seconds between two looks
MOST_EVENTS = 500
EVERYTHING = frozenset({"*"})

_TOPICS: Mapping[str, frozenset[str]] = {
    "project.imported": frozenset({"project"}),
    "run.started": frozenset({"run", "project"}),
    "run.extended": frozenset({"run"}),
    "run.finishing": frozenset({"run"}),
    "run.waits": frozenset({"run", "project"}),
    "run.ended": frozenset({"run", "project"}),
    "round.ended": frozenset({"run"}),
    "candidate.proposed": frozenset({"candidates", "run"}),
    "candidate.measured": frozenset({"candidates", "run"}),
    "verdict.given": frozenset({"candidates", "run"}),
    "contract.graded": frozenset({"candidates", "run"}),
    "gate.opened": frozenset({"gates", "run"}),
    "gate.claimed": frozenset({"gates"}),
    "gate.freed": frozenset({"gates"}),
    "gate.closed": frozenset({"gates", "run"}),
    "answer.given": frozenset({"gates", "run"}),
    "comment.made": frozenset({"comments"}),
    "commission.made": frozenset({"run", "candidates"}),
    "policy.changed": frozenset({"run"}),
    "mode.changed": frozenset({"project"}),
    "axes.changed": frozenset({"project"}),
    "evaluator.changed": frozenset({"project", "run"}),
    "agreement.measured": frozenset({"project", "run"}),
    "latch.set": frozenset({"run"}),
    "latch.released": frozenset({"run"}),
    "effect.reclaimed": frozenset({"run"}),
    "member.added": frozenset({"members"}),
    "member.changed": frozenset({"members"}),
    "member.removed": frozenset({"members"}),
    "invitation.made": frozenset({"members"}),
    "invitation.used": frozenset({"members"}),
    "invitation.revoked": frozenset({"members"}),
    "trial.asked": frozenset({"trials"}),
    "trial.ended": frozenset({"trials"}),
    "experiment.made": frozenset({"experiments"}),
    "experiment.paused": frozenset({"experiments"}),
    "experiment.resumed": frozenset({"experiments"}),
    "experiment.stopped": frozenset({"experiments"}),
    "experiment.ended": frozenset({"experiments"}),
    "experiment.counted": frozenset({"experiments"}),
    "model.latched": frozenset({"run", "models"}),
    "model.released": frozenset({"run", "models"}),
    "model.changed": frozenset({"models"}),
    "budget.set": frozenset({"run", "project", "models"}),
    "budget.noticed": frozenset({"run", "project", "models"}),
    "log.verified": frozenset({"verification"}),
    "person.added": frozenset({"people"}),
    "person.deactivated": frozenset({"people"}),
    "person.reactivated": frozenset({"people"}),
    "admin.granted": frozenset({"people"}),
    "admin.withdrawn": frozenset({"people"}),
    "reset.made": frozenset({"people"}),
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hint:
    """A project's log has grown to a sequence; topics say what of its pages that touches."""

    project: int
    sequence: int
    topics: frozenset[str]


class Listener:
    """A socket's letter box. Hints that it has not taken yet are merged: a slow reader costs no memory."""

    def __init__(self) -> None:
        self._hints: dict[int, Hint] = {}
        self._ready = asyncio.Event()

    def post(self, hint: Hint) -> None:
        """Leave a hint; never waits."""
        before = self._hints.get(hint.project)
        topics = hint.topics | before.topics if before else hint.topics
        self._hints[hint.project] = Hint(hint.project, hint.sequence, topics)
        self._ready.set()

    async def take(self, patience: float) -> list[Hint]:
        """The hints that wait; after so many seconds without any, none."""
        try:
            async with asyncio.timeout(patience):
                await self._ready.wait()
        except TimeoutError:
            return []
        hints, self._hints = list(self._hints.values()), {}
        self._ready.clear()
        return hints


class Watch:
    """Looks while somebody listens. Lives in one event loop, whose steps are its only lock."""

    def __init__(self) -> None:
        self._listeners: dict[int, set[Listener]] = defaultdict(set)
        self._seen: dict[int, int] = {}
        self._looking: asyncio.Task[None] | None = None

    async def join(self, listener: Listener, projects: Collection[int]) -> dict[int, int]:
        """Post what comes after the returned sequences of these projects to the listener."""
        heads: dict[int, int] = await database_sync_to_async(_heads)(projects)
        for project in projects:
            self._listeners[project].add(listener)
            # Others may have been told of more meanwhile; this listener starts where the next hint will.
            heads[project] = self._seen.setdefault(project, heads[project])
        if self._listeners and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look())
        return heads

    def leave(self, listener: Listener) -> None:
        """Post nothing to the listener any more; without listeners nobody looks."""
        for project in [project for project, listeners in self._listeners.items() if listener in listeners]:
            self._listeners[project].discard(listener)
            if not self._listeners[project]:
                del self._listeners[project], self._seen[project]
        if not self._listeners and self._looking is not None:
            self._looking.cancel()
            self._looking = None  # at once: who joins before it has ended needs a new one

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            try:
                hints = await database_sync_to_async(_moved)(dict(self._seen))
            except Error:
                logger.warning("the log could not be read; live pages fall behind until it can", exc_info=True)
                continue
            self._post(hints)

    def _post(self, hints: Iterable[Hint]) -> None:
        for hint in hints:
            if self._seen.get(hint.project, hint.sequence) >= hint.sequence:
                continue  # everybody left meanwhile, or came back later than this
            self._seen[hint.project] = hint.sequence
            for listener in self._listeners[hint.project]:
                listener.post(hint)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


def watch() -> Watch:
    """The watcher of this process, that is, of its running event loop."""
    return _watches.setdefault(asyncio.get_running_loop(), Watch())


def _heads(projects: Collection[int]) -> dict[int, int]:
    found = dict(LogHead.objects.filter(project__in=projects).values_list("project", "sequence"))
    return {project: found.get(project, 0) for project in projects}


def _moved(seen: Mapping[int, int]) -> list[Hint]:
    heads = _heads(seen.keys())
    return [
        Hint(project, sequence, _topics(project, seen[project], sequence))
        for project, sequence in heads.items()
        if sequence > seen[project]
    ]


def _topics(project: int, after: int, last: int) -> frozenset[str]:
    if last - after > MOST_EVENTS:
        return EVERYTHING
    kinds = {event.kind for event in selectors.read(project, after, MOST_EVENTS)}
    return frozenset().union(*(_TOPICS.get(kind, EVERYTHING) for kind in kinds))
