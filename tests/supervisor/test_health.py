"""What /api/health says to whoever asks, signed in or not."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from evoweb import api

EVERYBODY = {"worker": True, "ticker": True}


@pytest.fixture
def signs(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool | None]:
    found: dict[str, bool | None] = dict(EVERYBODY)
    monkeypatch.setattr(api, "signs", lambda names: found)
    return found


@pytest.mark.django_db
def test_all_is_well(client: Client, signs: dict[str, bool | None]) -> None:
    answer = client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": True, "broker": True, **EVERYBODY}


@pytest.mark.django_db
def test_a_silent_worker_degrades(client: Client, signs: dict[str, bool | None]) -> None:
    signs["worker"] = False
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


@pytest.mark.django_db
def test_a_broker_that_keeps_no_signs_is_no_fault(client: Client, signs: dict[str, bool | None]) -> None:
    signs.update(worker=None, ticker=None)
    assert client.get("/api/health").json()["status"] == "ok"


@pytest.mark.django_db
def test_without_a_broker_pages_are_still_served(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "signs", lambda names: None)
    answer = client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "database": True, "broker": False, "worker": False, "ticker": False}


@pytest.mark.django_db
def test_without_a_database_nothing_works(
    client: Client, signs: dict[str, bool | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", fail)
    answer = client.get("/api/health")
    assert answer.status_code == 503
    assert answer.json()["database"] is False
