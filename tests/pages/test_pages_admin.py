"""Django's admin: superusers look at every record there, nobody changes one, and no list asks once per row."""

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import PASSWORD, Cast, Play

from apps.accounts.models import User
from apps.log.models import Event
from apps.projects.models import Task
from apps.records.models import CandidateEdit, Run, Trajectory, Verdict

MODELS = sorted((model._meta.label_lower for model in site._registry), key=str)


@pytest.fixture
def as_ada(db: None) -> Client:
    """Ada is the admin of this installation."""
    client = Client()
    client.force_login(User.objects.create_superuser("ada", password=PASSWORD))
    return client


def address(model: type[Model] | str) -> str:
    label = model if isinstance(model, str) else model._meta.label_lower
    return f"/admin/{label.replace('.', '/')}/"


@pytest.mark.parametrize("label", MODELS)
def test_every_list_can_be_looked_at_and_not_added_to(as_ada: Client, play: Play, label: str) -> None:
    play.held(play.candidate("x = 1\n", parents=(0,)))
    play.latched()
    assert as_ada.get(address(label)).status_code == 200
    assert as_ada.get(address(label) + "add/").status_code == 403
    for row in apps.get_model(label).objects.all()[:1]:
        one = f"{address(label)}{row.pk}/"
        assert as_ada.get(one + "change/").status_code == 200
        assert as_ada.post(one + "change/", {}).status_code == 403
        assert as_ada.post(one + "delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", [Run, CandidateEdit, Trajectory, Verdict, Event, Task])
def test_a_list_asks_as_often_for_fifty_rows_as_for_one(as_ada: Client, play: Play, model: type[Model]) -> None:
    as_ada.get(address(model))  # what a process reads once
    few = queries(as_ada, address(model))
    for number in range(50):
        made = play.candidate(f"x = {number}\n", parents=(0,))
        play.measured(made, 1.0)
        play.verdict(made, "keep")
    assert queries(as_ada, address(model)) == few <= 8


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_a_long_table_is_never_counted_to_its_end(as_ada: Client, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.common.admin.COUNTED", 2)
    assert "2 events" in as_ada.get(address(Event)).content.decode()


def test_records_are_found_by_their_id(as_ada: Client, play: Play) -> None:
    shown = as_ada.get(address(Event), {"q": str(Event.objects.latest("pk").pk)}).content.decode()
    assert "1 event" in shown
    assert as_ada.get(address(Event), {"q": "x"}).status_code == 200


def test_secrets_and_what_only_a_logged_look_may_show_are_not_there(as_ada: Client, people: Cast, play: Play) -> None:
    person = as_ada.get(f"{address(User)}{people.bob.pk}/change/").content.decode()
    assert people.bob.password not in person
    Task.objects.filter(key="g1").update(expected=b'"ANSWER"', input=b'"ASKED"')
    task = as_ada.get(f"{address(Task)}{Task.objects.get(key='g1').pk}/change/").content.decode()
    assert "ANSWER" not in task
    assert "ASKED" not in task


def test_what_candidates_wrote_does_nothing(as_ada: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(0,), operator="<script>alert(1)</script>\u202e")
    shown = as_ada.get(f"{address(CandidateEdit)}{made.pk}/change/").content.decode()
    assert "<script>alert" not in shown
    assert "\u202e" not in shown


def test_only_superusers_get_in(as_alice: Client, client: Client, people: Cast) -> None:
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in?next=")
    assert as_alice.get("/admin/", follow=True).status_code == 403
    User.objects.filter(pk=people.alice.pk).update(is_staff=True)
    assert as_alice.get(address(Event), follow=True).status_code == 403


def test_a_password_is_changed_where_it_always_is(as_ada: Client) -> None:
    assert as_ada.get("/admin/password_change/")["Location"] == "/password/change"
