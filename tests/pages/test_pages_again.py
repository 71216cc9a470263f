"""Doing a run again, giving it more, and going on from a candidate, in the browser."""

from typing import Any

import pytest
from django.test import Client
from factory import Cast, Play, grown

from apps.common.ids import row_id
from apps.engine.canonical import encode
from apps.records.models import Run

RUN = "/projects/parabola/runs/1/"
NEW = "/projects/parabola/runs/new"


@pytest.fixture
def play(people: Cast) -> Play:
    return grown(people.project, seed=41)


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def filled(**fields: Any) -> dict[str, Any]:
    return {"method": "hill_climb", "candidates": 9, "parallel": 1, "seed": 5, "mode": "full-auto"} | fields


def test_the_form_begins_as_the_run_was_started(play: Play, as_alice: Client) -> None:
    seen = text(as_alice.get(f"{NEW}?like=1"))
    assert 'name="seed" value="41"' in seen
    assert 'name="origin" maxlength' in seen


def test_going_on_begins_with_the_best_and_another_seed(play: Play, as_alice: Client) -> None:
    Run.objects.filter(pk=play.run.pk).update(state="finished")
    assert "Go on from its best" in text(as_alice.get(RUN))
    seen = text(as_alice.get(f"{NEW}?further=1"))
    assert 'name="origin" value="1.3"' in seen
    assert 'name="seed" value="42"' in seen


def test_a_candidate_leads_to_the_form_and_back(play: Play, as_alice: Client) -> None:
    assert f"{NEW}?from=1.2" in text(as_alice.get(f"{RUN}candidates/2/"))
    response = as_alice.post(f"{NEW}?from=1.2", filled(origin="1.2"))
    assert response["Location"] == "/projects/parabola/runs/2/"
    assert Run.objects.get(number=2).origin == row_id(play.run.pk, 2)
    assert 'begins with <a href="/projects/parabola/runs/1/candidates/2/">candidate 2 of run 1</a>' in text(
        as_alice.get("/projects/parabola/runs/2/")
    )
    assert 'Begun with it: <a href="/projects/parabola/runs/2/">run 2</a>' in text(as_alice.get(f"{RUN}candidates/2/"))
    assert "candidate 2" in text(as_alice.get("/projects/parabola/log/"))


def test_the_planted_candidate_and_the_lineage_lead_to_where_it_came_from(play: Play, as_bob: Client) -> None:
    origin = row_id(play.run.pk, 2)
    other = Play.begin(play.project, origin=origin)
    planted = other.candidate(made_from={"origin": origin})
    other.measured(planted, 2.0)
    link = '<a href="/projects/parabola/runs/1/candidates/2/">candidate 2 of run 1</a>'
    assert f"Planted from {link}" in text(as_bob.get("/projects/parabola/runs/2/candidates/0/"))
    assert f"This run began with {link}" in text(as_bob.get("/projects/parabola/runs/2/lineage/"))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"origin": "x"}, "Name a candidate as run and number, such as 3.12."),
        ({"origin": "7.1"}, "has no candidate 7.1."),
        ({"origin": "1.77"}, "There is no such candidate"),
        ({"parameters": "x ="}, "this is not valid TOML"),
        ({"parameters": "x = 1"}, "unknown parameter"),
    ],
)
def test_what_makes_no_sense_starts_nothing(play: Play, as_alice: Client, fields: dict[str, str], told: str) -> None:
    response = as_alice.post(NEW, filled(**fields))
    assert response.status_code == 422
    assert told in response.content.decode()
    assert Run.objects.count() == 1


def test_another_method_does_not_complain_of_the_parameters_of_the_one_before(play: Play, as_alice: Client) -> None:
    play.project.parameters = {"warmth": 0.5}
    play.project.method = "simulated_annealing"
    play.project.save()
    response = as_alice.post(NEW, filled(parameters="warmth = 0.5"))
    assert response.status_code == 302
    assert bytes(Run.objects.get(number=2).parameters) == encode({})


def test_an_operator_gives_an_open_run_more(play: Play, as_alice: Client, as_bob: Client) -> None:
    assert as_bob.post(f"{RUN}budget", {"candidates": 200}).status_code == 403
    assert "measures 200 candidates in all now" in text(as_alice.post(f"{RUN}budget", {"candidates": 200}, follow=True))
    assert "The budget can only grow" in text(as_alice.post(f"{RUN}budget", {"candidates": 100}, follow=True))
    assert Run.objects.get().candidates == 200
    assert "a budget of 200 candidates" in text(as_alice.get("/projects/parabola/log/"))
