"""Signing in, and everything that can go wrong with a password."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from factory import PASSWORD, Cast

from apps.accounts import throttle
from apps.accounts.models import Failures, Session, User
from apps.accounts.services import reset_path
from evoweb.settings import mail as mail_options

OTHER = "another quite long password"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def sign_in(client: Client, name: str, password: str = PASSWORD, address: str = "192.0.2.1", **fields: str) -> Any:
    return client.post("/sign-in", {"username": name, "password": password, **fields}, REMOTE_ADDR=address)


def fail(client: Client, name: str, times: int, address: str = "192.0.2.1") -> Any:
    for _ in range(times):
        response = sign_in(client, name, "wrong", address)
    return response


def test_five_wrong_passwords_close_the_account_to_the_address_and_say_for_how_long(people: Cast) -> None:
    assert fail(Client(), "alice", 5).status_code == 200
    response = sign_in(Client(), "alice")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    said = text_of(response)
    for words in ("alice", "192.0.2.1", "opens again at", "in 15 minutes", "Ask an admin"):
        assert words in said


def test_an_attempt_counts_before_the_password_is_looked_at(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []

    def look(user: User, password: str) -> bool:
        counted.append(Failures.objects.exclude(account="").get().count)
        return False

    monkeypatch.setattr(User, "check_password", look)
    fail(Client(), "alice", 7)
    assert counted == [1, 2, 3, 4, 5]  # so a thousand at once are five


def test_from_another_address_the_same_person_still_gets_in(people: Cast) -> None:
    fail(Client(), "alice", 9)
    assert sign_in(Client(), "alice", address="198.51.100.7").status_code == 302


def test_another_person_gets_in_from_the_same_address(people: Cast) -> None:
    fail(Client(), "alice", 9)
    assert sign_in(Client(), "bob").status_code == 302


def test_signing_in_forgets_the_wrong_passwords_before_it(people: Cast) -> None:
    fail(Client(), "alice", 4)
    assert sign_in(Client(), "alice").status_code == 302
    assert fail(Client(), "alice", 4).status_code == 200
    assert sign_in(Client(), "alice").status_code == 302


def test_after_a_quarter_of_an_hour_it_is_open_again(people: Cast) -> None:
    fail(Client(), "alice", 6)
    Failures.objects.update(since=timezone.now() - throttle.WINDOW - timedelta(seconds=1))
    assert sign_in(Client(), "alice").status_code == 302
    assert not Failures.objects.exclude(account="").exists()


def test_an_address_that_tries_everybody_is_closed_altogether(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "PER_ADDRESS", 4)
    for name in ("ann", "ben", "cid", "dan"):
        fail(Client(), name, 1)
    assert "nobody can sign in" in text_of(sign_in(Client(), "alice"))
    assert sign_in(Client(), "alice", address="198.51.100.7").status_code == 302


def test_one_network_of_ipv6_counts_as_one_address(people: Cast) -> None:
    for host in range(5):
        fail(Client(), "alice", 1, f"2001:db8::{host}")
    assert sign_in(Client(), "alice", address="2001:db8::99").status_code == 429


def test_what_is_typed_as_a_name_is_not_stored_as_it_is(people: Cast) -> None:
    fail(Client(), "my password by mistake", 1)
    assert "mistake" not in " ".join(Failures.objects.values_list("account", flat=True))


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_nothing_tells_whether_an_account_exists(people: Cast, name: str) -> None:
    first, *_, last = [fail(Client(), name, 1) for _ in range(6)]
    assert "do not match" in text_of(first)
    assert last.status_code == 429


def test_a_deactivated_person_is_told_no_more_than_anybody(people: Cast) -> None:
    type(people.alice).objects.filter(pk=people.alice.pk).update(is_active=False)
    assert "do not match" in text_of(sign_in(Client(), "alice"))


def test_who_is_signed_in_needs_no_sign_in_page(as_alice: Client) -> None:
    assert as_alice.get("/sign-in?next=/queue/")["Location"] == "/queue/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_to_our_own_pages_only(people: Cast, elsewhere: str) -> None:
    assert sign_in(Client(), "alice", next=elsewhere)["Location"] == "/"


def test_a_form_sent_after_the_session_ended_keeps_what_was_typed(people: Cast) -> None:
    client = Client()
    page, words = "/projects/parabola/", "I looked at it for an hour.\nIt cheats."
    headers = {"referer": f"http://testserver{page}"}
    late = client.post("/projects/parabola/pause", {"reason": words, "key": "0f0f", "next": page}, headers=headers)
    assert late.status_code == 403
    assert "You were signed out" in text_of(late)
    [kept] = re.findall(r'name="unsent" value="([^"]*)"', text_of(late))
    assert kept == words

    wrong = client.post("/sign-in", {"username": "alice", "password": "wrong", "unsent": kept, "next": page})
    assert kept in text_of(wrong)
    right = client.post("/sign-in", {"username": "alice", "password": PASSWORD, "unsent": kept, "next": page})
    assert words in text_of(right)
    assert f'href="{page}"' in text_of(right)


def test_what_was_typed_is_not_lost_to_too_many_wrong_passwords(people: Cast) -> None:
    fail(Client(), "alice", 5)
    assert "it cheats" in text_of(sign_in(Client(), "alice", unsent="it cheats"))


def test_a_late_form_without_text_just_asks_to_sign_in(people: Cast) -> None:
    late = Client().post("/projects/parabola/resume", {"next": "/x"})
    assert late.status_code == 403
    assert "Sign in and send it again" in text_of(late)
    assert "unsent" not in text_of(late)


def test_a_form_from_before_the_last_sign_in_keeps_what_was_typed(people: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.alice)
    fields, ours = {"reason": "I looked at it"}, {"referer": "http://testserver/projects/parabola/"}
    late = client.post("/projects/parabola/pause", fields, headers=ours)
    assert late.status_code == 403
    assert "I looked at it" in text_of(late)
    assert 'href="http://testserver/projects/parabola/"' in text_of(late)
    forged = client.post("/projects/parabola/pause", fields, headers={"referer": "http://evil.example/"})
    assert forged.status_code == 403
    assert "I looked at it" not in text_of(forged)


def test_a_late_password_is_not_kept(people: Cast) -> None:
    late = Client().post("/password/change", {"old_password": "one two three", "new_password1": "four five six"})
    assert "one two three" not in text_of(late)
    assert "four five six" not in text_of(late)


def test_a_password_is_changed_and_other_sessions_end(people: Cast) -> None:
    here, there = Client(), Client()
    sign_in(here, "alice")
    sign_in(there, "alice")
    fields = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
    assert here.post("/password/change", fields)["Location"] == "/settings/"
    assert here.get("/settings/").status_code == 200
    assert there.get("/settings/").status_code == 302
    assert Session.objects.filter(user=people.alice).count() == 1
    assert sign_in(Client(), "alice", OTHER).status_code == 302


def test_who_finds_an_open_session_cannot_guess_the_password_behind_it(as_alice: Client) -> None:
    fields = {"old_password": "guess", "new_password1": OTHER, "new_password2": OTHER}
    for _ in range(5):
        assert "not your present password" in text_of(as_alice.post("/password/change", fields))
    assert as_alice.post("/password/change", fields).status_code == 429


@pytest.mark.parametrize(
    ("password", "why"), [("short", "at least 10"), ("password12", "too common"), ("1234509876543", "entirely numeric")]
)
def test_a_weak_password_is_refused_with_the_reason(as_alice: Client, password: str, why: str) -> None:
    fields = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    response = as_alice.post("/password/change", fields)
    assert response.status_code == 422
    assert why in text_of(response)


def test_a_link_sets_a_new_password_once_and_opens_a_closed_account(people: Cast) -> None:
    client = Client()
    fail(client, "alice", 6)
    path = reset_path(people.alice)
    form = client.get(path)["Location"]
    assert path.split("/")[-2] not in form  # the token is not in the address of the page with the form
    fields = {"new_password1": OTHER, "new_password2": OTHER}
    done = client.post(form, fields, follow=True)
    assert "Your new password is set" in text_of(done)
    assert sign_in(client, "alice", OTHER).status_code == 302
    assert "does not work any more" in text_of(Client().get(path, follow=True))


def test_a_link_ends_the_sessions_of_the_account_even_in_the_browser_that_used_it(people: Cast) -> None:
    client = Client()
    sign_in(client, "alice")
    people.alice.refresh_from_db()  # signing in makes earlier links worthless
    form = client.get(reset_path(people.alice))["Location"]
    assert client.post(form, {"new_password1": OTHER, "new_password2": OTHER}).status_code == 302
    assert client.get("/settings/").status_code == 302


def test_without_mail_the_page_says_who_can_help(client: Client, db: None) -> None:
    said = text_of(client.get("/password/forgotten"))
    assert "sends no mail" in said
    assert "EVOWEB_EMAIL_URL" in said
    assert "changepassword" in said


@pytest.fixture
def with_mail(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail into django.core.mail.outbox, sent at once instead of on a thread."""
    settings.EVOWEB_MAIL = True
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    monkeypatch.setattr("apps.accounts.forms.Thread", AtOnce)


