import pytest
from django.test import Client
from factory import Cast, Play, cast, grown

from apps.accounts.models import User


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
