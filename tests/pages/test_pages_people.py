"""The page where admins of the installation look after accounts."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import PASSWORD, Cast, person

from apps.accounts.models import Session, User
from apps.log.chain import INSTALLATION
from apps.log.models import Event
from apps.projects.models import Membership

OTHER = "another quite long password"


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def boss(people: Cast) -> User:
    made = person("boss")
    made.is_superuser = True
    made.save()
    return made


@pytest.fixture
def as_boss(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def act(client: Client, user: User, deed: str) -> Any:
    return client.post(f"/people/{user.pk}/{deed}", follow=True)


def kinds() -> list[str]:
    return list(Event.objects.filter(project=INSTALLATION).order_by("sequence").values_list("kind", flat=True))


def link_in(response: Any) -> str:
    [path] = re.findall(r'value="http://testserver(/[^"]+)"', text_of(response))
    return path


def test_all_accounts_are_listed_and_found_by_name(people: Cast, as_boss: Client) -> None:
    said = text_of(as_boss.get("/people/"))
    assert all(name in said for name in ("alice", "bob", "charlie", "boss"))
    found = text_of(as_boss.get("/people/?q=ALI"))
    assert "alice" in found
    assert "charlie" not in found
    assert "Nobody is called that" in text_of(as_boss.get("/people/?q=zzz"))


def test_who_is_deactivated_is_signed_out_at_once_and_keeps_the_roles(people: Cast, as_boss: Client) -> None:
    bob = Client()
    bob.post("/sign-in", {"username": "bob", "password": PASSWORD})
    assert "bob is signed out everywhere" in text_of(act(as_boss, people.bob, "deactivate"))
    assert not Session.objects.filter(user=people.bob).exists()
    assert bob.get("/").status_code == 302
    assert "do not match" in text_of(bob.post("/sign-in", {"username": "bob", "password": PASSWORD}))
    act(as_boss, people.bob, "reactivate")
    assert bob.post("/sign-in", {"username": "bob", "password": PASSWORD}).status_code == 302
    assert Membership.objects.filter(user=people.bob, role="reviewer").exists()


@pytest.mark.parametrize("deed", ["deactivate", "unmake-admin"])
def test_no_admin_shuts_themselves_out(boss: User, as_boss: Client, deed: str) -> None:
    response = act(as_boss, boss, deed)
    assert response.status_code == 422
    assert "another admin of this installation can" in text_of(response)
    boss.refresh_from_db()
    assert boss.is_active
    assert boss.is_superuser


def test_an_admin_is_made_and_unmade(people: Cast, as_boss: Client) -> None:
    act(as_boss, people.alice, "make-admin")
    assert User.objects.get(username="alice").is_superuser
    act(as_boss, people.alice, "unmake-admin")
    assert not User.objects.get(username="alice").is_superuser


@pytest.mark.parametrize("deed", ["make-admin", "reset"])
def test_a_deactivated_account_is_reactivated_first(people: Cast, as_boss: Client, deed: str) -> None:
    act(as_boss, people.alice, "deactivate")
    response = act(as_boss, people.alice, deed)
    assert response.status_code == 422
    assert "Reactivate the account first" in text_of(response)


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(people: Cast, as_boss: Client) -> None:
    response = act(as_boss, people.alice, "reset")
    assert response["Cache-Control"] == "no-store"
    path, alice = link_in(response), Client()
    form = alice.get(path)["Location"]
    alice.post(form, {"new_password1": OTHER, "new_password2": OTHER})
    assert alice.post("/sign-in", {"username": "alice", "password": OTHER}).status_code == 302
    assert "does not work any more" in text_of(Client().get(path, follow=True))


def test_an_account_without_a_project_is_made_by_link(as_boss: Client) -> None:
    path = link_in(as_boss.post("/people/invite"))
    new = Client()
    fields = {"username": "dora", "password1": OTHER, "password2": OTHER}
    assert "as soon as one of its admins lets you in" in text_of(new.post(path, fields, follow=True))
    assert not Membership.objects.filter(user__username="dora").exists()


def test_a_link_for_an_account_is_withdrawn(as_boss: Client) -> None:
    path = link_in(as_boss.post("/people/invite"))
    [revoke] = re.findall(r'action="(/people/invitations/\d+/revoke)"', text_of(as_boss.get("/people/")))
    as_boss.post(revoke)
    assert Client().get(path).status_code == 410


def test_who_has_an_account_needs_no_other(people: Cast, as_boss: Client, as_charlie: Client) -> None:
    path = link_in(as_boss.post("/people/invite"))
    assert "nothing to do" in text_of(as_charlie.get(path))
    as_charlie.post(path)
    assert Client().get(path).status_code == 200  # it is still good for somebody


def test_what_admins_do_to_accounts_is_in_the_log_of_the_installation(people: Cast, as_boss: Client) -> None:
    for deed in ("deactivate", "deactivate", "reactivate", "make-admin", "unmake-admin", "reset"):
        act(as_boss, people.bob, deed)
    assert kinds() == ["person.deactivated", "person.reactivated", "admin.granted", "admin.withdrawn", "reset.made"]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_nobody_else_sees_the_page(people: Cast, who: str) -> None:
    client = Client()
    client.force_login(getattr(people, who))
    assert client.get("/people/").status_code == 403
    assert client.post(f"/people/{people.bob.pk}/deactivate").status_code == 403
    assert client.post("/people/invite").status_code == 403


@pytest.mark.parametrize("path", ["/people/", "/projects/parabola/members/"])
def test_a_hundred_people_ask_the_database_as_often_as_three(people: Cast, as_boss: Client, path: str) -> None:
    as_boss.get(path)
    few = queries(as_boss, path)
    for number in range(99):
        Membership.objects.create(project=people.project, user=person(f"p{number}"), role="viewer")
    assert queries(as_boss, path) == few <= 9
    assert "p50" in text_of(as_boss.get(path))
    assert "p98" not in text_of(as_boss.get(path))
    [more] = re.findall(r'href="(\?after=\d+)"', text_of(as_boss.get(path)))
    assert "p98" in text_of(as_boss.get(path + more))


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
