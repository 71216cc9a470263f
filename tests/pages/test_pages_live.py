"""The socket: who may hear what, that nothing is missed, and that it says no more than that something moved."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import modelled
import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_database
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import connections
from factory import Cast, Play, cast, grown
from sockets import Socket

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.services import end_other_sessions, new_password
from apps.llm.services import catalogue
from apps.projects.models import Membership
from apps.projects.services import members
from apps.rounds import consumers
from evoweb.websocket import websocket

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


@pytest_asyncio.fixture(autouse=True)
async def no_connection_is_left() -> AsyncIterator[None]:
    """The thread that serves sockets has a connection of its own, which would keep the test database from going."""
    yield
    await in_database(connections.close_all)()


def session_of(user: User) -> SessionBase:
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session


def socket(cookie: str = "", origin: str = "http://localhost") -> Socket:
    headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
    if cookie:
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
    return Socket(websocket, "/live/", headers)


@asynccontextmanager
async def listening(user: User, *projects: int) -> AsyncIterator[Socket]:
    session = await in_database(session_of)(user)
    connected = socket(session.session_key or "")
    assert await connected.connect()
    await connected.say(json.dumps({"watch": projects}))
    try:
        yield connected
    finally:
        await connected.leave()


async def stage() -> tuple[Cast, Play]:
    people = await in_database(cast)()
    return people, await in_database(grown)(people.project)


async def act(action: Callable[..., Any], *args: Any) -> Any:
    return await in_database(action)(*args)


async def test_the_socket_first_says_where_the_log_stands() -> None:
    people, _ = await stage()
    async with listening(people.bob, people.project.pk) as connected:
        said = await connected.hear()
        assert said == {"project": people.project.pk, "sequence": 13, "topics": []}


async def test_what_happens_is_hinted_with_its_topics_and_nothing_else() -> None:
    people, play = await stage()
    async with listening(people.bob, people.project.pk) as connected:
        await connected.hear()
        candidate = await act(play.candidate)
        said = await connected.hear()
        assert said == {"project": people.project.pk, "sequence": 14, "topics": ["candidates", "run"]}
        await act(play.held, candidate)
        assert "gates" in (await connected.hear())["topics"]


async def test_far_too_much_at_once_means_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.rounds.watch.MOST_EVENTS", 1)
    people, play = await stage()
    async with listening(people.bob, people.project.pk) as connected:
        await connected.hear()
        await act(lambda: [play.candidate() for _ in range(5)])
        said = [await connected.hear()]
        while said[-1]["sequence"] < 18:
            said.append(await connected.hear())
        assert any(hint["topics"] == ["*"] for hint in said)


async def test_an_outsider_hears_nothing() -> None:
    people, play = await stage()
    async with listening(people.charlie, people.project.pk) as connected:
        await act(play.candidate)
        assert await connected.receive_nothing(timeout=0.6)


async def test_a_stranger_is_turned_away() -> None:
    connected = socket()
    assert await connected.connect()  # a code says more than a refused handshake, which a browser cannot read
    assert await connected.closed() == consumers.SIGNED_OUT


async def test_another_origin_is_turned_away() -> None:
    people, _ = await stage()
    session = await act(session_of, people.bob)
    assert not await socket(session.session_key, "http://evil.example").connect()


def membership(user: User) -> Membership:
    return Membership.objects.select_related("project").get(user=user)


async def test_who_is_removed_hears_so_at_once_and_nothing_after() -> None:
    people, play = await stage()
    boss = await act(User.objects.create_superuser, "boss")
    held = await act(membership, people.bob)
    async with listening(people.bob, people.project.pk) as connected:
        await connected.hear()
        await act(play.candidate)
        await connected.hear()  # just checked: without the log's word the answer would hold for five seconds
        await act(members.remove, Actor.person(boss), held, "reviewer")
        assert await connected.hear() == {"gone": [people.project.pk]}
        await act(play.candidate)
        assert await connected.receive_nothing(timeout=0.8)


async def test_who_gets_another_role_hears_on() -> None:
    people, _ = await stage()
    boss = await act(User.objects.create_superuser, "boss")
    held = await act(membership, people.bob)
    async with listening(people.bob, people.project.pk) as connected:
        await connected.hear()
        await act(members.change, Actor.person(boss), held, "viewer", "reviewer")
        assert (await connected.hear())["topics"] == ["members"]


def sign_out(session: SessionBase, user: User) -> None:
    session.flush()


def end_from_another_browser(session: SessionBase, user: User) -> None:
    end_other_sessions(user, keep=None)


def deactivate(session: SessionBase, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_the_password(session: SessionBase, user: User) -> None:
    new_password(user, "another quite long password")


@pytest.mark.parametrize("deed", [sign_out, end_from_another_browser, deactivate, change_the_password])
async def test_who_is_signed_out_is_hung_up_on_though_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, deed: Callable[[SessionBase, User], None]
) -> None:
    assert consumers.CHECKED_FOR <= 5
    monkeypatch.setattr(consumers, "CHECKED_FOR", 0.1)
    people, _ = await stage()
    session = await act(session_of, people.bob)
    connected = socket(session.session_key)
    await connected.connect()
    await connected.say(json.dumps({"watch": [people.project.pk]}))
    await connected.hear()
    await act(deed, session, people.bob)
    assert await connected.closed() == consumers.SIGNED_OUT
    await connected.leave()


@pytest.mark.parametrize("nonsense", ["{", "[]", '{"watch": "all"}', '{"watch": ["1"]}', '{"watch": [true]}'])
async def test_nonsense_ends_the_conversation(nonsense: str) -> None:
    people, _ = await stage()
    async with listening(people.bob, people.project.pk) as connected:
        await connected.hear()
        await connected.say(nonsense)
        assert await connected.closed() == consumers.NOT_UNDERSTOOD


async def test_silence_is_broken_by_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "BEAT", 0.1)
    people, _ = await stage()
    async with listening(people.bob, people.project.pk) as connected:
        await connected.hear()
        assert await connected.hear() == {"beat": True}


async def test_what_happens_to_models_is_heard_by_everybody_who_is_signed_in() -> None:
    people, _ = await stage()
    haiku = await act(modelled.model, "haiku")
    async with listening(people.charlie, 0) as connected:
        assert (await connected.hear())["project"] == 0
        await act(catalogue.stop, Actor.system(), haiku, "looking into it")
        assert (await connected.hear())["topics"] == ["models", "run"]
        await act(catalogue.release, Actor.system(), haiku)
        assert "models" in (await connected.hear())["topics"]
