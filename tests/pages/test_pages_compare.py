"""Two runs or two candidates side by side: what may be compared is, and what may not is not."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import Cast, Play, grown, project

from apps.common.ids import row_id
from apps.engine.canonical import digest, encode
from apps.projects.models import Membership, Project
from apps.records.models import CandidateEdit, Protocol, Run

RUNS = "/projects/parabola/runs/1/compare/"
CANDIDATE = "/projects/parabola/runs/1/candidates/3/compare/"


def text(response: Any) -> str:
    """What is written on a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.fixture
def second(people: Cast, play: Play) -> Play:
    """Another run of the project that got further and failed once."""
    made = grown(people.project, 5, parameters=encode({"step": 0.5}), method="best_of_n")
    Run.objects.filter(pk=made.run.pk).update(candidates=200)
    made.measured(made.candidate("x = 1\n", parents=(0,)), None, failure="timeout")
    return made


def elsewhere(people: Cast, *members: str) -> Play:
    """A run of another project, which these may see."""
    made = project("Other", metric="length")
    for name in members:
        Membership.objects.create(project=made, user=getattr(people, name), role="viewer")
    return grown(made)


def protocol(run: Run) -> None:
    """Measured under another protocol."""
    other = Protocol.objects.create(digest=digest(b"other"), description=b"{}")
    Run.objects.filter(pk=run.pk).update(protocol=other)


# ---- runs ----


def test_the_page_offers_the_other_runs(as_bob: Client, second: Play) -> None:
    shown = as_bob.get(RUNS)
    assert 'href="?with=2">run 2</a>' in shown.content.decode()
    assert "Two candidates of this run" in text(shown)


def test_runs_of_one_protocol_are_set_side_by_side(as_bob: Client, second: Play) -> None:
    shown = text(as_bob.get(RUNS + "?with=2"))
    assert "Method hill_climb best_of_n" in shown
    assert "Budget, candidates 100 200" in shown
    assert "step – 0.5" in shown
    assert "Best as selected 3 5 −2" in shown
    assert "kept 4 · 100 % 6 · 86 %" in shown
    assert "timeout 0 1 · 14 %" in shown
    assert "Their budgets differ" in shown
    assert "Compare their best candidates" in shown


def test_both_curves_are_drawn_over_each_other(as_bob: Client, second: Play) -> None:
    shown = as_bob.get(RUNS + "?with=2").content.decode()
    assert "run 1 ends at 3, run 2 ends at 5" in unescape(shown)
    curves = re.findall(r'<path class="line series-(\d)" d="M0.0 [^"]*H([\d.]+)" vector', shown)
    assert curves == [("0", "500.0"), ("1", "1000.0")]


def test_scores_under_different_protocols_are_never_compared(as_bob: Client, second: Play) -> None:
    protocol(second.run)
    answer = as_bob.get(RUNS + "?with=2")
    shown = text(answer)
    assert "Their scores are not compared" in shown
    assert "Best as selected" not in shown
    assert 'class="plot"' not in answer.content.decode()
    assert "Budget, candidates 100 200" in shown
    assert "other protocol" in text(as_bob.get(RUNS))


def test_a_run_of_another_project_is_named_with_it(as_bob: Client, people: Cast, play: Play) -> None:
    other = elsewhere(people, "bob")
    protocol(other.run)
    shown = text(as_bob.get(RUNS + "?with=other/1"))
    assert "Other, run 1" in shown
    assert "The runs belong to different projects" in shown


def test_what_a_person_may_not_see_is_not_there(as_bob: Client, people: Cast, play: Play) -> None:
    elsewhere(people)
    for address in ("other/1", "no-project/1", "99", "x", "/", "1/2/3/4", "٣", "\x00", "9" * 30):
        answer = as_bob.get(RUNS, {"with": address})
        assert answer.status_code == 404
        assert "There is no run" in text(answer)
    for address in ("other/1/1", "7/1", "99", "other/1", "-1", "9" * 30):
        answer = as_bob.get(CANDIDATE, {"with": address})
        assert answer.status_code == 404
        assert "There is no candidate" in text(answer)


def test_a_run_is_not_compared_with_itself(as_bob: Client, play: Play) -> None:
    assert "This is the same run" in text(as_bob.get(RUNS + "?with=parabola/1"))
    assert "This is the same candidate" in text(as_bob.get(CANDIDATE + "?with=1/3"))


