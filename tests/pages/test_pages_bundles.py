"""What the parts of an edit are worth, on its candidate's page: read from the candidates that lack one each."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import Play

from apps.engine.bundles import OPERATOR, PARTS
from apps.engine.population import PART
from apps.projects.models import Project
from apps.records.models import CandidateEdit

CANDIDATE = "/projects/parabola/runs/1/candidates/"


def scored(play: Play, parents: tuple[int, ...], first: float | None, second: float, **values: Any) -> CandidateEdit:
    """A candidate with these scores on two tasks."""
    made = play.candidate(f"x = {play.born}\n", parents=parents, **values)
    play.measured(made, first, "t1", failure="" if first is not None else "timeout")
    play.measured(made, second, "t2")
    return made


def apart(play: Play, bundle: CandidateEdit, part: str, first: float | None, second: float, of: int = 2) -> None:
    """The bundle without a part."""
    scored(play, (bundle.number,), first, second, operator=OPERATOR, traits={PART: part, PARTS: of})


@pytest.fixture
def bundle(play: Play) -> CandidateEdit:
    """Two parts: without the first it fails on a task, the second does harm on the other."""
    base = scored(play, (0,), 0.0, 4.0)
    made = scored(play, (base.number,), 6.0, 4.0)
    apart(play, made, "main.py, line 2", None, 4.0)
    apart(play, made, "<b>main.py, line 9", 6.0, 5.0)
    return made


def text(shown: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", shown)).split())


def parts(client: Client, number: int) -> str:
    shown = client.get(f"{CANDIDATE}{number}/").content.decode()
    return shown.partition('<section id="parts"')[2].partition("</section>")[0]


def test_each_part_has_its_worth_and_the_candidate_without_it(as_bob: Client, bundle: CandidateEdit) -> None:
    shown = parts(as_bob, bundle.number)
    first, second = (text(row) for row in shown.split("<tr>")[2:])
    assert first.startswith(f"main.py, line 2 candidate {bundle.number + 1} 0 1 task, 1 fails without 0 tasks")
    assert second.split(" Helps")[0].startswith(f"<b>main.py, line 9 candidate {bundle.number + 2} −0.5 0 tasks 1 task")
    assert "All parts together change the score by +3 since candidate" in text(shown)


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ((0.0, 0.0), "worth 1 more than that: some need each other"),
        ((1.0, 1.0), "worth 1 less than that: some do what others would do as well"),
        ((0.5, 0.5), "since candidate 4. Worth"),
    ],
)
def test_how_parts_interact_is_said(as_bob: Client, play: Play, without: tuple[float, float], said: str) -> None:
    Project.objects.update(repeatable=True)
    base = scored(play, (0,), 0.0, 0.0)
    made = scored(play, (base.number,), 1.0, 1.0)
    for name, score in zip("ab", without, strict=True):
        apart(play, made, name, score, score)
    assert said in text(parts(as_bob, made.number))


def test_nothing_is_said_of_how_parts_interact_before_each_was_left_out(as_bob: Client, play: Play) -> None:
    Project.objects.update(repeatable=True)
    made = scored(play, (scored(play, (0,), 0.0, 0.0).number,), 1.0, 1.0)
    for name in "ab":
        apart(play, made, name, 0.0, 0.0, of=3)
    assert "One by one" not in parts(as_bob, made.number)


def test_nor_where_it_may_be_chance(as_bob: Client, play: Play) -> None:
    made = scored(play, (scored(play, (0,), 0.0, 0.0).number,), 1.0, 1.0)
    for name in "ab":
        apart(play, made, name, 0.0, 0.0)
    assert "One by one" not in parts(as_bob, made.number)


def test_a_candidate_that_lacks_a_part_says_which(as_bob: Client, bundle: CandidateEdit) -> None:
    shown = text(as_bob.get(f"{CANDIDATE}{bundle.number + 1}/").content.decode())
    assert f"Left out of candidate {bundle.number} main.py, line 2" in shown


def test_without_parts_there_is_nothing_to_show(as_bob: Client, play: Play, bundle: CandidateEdit) -> None:
    assert parts(as_bob, 0) == parts(as_bob, 2) == parts(as_bob, bundle.number + 1) == ""


def test_gate_tasks_tell_nothing_of_parts(as_bob: Client, play: Play, bundle: CandidateEdit) -> None:
    before = parts(as_bob, bundle.number)
    for number in (bundle.number, bundle.number + 1):
        play.measured(CandidateEdit.objects.get(pk=bundle.pk - bundle.number + number), 0.1 * number, "g1")
    assert parts(as_bob, bundle.number) == before


def test_the_page_asks_no_more_for_many_parts(as_bob: Client, play: Play, bundle: CandidateEdit) -> None:
    few = queries(as_bob, bundle.number)
    for number in range(5):
        apart(play, bundle, f"part {number}", 1.0, 1.0)
    assert queries(as_bob, bundle.number) == few <= 12


def queries(client: Client, number: int) -> int:
    client.get(f"{CANDIDATE}{number}/")
    with CaptureQueriesContext(connection) as caught:
        client.get(f"{CANDIDATE}{number}/")
    return len(caught)
