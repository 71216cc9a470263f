"""Asking for a candidate without each part of its edit: what it takes is said first, and why it cannot be."""

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import Cast, Play

from apps.engine.canonical import decode
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Commission, Run

CANDIDATE = "/projects/parabola/runs/1/candidates/"
BASE = "a = 0\n#\n#\nb = 0\n"
WHOLE = BASE.replace(" = 0", " = 1")
LINK = "Tell its parts apart"


def text(response: Any) -> str:
    return " ".join(unescape(response.content.decode()).split())


@pytest.fixture
def bundle(play: Play) -> CandidateEdit:
    """An edit of two parts, measured as its base is; each measurement took two seconds."""
    base = play.candidate(BASE, parents=(0,))
    play.measured(base, 0.0)
    made = play.candidate(WHOLE, parents=(base.number,))
    play.measured(made, 1.0)
    Run.objects.update(evaluations=10, spent=20.0)
    return made


def page(made: CandidateEdit) -> str:
    return f"{CANDIDATE}{made.number}/parts"


def test_its_parts_and_what_it_takes_are_said_before(as_bob: Client, bundle: CandidateEdit) -> None:
    shown = text(as_bob.get(page(bundle)))
    assert "has 2 parts" in shown
    assert "main.py, line 1" in shown
    assert "main.py, line 4" in shown
    assert "<dt>Measurements</dt><dd>4<small>each on 2 validation tasks" in shown
    assert "<dt>Computing time</dt><dd>8.0 s" in shown
    assert "its budget of 100 candidates" in shown
    assert not Commission.objects.exists()


def test_asking_is_recorded_with_who_and_what_and_the_candidate_says_so(as_bob: Client, bundle: CandidateEdit) -> None:
    answer = as_bob.post(page(bundle), follow=True)
    assert answer.redirect_chain[-1][0] == f"{CANDIDATE}{bundle.number}/"
    asked = Commission.objects.get()
    assert (asked.kind, asked.candidate, asked.served) == ("parts", bundle.pk, None)
    assert decode(bytes(asked.asked)) == {"parts": ["main.py, line 1", "main.py, line 4"], "most": 8}
    shown = text(answer)
    assert "A run was asked to measure it without each of its parts; it was not taken up yet" in shown
    assert "bob" in shown
    assert "Tell apart the parts of candidate" in text(as_bob.get("/projects/parabola/runs/1/"))
    again = as_bob.post(page(bundle))
    assert again.status_code == 422
    assert "it is on its way. Nothing was asked for." in text(again)
    assert Commission.objects.count() == 1


def test_once_it_is_served_or_its_run_has_ended_the_candidate_no_longer_says_that_it_waits(
    as_bob: Client, play: Play, bundle: CandidateEdit
) -> None:
    as_bob.post(page(bundle))
    Run.objects.update(state="aborted")
    assert "without each of its parts; the run ended first" in text(as_bob.get(f"{CANDIDATE}{bundle.number}/"))
    Commission.objects.update(served=play.round().pk)
    shown = text(as_bob.get(f"{CANDIDATE}{bundle.number}/"))
    assert "measure it without each of its parts" in shown
    assert "not taken up yet" not in shown


def test_of_a_run_that_has_ended_a_run_of_its_own_is_started_and_linked(
    as_alice: Client, as_bob: Client, bundle: CandidateEdit
) -> None:
    Run.objects.update(state="finished")
    Project.objects.update(noise=0.0)
    shown = text(as_alice.get(page(bundle)))
    assert "has ended and stays as it is" in shown
    assert "<dt>Candidates</dt><dd>4<small>two of them are measured again" in shown
    assert as_bob.get(page(bundle)).status_code == 403
    assert LINK not in text(as_bob.get(f"{CANDIDATE}{bundle.number}/"))
    answer = as_alice.post(page(bundle), follow=True)
    assert "Run 2 is started for it." in text(answer)
    run = Run.objects.get(number=2)
    assert (run.origin, run.method, run.candidates) == (bundle.base, "null_run", 1)
    waits = f'<a href="{CANDIDATE}{bundle.number}/">Tell apart the parts of candidate {bundle.number}</a>'
    assert waits in text(as_bob.get("/projects/parabola/runs/2/"))
    said = 'without each of its parts in <a href="/projects/parabola/runs/2/">run 2</a>'
    assert said in text(as_bob.get(f"{CANDIDATE}{bundle.number}/"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"verdict": "revert"}, "was reverted"),
        ({"score": None}, "was not measured on every task"),
        ({"base": None}, "there is no edit to tell apart"),
    ],
)
def test_why_it_cannot_be_is_said_instead(
    as_bob: Client, bundle: CandidateEdit, change: dict[str, Any], told: str
) -> None:
    CandidateEdit.objects.filter(pk=bundle.pk).update(**change)
    shown = as_bob.get(page(bundle))
    assert told in text(shown)
    assert "<form method=" not in shown.content.decode().partition("<h1>")[2].partition("</main>")[0]
    assert as_bob.post(page(bundle)).status_code == 422
    assert not Commission.objects.exists()


def test_a_single_part_is_refused(as_bob: Client, play: Play, bundle: CandidateEdit) -> None:
    made = play.candidate(WHOLE + "c = 1\n", parents=(bundle.number,))
    play.measured(made, 2.0)
    assert "Its edit is a single part" in text(as_bob.get(page(made)))


def test_what_an_earlier_evaluator_measured_is_refused_and_not_offered(as_bob: Client, bundle: CandidateEdit) -> None:
    candidate = f"{CANDIDATE}{bundle.number}/"
    assert LINK in text(as_bob.get(candidate))
    Project.objects.update(scorer=b"another")
    assert "An earlier evaluator gave the score" in text(as_bob.get(page(bundle)))
    assert LINK not in text(as_bob.get(candidate))


def test_nothing_else_in_the_project_changes_what_the_page_costs(
    as_bob: Client, people: Cast, bundle: CandidateEdit
) -> None:
    for state in ("open", "finished"):
        Run.objects.update(state=state)
        people.bob.memberships.update(role="maintainer")
        as_bob.get(page(bundle))
        with CaptureQueriesContext(connection) as caught:
            as_bob.get(page(bundle))
        assert len(caught) <= 12, [query["sql"][:150] for query in caught]
