"""A person's own settings, and the list of their sessions."""

from typing import Any

import pytest
from django.test import Client
from factory import PASSWORD, Cast

from apps.accounts.browsers import in_words
from apps.accounts.models import Session, User

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
CHROME = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def browser(name: str, agent: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    client.post("/sign-in", {"username": name, "password": PASSWORD})
    client.get("/settings/")
    return client


def save(client: Client, **fields: str) -> Any:
    return client.post("/settings/", {"display_name": "", "email": "", "theme": "auto", **fields})


def test_colours_and_keys_are_kept_and_every_page_says_them(as_alice: Client) -> None:
    assert save(as_alice, theme="dark", keys_off="on").status_code == 302
    said = text_of(as_alice.get("/"))
    assert 'data-theme="dark"' in said
    assert 'data-keys="off"' in said


def test_a_name_on_pages_takes_the_place_of_the_user_name(people: Cast, as_alice: Client) -> None:
    save(as_alice, display_name="Alice Liddell")
    assert "Alice Liddell" in text_of(as_alice.get("/"))
    assert str(User.objects.get(username="alice")) == "Alice Liddell"
    assert str(people.bob) == "bob"


@pytest.mark.parametrize("name", ["bob", "BOB", "Robert"])
def test_nobody_takes_the_name_of_another_person(people: Cast, as_alice: Client, name: str) -> None:
    User.objects.filter(username="bob").update(display_name="Robert")
    refused = save(as_alice, display_name=name)
    assert refused.status_code == 422
    assert "Somebody else is called that" in text_of(refused)


def test_a_name_has_no_characters_that_cannot_be_seen(as_alice: Client) -> None:
    assert "cannot be seen" in text_of(save(as_alice, display_name="Al\u202eice"))


def test_another_address_takes_the_password_because_it_can_replace_the_password(as_alice: Client) -> None:
    refused = save(as_alice, email="mallory@example.org")
    assert refused.status_code == 422
    assert "type your present password" in text_of(refused)
    assert save(as_alice, email="mallory@example.org", password="a guess").status_code == 422
    assert save(as_alice, email="alice@example.org", password=PASSWORD).status_code == 302
    assert User.objects.get(username="alice").email == "alice@example.org"
    assert save(as_alice, email="alice@example.org", theme="dark").status_code == 302


def test_the_password_cannot_be_guessed_through_the_address(as_alice: Client) -> None:
    for _ in range(5):
        save(as_alice, email="mallory@example.org", password="a guess")
    assert save(as_alice, email="mallory@example.org", password=PASSWORD).status_code == 429


def test_what_was_refused_does_not_show_in_the_frame_of_the_page(as_alice: Client) -> None:
    assert 'data-theme="auto"' in text_of(save(as_alice, theme="dark", email="no address"))


def test_own_sessions_are_listed_with_browser_address_and_time(people: Cast) -> None:
    phone = browser("alice", CHROME, "198.51.100.7")
    browser("bob", address="203.0.113.9")
    laptop = browser("alice")
    said = text_of(laptop.get("/settings/"))
    for words in ("Firefox on Linux", "192.0.2.1", "now, this one", "Chrome on Android", "198.51.100.7"):
        assert words in said
    assert "203.0.113.9" not in said
    for client in (phone, laptop):
        assert str(client.session.session_key) not in said


def test_a_session_is_ended_from_another_one(people: Cast) -> None:
    phone, laptop = browser("alice", CHROME), browser("alice")
    handle = Session.objects.get(pk=phone.session.session_key).handle
    assert "Signed out there." in text_of(laptop.post("/settings/sessions/end", {"session": handle}, follow=True))
    assert phone.get("/settings/").status_code == 302
    assert laptop.get("/settings/").status_code == 200
    assert "had ended before" in text_of(laptop.post("/settings/sessions/end", {"session": handle}, follow=True))


def test_all_other_sessions_are_ended_at_once(people: Cast) -> None:
    others = [browser("alice") for _ in range(2)]
    laptop = browser("alice")
    assert "in 2 other places" in text_of(laptop.post("/settings/sessions/end", follow=True))
    assert all(other.get("/settings/").status_code == 302 for other in others)


def test_nobody_ends_the_session_of_somebody_else(people: Cast) -> None:
    bobs, alices = browser("bob"), browser("alice")
    handle = Session.objects.get(pk=bobs.session.session_key).handle
    alices.post("/settings/sessions/end", {"session": handle})
    assert bobs.get("/settings/").status_code == 200


def test_a_session_is_not_written_at_every_page(people: Cast, django_assert_num_queries: Any) -> None:
    client = browser("alice")
    with django_assert_num_queries(4):  # session, person, sessions, gates that wait
        client.get("/settings/")


@pytest.mark.parametrize(
    ("agent", "words"),
    [(FIREFOX, "Firefox on Linux"), (CHROME, "Chrome on Android"), ("curl/8.5", "curl"), ("", "An unknown browser")],
)
def test_a_browser_is_told_in_words(agent: str, words: str) -> None:
    assert in_words(agent) == words
