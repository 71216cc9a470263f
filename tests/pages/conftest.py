import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from factory import Cast, Play, cast, grown
from playwright.sync_api import Page, expect
from website import Site, complaints, running

from apps.accounts.models import User

expect.set_options(timeout=15_000)  # where others compute too, a page may take its time


@pytest.fixture
def people(db: None) -> Cast:
    return cast()


@pytest.fixture
def play(people: Cast) -> Play:
    return grown(people.project)


@pytest.fixture
def as_alice(people: Cast) -> Client:
    return signed_in(people.alice)


@pytest.fixture
def as_bob(people: Cast) -> Client:
    return signed_in(people.bob)


@pytest.fixture
def as_charlie(people: Cast) -> Client:
    return signed_in(people.charlie)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(scope="session")
def begun(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the cast, and a run with a seed and three candidates."""
    home = tmp_path_factory.mktemp("begun") / "home"
    shutil.copytree(empty, home)
    Site(home, 0).play("begin")
    return home


@pytest.fixture
def site(begun: Path, tmp_path: Path) -> Iterator[Site]:
    """A web process for one test."""
    with running(begun, tmp_path / "home") as made:
        yield made


@pytest.fixture
def errors(page: Page) -> list[str]:
    return complaints(page)
