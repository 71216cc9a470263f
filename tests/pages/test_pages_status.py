"""The state of the installation, and the one stop of everything."""

import pytest
from django.test import Client
from factory import Cast, Play, grown, project

from apps.accounts.models import User
from apps.common import doorbell
from apps.oversight.models import Latch
from apps.records.models import Run

STOP = {"reason": "smoke in the server room", "confirm": "stop everything"}


@pytest.fixture
def as_ada(db: None) -> Client:
    """Ada is the admin of this installation."""
    client = Client()
    client.force_login(User.objects.create(username="ada", is_superuser=True))
    return client


def page(client: Client) -> str:
    return client.get("/status").content.decode()


def test_it_says_who_drives_and_who_measures(as_bob: Client, play: Play) -> None:
    effect = play.running(play.candidate("x = 1\n", parents=(0,)))
    effect.holder = "far-away/3/b"
    effect.save()
    shown = page(as_bob)
    assert "worker-1/0" in shown
    assert "far-away/3/b" in shown


def test_it_says_nothing_of_the_projects_of_others(as_charlie: Client, play: Play) -> None:
    play.running(play.candidate("x = 1\n", parents=(0,)))
    play.latched("a secret reason")
    shown = page(as_charlie)
    assert "Parabola" not in shown
    assert "a secret reason" not in shown
    assert "No run is open." in shown


def test_everything_is_stopped_by_an_admin_who_typed_it_out(as_ada: Client, as_bob: Client, play: Play) -> None:
    assert "stop everything" in page(as_ada)
    as_ada.post("/status/stop", STOP)
    assert "Everything is stopped" in page(as_bob)
    assert "by ada: smoke in the server room" in page(as_bob)
    assert ">paused<" in as_bob.get("/projects/parabola/runs/1/").content.decode()
    for url in ("/", "/projects/", "/projects/parabola/"):
        assert ">paused<" in as_bob.get(url).content.decode()
    as_ada.post("/status/release")
    assert "Everything is stopped" not in page(as_bob)


@pytest.mark.parametrize("change", [{"confirm": ""}, {"confirm": "stop"}, {"reason": " "}])
def test_a_stop_that_was_not_typed_out_does_nothing(as_ada: Client, play: Play, change: dict[str, str]) -> None:
    assert "Nothing was done." in as_ada.post("/status/stop", STOP | change, follow=True).content.decode()
    assert not Latch.objects.exists()


def test_only_an_admin_of_the_installation_stops_everything(as_alice: Client, play: Play) -> None:
    assert as_alice.post("/status/stop", STOP).status_code == 403
    assert as_alice.post("/status/stop", {}).status_code == 403
    assert as_alice.post("/status/release").status_code == 403
    shown = page(as_alice)
    assert "stop everything" not in shown
    assert "Database at" not in shown


def test_who_stopped_what_is_listed(as_ada: Client, people: Cast, play: Play) -> None:
    other = grown(project("Other"))
    play.latched("first")
    Latch.objects.create(project=other.project, run=other.run, reason="second", set_by=f"person:{people.bob.pk}")
    shown = page(as_ada)
    assert "first" in shown
    assert "Other, run 1" in shown
    assert ">bob<" in shown
    Run.objects.filter(pk=other.run.pk).update(state="aborted")
    assert "second" not in page(as_ada), "what has ended is not stopped"


def test_a_broker_that_is_away_is_no_mystery(as_bob: Client, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "depths", lambda: None)
    monkeypatch.setattr(doorbell, "signs", lambda names: None)
    shown = page(as_bob)
    assert "nothing is lost" in shown
    assert shown.count("no sign of life") == 2


def test_a_disk_that_fills_up_is_told_in_time(as_bob: Client, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.rounds.installation.LITTLE", 1 << 60)
    assert "free some before runs fail" in page(as_bob)