def test_two_candidates_named_on_a_run_lead_to_their_page(as_bob: Client, play: Play) -> None:
    answer = as_bob.get(RUNS + "?a=3&b=2%2F1")
    assert answer["Location"] == CANDIDATE + "?with=2%2F1"


# ---- candidates ----


def test_the_parent_the_champion_and_the_best_are_one_click_away(as_bob: Client, people: Cast, second: Play) -> None:
    people.project.champion = row_id(second.run.pk, 5)
    people.project.save()
    page = as_bob.get("/projects/parabola/runs/1/candidates/2/compare/").content.decode()
    assert re.findall(r'href="\?with=([^"]+)">([^<]+)<', page) == [
        ("1", "Base parent, 1"),
        ("0", "The seed, 0"),
        ("2/5", "The champion, 2/5"),
        ("3", "The best of the run, 3"),
    ]
    assert "compare/" in as_bob.get("/projects/parabola/runs/1/candidates/2/").content.decode()


def test_scores_are_paired_task_by_task(as_bob: Client, play: Play) -> None:
    Project.objects.update(repeatable=True)
    both = CandidateEdit.objects.order_by("pk")
    for score, metric, candidate in ((1.0, 5.0, both[3]), (2.5, 4.0, both[0])):
        play.measured(candidate, score, "t2", metrics={"bins": metric})
        play.measured(candidate, 9.0, "g1")
    shown = text(as_bob.get(CANDIDATE + "?with=0"))
    assert "t1 3 0 +3 fixed" in shown
    assert "t2 1 2.5 −1.5 worse" in shown
    assert "Better on 1 of 2 tasks, worse on 1; mean gain 0.75." in shown
    assert "bins 5 4 +1" in shown
    assert "g1" not in shown
    assert "Candidate 3 descends from candidate 0, 3 steps further." in shown


def test_the_last_common_ancestor_is_named(as_bob: Client, play: Play) -> None:
    other = play.candidate("y = 1\n", parents=(1,))
    shown = text(as_bob.get(CANDIDATE + f"?with={other.number}"))
    assert "Their last common ancestor is candidate 1 : 2 steps to candidate 3, 1 to candidate 4." in shown
    assert "+# step 0" not in shown
    assert "# step 2" in shown


def test_candidates_of_two_runs_are_compared_in_text_and_scores(as_bob: Client, play: Play, second: Play) -> None:
    shown = text(as_bob.get(CANDIDATE + "?with=2/5"))
    assert "run 2, candidate 5" in shown
    assert "Score 3 5 −2" in shown
    assert "They share no ancestor: they are of different runs." in shown
    assert "since candidate 5, of run 2" in shown


def test_a_run_that_went_on_from_another_shares_its_ancestors(as_bob: Client, people: Cast, play: Play) -> None:
    origin = CandidateEdit.objects.get(pk=row_id(play.run.pk, 2))
    after = Play.begin(people.project)
    after.candidate("x = 1\n", made_from={"origin": origin.pk})
    after.candidate("x = 2\n", parents=(0,))
    shown = text(as_bob.get(CANDIDATE + "?with=2/1"))
    assert "Their last common ancestor is candidate 2 : 1 step to candidate 3, 2 to candidate 1." in shown


def test_scores_of_candidates_under_different_protocols_are_not_compared(as_bob: Client, second: Play) -> None:
    protocol(second.run)
    shown = text(as_bob.get(CANDIDATE + "?with=2/5"))
    assert "Their scores are not compared" in shown
    assert "Task by task" not in shown
    assert "since candidate 5, of run 2" in shown


def test_parts_of_a_diff_are_loaded_against_the_chosen_candidate(as_bob: Client, people: Cast, second: Play) -> None:
    part = "/projects/parabola/runs/1/candidates/3/changes?file=main.py&base="
    assert "# step 3" in as_bob.get(part + "parabola/2/5").content.decode()
    elsewhere(people)
    for hidden in ("other/1/0", "other/9/9"):
        assert "since candidate" not in (shown := text(as_bob.get(part + hidden)))
        assert "# step 2" in shown  # against the parent, as without any choice


@pytest.mark.parametrize("url", [RUNS + "?with=2", CANDIDATE + "?with=2/1"])
def test_fifty_candidates_ask_as_often_as_four(as_bob: Client, second: Play, url: str) -> None:
    few = queries(as_bob, url)
    for number in range(50):
        second.measured(second.candidate("x = 1\n", parents=(1,)), float(number))
    assert queries(as_bob, url) == few <= 12


def queries(client: Client, url: str) -> int:
    """Of a page that was looked at a moment ago."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
