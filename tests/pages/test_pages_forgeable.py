"""Pages of a project that was written for another engine say what its scores are worth."""

import pytest
from django.test import Client
from factory import Cast, Play

from apps.common.ids import row_id
from apps.engine.canonical import encode
from apps.records.models import Trajectory

MARK = "Forgeable scores"
PAGES = (
    "/projects/parabola/",
    "/projects/parabola/runs/1/",
    "/projects/parabola/runs/1/candidates/3/",
    "/projects/parabola/runs/1/candidates/3/promote",
)


@pytest.fixture
def foreign(people: Cast, play: Play) -> Cast:
    people.project.style = "shinka"
    people.project.notes = ["shinka.yaml:3: no counterpart: <b>odd</b> (line 3)"]
    people.project.save()
    return people


@pytest.mark.parametrize("page", PAGES)
def test_every_page_with_scores_says_that_they_are_forgeable(as_alice: Client, foreign: Cast, page: str) -> None:
    shown = as_alice.get(page).content.decode()
    assert MARK in shown
    assert "written for ShinkaEvolve" in shown


@pytest.mark.parametrize("page", PAGES)
def test_other_projects_have_no_such_mark(as_alice: Client, play: Play, page: str) -> None:
    answer = as_alice.get(page)
    assert answer.status_code == 200
    assert MARK not in answer.content.decode()


def test_a_candidate_whose_score_holds_within_a_tolerance_only_says_so(
    as_bob: Client, foreign: Cast, play: Play
) -> None:
    row = Trajectory.objects.filter(candidate=row_id(play.run.pk, 3), task__split="validation").first()
    assert row is not None
    row.report = encode({"metrics": {"relies_on_tolerance": 1.0, "strict_score": 0.0}})
    row.save()
    assert "hold only within a tolerance" in as_bob.get(PAGES[2]).content.decode()
    assert "hold only within a tolerance" not in as_bob.get(PAGES[2].replace("/3/", "/2/")).content.decode()


def test_the_project_keeps_the_notes_of_its_import_and_they_are_text(as_bob: Client, foreign: Cast) -> None:
    shown = as_bob.get(PAGES[0]).content.decode()
    assert "no counterpart: &lt;b&gt;odd&lt;/b&gt; (line 3)" in shown
