"""Pages that show scores of a judge say how far it agrees with people, and the judge's page shows all of it."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from factory import Cast, Play, grown

from apps.accounts.actors import Actor
from apps.common.ids import row_id
from apps.engine.canonical import digest, encode
from apps.llm.models import Casting, LanguageModel
from apps.projects.services import labels
from apps.records.models import Protocol, Trajectory
from apps.rounds import agreement, measured
from apps.rounds.agreement import Levels
from apps.rounds.models import Agreement

PROJECT = "/projects/parabola/"
JUDGE = PROJECT + "judge/"
LEVELS = [["poor", "says nothing"], ["fair", "says something"], ["good", "says what was asked"]]
LABEL = {"task": "t1", "output": "1", "level": "good", "by": "alice"}
GOOD: list[Levels] = [(at % 3, at % 3, at % 3) for at in range(30)]
GUESSED: list[Levels] = [(at % 3, (at // 3) % 3, 0) for at in range(30)]


@pytest.fixture
def judged(people: Cast) -> Play:
    """A run of a project that a model judges by a rubric."""
    project = people.project
    project.rubric = {"role": "judge", "max_tokens": 9, "effort": "", "text": "Is it good?", "levels": LEVELS}
    project.save()
    labels.brought(Actor.system(), project, [LABEL])
    row = LanguageModel.objects.create(name="strict", model="strict", base_url="https://8.8.8.8", key_variable="")
    Casting.objects.create(role="judge", model=row)
    told = {"rubric": project.rubric, "models": [measured.judge(project, agreement.ensembles(project))]}
    play = grown(project)
    protocol = Protocol.objects.create(digest=digest(b"judged"), description=encode(told), scorer=project.scorer)
    play.run.protocol = protocol
    play.run.save()
    project.champion = row_id(play.run.pk, 3)
    project.save()
    return play


def text(response: Any) -> str:
    """What a page says, tags left out."""
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def tried(play: Play, rows: list[Levels], **values: Any) -> None:
    found = agreement.kept(agreement.figures(3, rows))
    told = {"model": "strict", "levels": encode(rows), "figures": found, "judge": agreement.of_now(play.project)}
    kept = {"labels": play.project.labels_digest, "ended": timezone.now()}
    Agreement.objects.create(project=play.project, **(told | kept | values))


def pages(play: Play) -> list[str]:
    run = f"{PROJECT}runs/{play.run.number}/"
    row = Trajectory.objects.filter(candidate=row_id(play.run.pk, 1)).earliest("pk")
    one = f"{run}candidates/1/"
    return [PROJECT, f"{PROJECT}champion/", run, one, f"{one}trajectories/{row.pk}/", f"{one}promote"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (None, "How far it agrees with people was never measured"),
        (GOOD, "that agrees with people: κ 1.00 (1.00 to 1.00), almost perfect, on 30 labels. About"),
        (GUESSED, "that hardly agrees with people: κ"),
        (GOOD[:9], "So far it may agree with people less than moderately"),
        ([(1, 1, 1)] * 30, "30 labels cannot tell how far it agrees"),
    ],
)
def test_every_page_with_scores_says_how_far_the_judge_agrees(
    as_alice: Client, judged: Play, rows: list[Levels] | None, told: str
) -> None:
    if rows is not None:
        tried(judged, rows)
    for page in pages(judged):
        assert told in text(as_alice.get(page)), page


def test_figures_of_another_judge_are_not_shown_as_those_of_this_one(as_alice: Client, judged: Play) -> None:
    tried(judged, GOOD, judge=bytes(32))
    assert "was never measured" in text(as_alice.get(PROJECT))
    assert "Never measured." in text(as_alice.get(JUDGE))


def test_the_judge_s_page_shows_rubric_levels_figures_and_where_people_and_judge_differ(
    as_alice: Client, judged: Play
) -> None:
    tried(judged, GUESSED)
    told = text(as_alice.get(JUDGE))
    for expected in ("Is it good?", "says what was asked", "strict", "hardly more than chance", "2 calls"):
        assert expected in told
    labels.brought(Actor.system(), judged.project, [])
    assert "People have given other labels since" in text(as_alice.get(JUDGE))


def test_a_judge_who_named_no_level_is_not_said_to_have_named_one(as_alice: Client, judged: Play) -> None:
    tried(judged, [(at % 3, None, None) for at in range(30)])
    told = text(as_alice.get(JUDGE))
    assert "It named no level of the scale" in told
    assert "all levels are one" not in told


def test_an_operator_has_it_measured_and_others_may_not(as_alice: Client, as_bob: Client, judged: Play) -> None:
    assert as_bob.post(f"{JUDGE}measure").status_code == 403
    assert "The judge is being tried" in text(as_alice.post(f"{JUDGE}measure", follow=True))
    assert Agreement.objects.get().started is None
    assert "It is about to be tried" in text(as_alice.get(JUDGE))
    assert "Never measured" not in text(as_alice.get(JUDGE))
    Agreement.objects.update(started=timezone.now(), beat=timezone.now(), done=3, total=1_200)
    response = as_alice.get(JUDGE)
    assert "3 of 1,200 calls are back" in text(response)
    assert '<progress max="1200" value="3"' in response.content.decode()


def test_what_kept_it_from_being_measured_is_said(as_alice: Client, judged: Play) -> None:
    Agreement.objects.create(project=judged.project, ended=timezone.now(), why="No <b>key</b> is set.")
    assert "No &lt;b&gt;key&lt;/b&gt; is set." in as_alice.get(JUDGE).content.decode()
    Casting.objects.all().delete()
    assert "judged by the model that plays judge, and none does" in text(as_alice.get(JUDGE))


def test_without_a_rubric_no_page_speaks_of_a_judge(as_alice: Client, play: Play) -> None:
    assert "No model judges here" in text(as_alice.get(JUDGE))
    assert "Judged by a model" not in text(as_alice.get(PROJECT))
