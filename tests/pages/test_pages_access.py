"""Who may see what."""

import pytest
from django.test import Client
from factory import PASSWORD, Cast, Play

PAGES = [
    "/projects/parabola/",
    "/projects/parabola/runs/1/",
    "/projects/parabola/runs/1/candidates/",
    "/projects/parabola/runs/1/candidates/1/",
    "/projects/parabola/runs/1/candidates/1/files/main.py",
]


@pytest.mark.parametrize("url", ["/", "/projects/", "/queue/", "/live/sequences", *PAGES])
def test_a_stranger_is_sent_to_sign_in(client: Client, play: Play, url: str) -> None:
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("url", PAGES)
def test_a_member_sees_the_project(as_bob: Client, play: Play, url: str) -> None:
    assert as_bob.get(url).status_code == 200


@pytest.mark.parametrize("url", PAGES)
def test_an_outsider_learns_nothing_of_the_project(as_charlie: Client, play: Play, url: str) -> None:
    assert as_charlie.get(url).status_code == 404


def test_no_page_gets_to_see_a_nul(as_bob: Client, play: Play) -> None:
    shown = as_bob.get("/projects/parabola/runs/1/compare/?with=a%00b")
    assert (shown.status_code, shown.context["asked"]) == (404, "a\ufffdb")


def test_an_outsider_sees_no_gate_and_cannot_answer_one(as_charlie: Client, play: Play) -> None:
    gate = play.held(play.candidate("x = 1\n", parents=(0,)))
    assert as_charlie.get(f"/queue/{gate.pk}/").status_code == 404
    assert as_charlie.post(f"/queue/{gate.pk}/answer", {"decision": "approve"}).status_code == 404
    assert f"/queue/{gate.pk}/" not in as_charlie.get("/queue/").content.decode()


def test_an_outsider_hears_no_sequence_but_that_of_what_belongs_to_no_project(
    as_charlie: Client, as_bob: Client, play: Play
) -> None:
    heard = as_charlie.get("/live/sequences").json()
    assert (heard["sequences"].keys(), heard["waiting"]) == ({"0"}, "")
    assert as_bob.get("/live/sequences").json()["sequences"].keys() == {"0", str(play.project.pk)}


def test_signing_in_leads_home(client: Client, people: Cast) -> None:
    response = client.post("/sign-in", {"username": "alice", "password": PASSWORD}, follow=True)
    assert "Your turn" in response.content.decode()


def test_a_wrong_password_is_said_plainly(client: Client, people: Cast) -> None:
    response = client.post("/sign-in", {"username": "alice", "password": "wrong"})
    assert "do not match" in response.content.decode()


def test_signing_out_is_a_post(as_alice: Client) -> None:
    assert as_alice.get("/sign-out").status_code == 405
    assert as_alice.post("/sign-out")["Location"] == "/sign-in"


def test_a_reviewer_may_not_pause(as_bob: Client, play: Play) -> None:
    response = as_bob.post("/projects/parabola/pause", {"reason": "I want to"})
    assert response.status_code == 403
    assert "the role operator" in response.content.decode()
    assert "Pause" not in as_bob.get("/projects/parabola/runs/1/").content.decode()


def test_a_page_that_does_not_exist_says_so_in_our_own_style(as_alice: Client) -> None:
    response = as_alice.get("/nowhere")
    assert response.status_code == 404
    assert "evoweb.css" in response.content.decode()