class AtOnce:
    def __init__(self, target: Any, args: Any, kwargs: Any, daemon: bool) -> None:
        self.start = lambda: target(*args, **kwargs)


def test_with_mail_a_link_is_sent_to_whoever_has_the_address(people: Cast, client: Client, with_mail: None) -> None:
    people.alice.email = "alice@example.org"
    people.alice.save()
    known = client.post("/password/forgotten", {"email": "alice@example.org"})
    [message] = mail.outbox
    [path] = re.findall(r"http://testserver(/password/new/\S+)", str(message.body))
    assert "Choose a new password" in text_of(client.get(path, follow=True))
    unknown = client.post("/password/forgotten", {"email": "nobody@example.org"})
    assert len(mail.outbox) == 1
    assert text_of(known) == text_of(unknown)


def test_a_mail_server_is_named_by_a_url() -> None:
    options = mail_options("smtp://us%40er:p%2Fw@mail.example.org/?from=e@example.org")
    assert options["host"] == "mail.example.org"
    assert (options["port"], options["username"], options["password"]) == (587, "us@er", "p/w")
    assert options["use_tls"]  # a password is never sent in the clear
    assert mail_options("smtps://mail.example.org")["use_ssl"]
    with pytest.raises(ImproperlyConfigured, match="EVOWEB_EMAIL_URL begins with 'http'"):
        mail_options("http://mail.example.org")


def test_nobody_can_be_flooded_with_links(people: Cast, client: Client, with_mail: None) -> None:
    for _ in range(5):
        assert client.post("/password/forgotten", {"email": "Alice@example.org"}).status_code == 200
    assert client.post("/password/forgotten", {"email": "alice@example.org"}).status_code == 429


def test_the_printed_password_should_be_replaced_but_need_not(people: Cast) -> None:
    type(people.alice).objects.filter(pk=people.alice.pk).update(password_is_temporary=True)
    client = Client()
    said = text_of(client.post("/sign-in", {"username": "alice", "password": PASSWORD}, follow=True))
    assert '<a href="/password/change">Choose your own</a>' in said
    fields = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
    client.post("/password/change", fields)
    people.alice.refresh_from_db()
    assert not people.alice.password_is_temporary


def test_expired_sessions_are_swept_when_somebody_signs_in(people: Cast) -> None:
    sign_in(Client(), "alice")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    sign_in(Client(), "bob")
    assert list(Session.objects.values_list("user", flat=True)) == [people.bob.pk]
