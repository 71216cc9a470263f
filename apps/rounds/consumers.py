"""The WebSocket behind live pages: the client says what it looks at, the server says that something moved."""

import asyncio
import time
from contextlib import suppress
from importlib import import_module
from typing import Any

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from apps.accounts.actors import Actor
from apps.log.chain import INSTALLATION
from apps.projects.access import visible_projects
from apps.rounds.watch import Hint, Listener, watch

BEAT = 20.0  # seconds: a client that hears nothing for longer than two of them connects anew
CHECKED_FOR = 5.0  # seconds that an answer to "may this person still see it" holds: so long does a lost role work on
WATCHED_AT_MOST = 200

SIGNED_OUT = 4401
NOT_UNDERSTOOD = 4400


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Sends {"project", "sequence", "topics"} of the projects that the client named in {"watch": [ids]}, and beats.

    {"gone": [ids]} says that the person may not see these any more.
    """

    async def connect(self) -> None:
        self.listener = Listener()
        self.watched: frozenset[int] = frozenset()
        self.checked, self.said = 0.0, time.monotonic()
        self.sender: asyncio.Task[None] | None = None
        await self.accept()
        if not self.scope["user"].is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.sender = asyncio.create_task(self._send_on())

    async def disconnect(self, code: int) -> None:
        watch().leave(self.listener)
        if self.sender is not None:
            self.sender.cancel()
            with suppress(asyncio.CancelledError):
                await self.sender

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """What the client sent; None for what is no JSON."""
        try:
            return await super().decode_json(text_data)
        except ValueError:
            return None

    async def receive_json(self, content: Any, **_: Any) -> None:
        """The client looks at other projects now. What it may not see is left out without a word."""
        if not self.scope["user"].is_authenticated:
            return
        wanted = content.get("watch") if isinstance(content, dict) else None
        if not isinstance(wanted, list) or not all(type(key) is int for key in wanted):
            await self.close(NOT_UNDERSTOOD)
            return
        watch().leave(self.listener)
        self.watched = await database_sync_to_async(self._visible)(frozenset(wanted[:WATCHED_AT_MOST]))
        heads = await watch().join(self.listener, self.watched)
        for project, sequence in heads.items():
            await self._send(Hint(project, sequence, frozenset()))

    async def _send_on(self) -> None:
        while True:
            hints = await self.listener.take(min(BEAT, CHECKED_FOR))
            if self._doubtful(hints) and not await self._still_allowed():
                await self.close(SIGNED_OUT)
                return
            for hint in hints:
                if hint.project in self.watched:
                    await self._send(hint)
            if time.monotonic() - self.said >= BEAT:
                await self._say({"beat": True})

    def _doubtful(self, hints: list[Hint]) -> bool:
        """Whether to look again who may see what: after a while, and at once where a project's members changed."""
        changed = any(hint.topics & {"members", "*"} for hint in hints)
        return changed or time.monotonic() - self.checked >= CHECKED_FOR

    async def _say(self, words: dict[str, Any]) -> None:
        self.said = time.monotonic()
        await self.send_json(words)

    async def _send(self, hint: Hint) -> None:
        words = {"project": hint.project, "sequence": hint.sequence, "topics": sorted(hint.topics)}
        await self._say(words)

    async def _still_allowed(self) -> bool:
        """Whether the person is still signed in; watched shrinks to what is still theirs to see."""
        # The scope's session is as it was when the socket opened; signing out deletes it from the store.
        store = import_module(settings.SESSION_ENGINE).SessionStore
        fresh = await get_user({"session": store(self.scope["session"].session_key)})
        if not fresh.is_authenticated:
            return False
        self.scope["user"] = fresh
        before, self.watched = self.watched, await database_sync_to_async(self._visible)(self.watched)
        self.checked = time.monotonic()
        if gone := before - self.watched:
            await self._say({"gone": sorted(gone)})
        return True

    def _visible(self, projects: frozenset[int]) -> frozenset[int]:
        """Those that the person may see. The installation's log is heard by all: of models, which all may see."""
        visible = visible_projects(Actor.person(self.scope["user"]))
        return frozenset(visible.filter(pk__in=projects).values_list("pk", flat=True)) | (projects & {INSTALLATION})
