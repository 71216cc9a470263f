"""Pages of a project whose evaluator was replaced: what is stale says so, and can be measured again."""

import os
from html import unescape
from typing import Any

import pytest
from django.test import Client
from factory import Cast, Play

from apps.engine.canonical import decode, encode
from apps.projects.models import FormerEvaluator, Project
from apps.projects.protocol import scorer_digest
from apps.records.models import CandidateEdit, Commission, Protocol, Run

PROJECT = "/projects/parabola/"
RENEWAL = PROJECT + "renewal"
STALE = "The evaluator was replaced"
FORM = {"best": "2", "candidates": "0", "method": "hill_climb"}


def text(response: Any) -> str:
    return unescape(response.content.decode())


@pytest.fixture
def stale(people: Cast, play: Play) -> Play:
    """The run of before an evaluator, with a champion."""
    best = CandidateEdit.objects.filter(run=play.run, score__isnull=False).order_by("-score").first()
    assert best is not None
    CandidateEdit.objects.filter(run=play.run, score__isnull=False).update(verdict="keep")
    people.project.champion = best.pk
    people.project.scorer = os.urandom(32)
    people.project.save()
    FormerEvaluator.objects.create(project=people.project, version=1, columns=b"{}", actor="system")
    return play


def test_what_is_said_of_evidence_is_said_of_the_evaluator_that_gave_it(as_bob: Client, play: Play) -> None:
    project = play.project
    former = {"evaluator": "{}", "evaluator_entry": "s.py:score", "evaluator_limits": {}, "limits": {}, "variables": {}}
    former |= {"packages": [], "preload": [], "repeatable": True, "noise": 0.0}
    FormerEvaluator.objects.create(project=project, version=1, columns=encode(former), actor="system")
    Protocol.objects.update(scorer=scorer_digest(project))  # as it was
    Run.objects.update(state="finished")
    project.repeatable, project.evaluator = False, encode({"s.py": "another"})
    project.scorer = scorer_digest(project)
    project.save()
    page = PROJECT + "runs/1/candidates/1/"
    assert "The scorer is repeatable" in text(as_bob.get(page))
    FormerEvaluator.objects.update(columns=encode(former | {"repeatable": False}))
    assert "The scorer is repeatable" not in text(as_bob.get(page))


def test_nothing_is_said_where_nothing_is_stale(as_alice: Client, play: Play) -> None:
    for page in (PROJECT, PROJECT + "runs/1/", PROJECT + "runs/1/candidates/1/"):
        assert "earlier evaluator" not in text(as_alice.get(page))
    assert "Nothing is to be measured again." in text(as_alice.get(RENEWAL))


def test_project_run_and_candidate_say_that_they_are_stale(as_alice: Client, as_bob: Client, stale: Play) -> None:
    shown = text(as_alice.get(PROJECT))
    assert "the champion stands by a score of an earlier one" in shown
    assert shown.count('<span class="chip">earlier evaluator</span>') == 2
    assert f'href="{RENEWAL}"' in shown
    assert f'href="{RENEWAL}"' not in text(as_bob.get(PROJECT))
    assert "Measured under an earlier evaluator" in text(as_bob.get(PROJECT + "runs/1/"))
    candidate = text(as_alice.get(PROJECT + "runs/1/candidates/1/"))
    assert "Measured under an earlier evaluator" in candidate
    assert "Promote…" not in candidate


def test_the_page_says_in_which_order_it_is_measured(as_alice: Client, stale: Play) -> None:
    shown = text(as_alice.get(RENEWAL))
    champion = Project.objects.get(slug="parabola").champion
    assert f"candidate {CandidateEdit(pk=champion).number} of run 1" in shown
    assert "The best of" in shown
    assert "1 run was measured under an earlier one" in shown


def test_a_run_begins_with_the_champion_and_the_best(as_alice: Client, stale: Play) -> None:
    answer = as_alice.post(RENEWAL, FORM, follow=True)
    run = Run.objects.get(number=2)
    assert "Run 2 is started." in text(answer)
    asked = list(Commission.objects.filter(run=run).order_by("pk").values_list("kind", "candidate"))
    assert asked[0] == ("again", Project.objects.get(slug="parabola").champion)
    assert run.candidates == len(asked)
    assert decode(bytes(run.protocol.description))["memory"] == "none"
    assert not run.is_stale


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("best", "101", "less than or equal to 100"),
        ("best", "-1", "greater than or equal to 0"),
        ("best", "", "This field is required"),
        ("candidates", "99999999999", "less than or equal to"),
        ("method", "trust_me", "Select a valid choice"),
    ],
)
def test_a_senseless_order_starts_nothing(as_alice: Client, stale: Play, field: str, value: str, told: str) -> None:
    answer = as_alice.post(RENEWAL, FORM | {field: value})
    assert answer.status_code == 422
    assert told in text(answer)
    assert Run.objects.count() == 1


def test_where_nothing_is_stale_nothing_is_started(as_alice: Client, play: Play) -> None:
    answer = as_alice.post(RENEWAL, FORM)
    assert answer.status_code == 422
    assert Run.objects.count() == 1


def test_a_candidate_says_from_where_it_was_taken_over(as_bob: Client, stale: Play) -> None:
    origin = CandidateEdit.objects.get(pk=stale.run.pk * 2**32 + 1)
    later = Play.begin(stale.project)
    later.candidate()
    later.candidate("x = 1\n", parents=(0,), made_from={"origin": origin.pk})
    assert "Taken over from" in text(as_bob.get(PROJECT + "runs/2/candidates/1/"))
    assert 'href="/projects/parabola/runs/1/candidates/1/">candidate 1 of run 1</a>' in text(
        as_bob.get(PROJECT + "runs/2/candidates/1/")
    )
