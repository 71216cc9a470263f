"""One measurement: what it says, what it withholds, and what stands beside it."""

import json

import pytest
from django.test import Client
from factory import Cast, Play

from apps.records.models import CandidateEdit, Protocol, Trajectory

RUN = "/projects/parabola/runs/1/"


def url(trajectory: Trajectory) -> str:
    return f"{RUN}candidates/{trajectory.candidate.number}/trajectories/{trajectory.pk}/"


def shown(client: Client, trajectory: Trajectory, query: str = "") -> str:
    response = client.get(url(trajectory) + query)
    assert response.status_code == 200
    return response.content.decode()


def made(play: Play) -> CandidateEdit:
    return play.candidate("x = 1\n", parents=(2,))


@pytest.mark.parametrize(
    ("label", "detail", "words"),
    [
        ("timeout", "no answer within 10 seconds", "It gave no answer in time and was ended."),
        ("memory", "3 processes held 600 MB, 512 MB are allowed", "It asked for more memory than it may have."),
        ("error", "ZeroDivisionError: division by zero", "The program raised an exception."),
        ("scorer_error", "KeyError: 'x'", "That is the scorer’s fault, not the candidate’s."),
    ],
)
def test_a_failure_is_explained_in_plain_words(play: Play, as_bob: Client, label: str, detail: str, words: str) -> None:
    page = shown(as_bob, play.measured(made(play), None, failure=label, detail=detail))
    assert words in page
    assert detail.replace("'", "&#x27;") in page


def test_a_limit_that_was_reached_is_marked(play: Play, as_bob: Client) -> None:
    trajectory = play.measured(made(play), None, failure="timeout")
    assert "reached" not in shown(as_bob, trajectory)
    Trajectory.objects.filter(pk=trajectory.pk).update(seconds=10.02)
    assert shown(as_bob, trajectory).count(" reached") == 1


def test_parent_champion_and_seed_stand_beside_it(people: Cast, play: Play, as_bob: Client) -> None:
    candidate = made(play)
    people.project.champion = play.run.pk * (1 << 32) + 3
    people.project.save()
    trajectory = play.measured(candidate, 7.25)
    play.measured(candidate, 7.75, repeat=1)
    page = shown(as_bob, trajectory)
    for words in ("base parent</a>", "champion</a>", "seed</a>", "measured 2 times", "later</a>"):
        assert words in page, words


def test_other_protocols_are_not_compared(play: Play, as_bob: Client) -> None:
    candidate = made(play)
    old = play.measured(candidate, 7.25)
    other = Protocol.objects.create(digest=bytes(32), description=b"{}")
    Trajectory.objects.filter(pk=old.pk).update(protocol=other)
    page = shown(as_bob, play.measured(candidate, 7.75))
    assert "another protocol: not comparable" in page
    assert "base parent" not in shown(as_bob, old)


@pytest.mark.parametrize("split", ["gate", "sealed", "canary"])
def test_a_withheld_task_gives_nothing_away(people: Cast, play: Play, as_alice: Client, split: str) -> None:
    people.project.tasks.filter(key="g1").update(split=split, key="HIDDEN-KEY", input=b'"HIDDEN-INPUT"')
    words = {"detail": "HIDDEN-DETAIL", "feedback": "HIDDEN-FEEDBACK", "output": b'"HIDDEN-OUTPUT"'}
    trajectory = play.measured(made(play), 0.015625, "HIDDEN-KEY", **words)
    page = shown(as_alice, trajectory, "?full")
    assert "This measurement is withheld" in page
    assert not any(secret in page for secret in ("HIDDEN", "0.015625", "Run once"))
    assert as_alice.get(url(trajectory) + "output").status_code == 404


def test_long_output_is_cut_shown_in_full_and_downloaded(play: Play, as_bob: Client) -> None:
    text = json.dumps("<script>alert(1)</script>" + "y" * 20_000 + "END")
    trajectory = play.measured(made(play), 1.0, output=text.encode())
    page = shown(as_bob, trajectory)
    assert "END" not in page
    assert "Show all" in page
    assert "<script>alert" not in page
    assert "END" in shown(as_bob, trajectory, "?full")
    kept = as_bob.get(url(trajectory) + "output")
    assert kept.content.decode() == text
    assert kept["Content-Type"].startswith("text/plain")
    assert kept["Content-Disposition"].startswith("attachment")
    assert kept["X-Content-Type-Options"] == "nosniff"


def test_a_megabyte_of_output_keeps_the_page_small(play: Play, as_bob: Client) -> None:
    trajectory = play.measured(made(play), 1.0, output=b'"' + b"&" * 1_000_000 + b'"')
    response = as_bob.get(url(trajectory) + "?full")
    assert "Cut here; the rest is in the download." in response.content.decode()
    assert len(response.content) < 200_000


def test_strangers_and_wrong_addresses_find_nothing(play: Play, as_bob: Client, as_charlie: Client) -> None:
    trajectory = play.measured(made(play), 1.0)
    assert as_charlie.get(url(trajectory)).status_code == 404
    assert as_charlie.get(url(trajectory) + "output").status_code == 404
    assert as_bob.get(f"{RUN}candidates/1/trajectories/{trajectory.pk}/").status_code == 404
    assert as_bob.get(f"{RUN}candidates/{1 << 40}/trajectories/{trajectory.pk}/").status_code == 404
    assert as_bob.get(f"{RUN}candidates/1/trajectories/{1 << 70}/").status_code == 404
