"""No query per row: every page asks as often for fifty rows as for one, and never walks through a run's history."""

from collections.abc import Callable

import asking
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from everypage import every_page
from experimenting import experiment, plan
from factory import Cast, Play, grown, project

from apps.accounts.actors import Actor
from apps.experiments import making
from apps.oversight import desk
from apps.oversight.models import Comment
from apps.projects.models import Membership
from apps.records.models import Effect

MOST = 12

type Grow = Callable[[Cast, int], None]


def projects(people: Cast, rows: int) -> None:
    for number in range(rows):
        made = project(f"Project {number} of {rows}")
        Membership.objects.create(project=made, user=people.bob, role="reviewer")
        play = Play.begin(made)
        candidate = play.candidate()
        play.held(candidate)
        made.champion = candidate.pk
        made.save()


def candidates(people: Cast, rows: int) -> None:
    play = grown(people.project)
    for _ in range(rows):
        made = play.candidate("x = 1\n", parents=(1, 2))
        play.measured(made, None, failure="timeout")


def gates(people: Cast, rows: int) -> None:
    play = grown(people.project)
    for _ in range(rows):
        play.held(play.candidate("x = 1\n", parents=(0,)))


def runs(people: Cast, rows: int) -> None:
    first = Play.begin(people.project)
    for _ in range(rows):
        Play.begin(people.project, baseline_of=first.run)


def experiments(people: Cast, rows: int) -> None:
    play = grown(people.project)
    experiment(play, seeds=3 + rows % 7, hostile=f"No. {rows}")
    for number in range(rows):
        making.make(Actor.system(), plan(people.project, seeds=1, name=f"{number} of {rows}"), 2, served=True)


def measurements(people: Cast, rows: int) -> None:
    play = grown(people.project)
    made = play.candidate("x = 1\n", parents=(3,))
    for repeat in range(rows):
        play.measured(made, 1.0, "t2" if repeat % 2 else "t1", repeat=repeat)
        play.verdict(made, "keep", by=f"person:{people.alice.pk}")
        Comment.objects.create(candidate=made, person=people.bob, text="so", key=f"{made.pk} {repeat}", salt=b"")
        play.candidate("x = 2\n", parents=(made.number,))
    people.project.champion = made.pk
    people.project.save()


PAGES: list[tuple[str, Grow, int]] = [
    ("/", projects, 12),
    ("/", gates, 12),
    ("/", runs, 12),
    ("/projects/", projects, 12),
    ("/queue/", gates, 12),
    ("/experiments/", experiments, 12),
    ("/experiments/1/", experiments, 12),
    ("/experiments/1/runs/", experiments, 12),
    ("/projects/parabola/", candidates, 12),
    ("/projects/parabola/", gates, 12),
    ("/projects/parabola/", runs, 12),
    ("/projects/parabola/runs/1/", candidates, 12),
    ("/projects/parabola/runs/1/", gates, 12),
    ("/projects/parabola/runs/1/", runs, 12),
    ("/projects/parabola/runs/1/candidates/", candidates, 6),
    ("/projects/parabola/runs/1/candidates/?failure=timeout", candidates, 6),
    ("/projects/parabola/tasks/", candidates, 6),
    ("/projects/parabola/runs/1/candidates/4/", measurements, 12),
    ("/status", runs, 12),
    ("/status", gates, 12),
]


@pytest.mark.parametrize(("url", "grow", "most"), PAGES)
def test_fifty_rows_ask_as_often_as_one(people: Cast, as_bob: Client, url: str, grow: Grow, most: int) -> None:
    grow(people, 1)
    as_bob.get(url)  # what a process reads once
    few = queries(as_bob, url)
    grow(people, 50)
    assert queries(as_bob, url) == few <= most


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite for its plan")
def test_open_effects_are_found_without_reading_closed_ones(people: Cast) -> None:
    assert "effect_open" in Effect.open.all().explain()
    assert "records_effect USING INDEX effect_open" in desk.gates(Actor.person(people.bob)).explain()


def test_a_gate_asks_as_often_for_fifty_that_wait_as_for_one(people: Cast, as_bob: Client) -> None:
    gates(people, 2)
    url = f"/queue/{Effect.open.earliest('pk').pk}/"
    as_bob.get(url)
    few = queries(as_bob, url)
    gates(people, 50)
    assert queries(as_bob, url) == few <= MOST


def test_no_page_asks_more_often_than_it_may(people: Cast, as_alice: Client) -> None:
    often = {}
    for name, url in every_page(people).items():
        as_alice.get(url)
        with CaptureQueriesContext(connection) as captured:
            as_alice.get(url)
        often[name] = len(captured)
    assert {name: count for name, count in often.items() if count > MOST} == {}


RUN = "/projects/parabola/runs/1/"
ASKING = {
    "the run": RUN,
    "its candidate": RUN + "candidates/{best.number}/",
    "its candidate beside another one": RUN + "candidates/{best.number}/?base=0",
    "a gate about the candidate": "/queue/{gate.pk}/",
    "a gate about a question": "/queue/{question.pk}/",
    "its calls": RUN + "calls/",
    "its operators": RUN + "operators/",
    "its contracts": RUN + "contracts/",
    "the project": "/projects/parabola/",
    "models": "/models/",
}


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_of_runs_that_ask_models_ask_no_more_often(people: Cast, rows: int) -> None:
    best, gate, question = asking.world(people, rows)
    often = {}
    for person in (people.alice, people.bob):
        client = Client()
        client.force_login(person)
        for name, url in ASKING.items():
            address = url.format(best=best, gate=gate, question=question)
            client.get(address)
            often[f"{name}, for {person}"] = queries(client, address)
    assert {name: count for name, count in often.items() if count > MOST} == {}
