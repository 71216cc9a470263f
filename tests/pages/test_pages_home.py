"""The first page: what is mine to do comes first, and a newcomer is told what to do next."""

import re
from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.utils import timezone
from factory import Cast, Play, project

from apps.accounts.models import User
from apps.engine.canonical import encode
from apps.oversight.models import Answer, Claim
from apps.projects.models import Membership
from apps.records.models import Effect


def section(client: Client, name: str) -> str:
    """One section of the first page, as its live region brings it."""
    return client.get(f"/?region={name}", headers={"HX-Request": "true"}).content.decode()


def test_a_reviewer_finds_the_gates_that_are_theirs_oldest_first(as_bob: Client, play: Play) -> None:
    gates = [play.held(play.candidate(f"x = {n}\n", parents=(0,))) for n in range(3)]
    found = re.findall(r"/queue/(\d+)/", section(as_bob, "turn"))
    assert found == [str(gate.pk) for gate in gates]
    assert "/queue/" not in section(as_bob, "others")


def test_a_viewer_sees_the_same_gates_as_waiting_on_others(as_charlie: Client, people: Cast, play: Play) -> None:
    Membership.objects.create(project=people.project, user=people.charlie, role="viewer")
    gate = play.held(play.candidate("x = 1\n", parents=(0,)))
    assert "Nothing waits for you." in section(as_charlie, "turn")
    assert f"/queue/{gate.pk}/" in section(as_charlie, "others")


def test_more_than_ten_gates_lead_on_to_the_queue(as_bob: Client, play: Play) -> None:
    for number in range(11):
        play.held(play.candidate(f"x = {number}\n", parents=(0,)))
    shown = section(as_bob, "turn")
    assert len(re.findall(r"/queue/\d+/", shown)) == 10
    assert "All in the queue" in shown


def test_what_was_decided_says_by_whom(as_bob: Client, as_alice: Client, people: Cast, play: Play) -> None:
    gate = play.held(play.candidate("x = 1\n", parents=(0,)))
    Answer.objects.create(
        effect=gate, revision=0, seen=bytes(32), decision="reject", reason="no", person=people.bob, key="k", salt=b""
    )
    assert ">you<" in section(as_bob, "decided")
    assert ">bob<" in section(as_alice, "decided")


def test_open_runs_come_before_ended_ones_and_say_why_they_stand_still(
    as_alice: Client, people: Cast, play: Play
) -> None:
    Play.begin(people.project, state="finished", ended=timezone.now(), driver="", result=encode({}))
    play.latched("lunch")
    shown = section(as_alice, "runs")
    assert re.findall(r"runs/(\d+)/", shown) == ["1", "2"]
    assert "paused" in shown
    assert "lunch" in shown
    assert "finished" in shown


def test_a_run_that_ended_long_ago_is_not_what_runs(as_alice: Client, people: Cast) -> None:
    long_ago = timezone.now() - timedelta(days=2)
    Play.begin(people.project, state="finished", ended=long_ago, driver="", result=encode({}))
    assert "No run is open" in section(as_alice, "runs")


def test_who_is_in_no_project_is_told_how_to_get_into_one(as_charlie: Client) -> None:
    assert "ask for a link" in as_charlie.get("/").content.decode()


def test_projects_are_found_by_name_once_there_are_many(as_alice: Client, people: Cast) -> None:
    assert 'type="search"' not in as_alice.get("/projects/").content.decode()
    for number in range(21):
        made = project(f"Project {number}")
        Membership.objects.create(project=made, user=people.alice, role="viewer")
    assert 'type="search"' in as_alice.get("/projects/").content.decode()
    shown = as_alice.get("/projects/?q=parab").content.decode()
    assert "Parabola" in shown
    assert "Project 3" not in shown
    assert "No project is called so." in as_alice.get("/projects/?q=nothing").content.decode()


def claimed(gate: Effect, person: User, minutes: int = 10) -> None:
    now = timezone.now()
    Claim.objects.create(effect=gate, person=person, since=now, until=now + timedelta(minutes=minutes))


def answered(gate: Effect, person: User, decision: str, **values: object) -> Answer:
    return Answer.objects.create(
        effect=gate, revision=0, seen=bytes(32), decision=decision, person=person, key=uuid4().hex, salt=b"", **values
    )


def test_what_i_hold_comes_first_and_what_was_passed_on_to_me_next(as_bob: Client, people: Cast, play: Play) -> None:
    first, second, third = (play.held(play.candidate(f"x = {n}\n", parents=(0,))) for n in range(3))
    claimed(third, people.bob)
    answered(second, people.alice, "escalate", to=people.bob, ended=timezone.now(), outcome="noted")
    shown = section(as_bob, "turn")
    assert re.findall(r"/queue/(\d+)/", shown) == [str(gate.pk) for gate in (third, second, first)]
    assert shown.index("you hold it") < shown.index("passed on to you")


def test_what_somebody_else_holds_waits_on_them_until_their_claim_runs_out(
    as_bob: Client, people: Cast, play: Play
) -> None:
    held, free = (play.held(play.candidate(f"x = {n}\n", parents=(0,))) for n in range(2))
    claimed(held, people.alice)
    claimed(free, people.alice, minutes=-1)
    assert re.findall(r"/queue/(\d+)/", section(as_bob, "turn")) == [str(free.pk)]
    shown = section(as_bob, "others")
    assert re.findall(r"/queue/(\d+)/", shown) == [str(held.pk)]
    assert "alice holds it" in shown


def test_an_answer_can_be_undone_by_its_author_while_its_window_is_open(
    as_bob: Client, as_alice: Client, people: Cast, play: Play
) -> None:
    gate = play.held(play.candidate("x = 1\n", parents=(0,)))
    said = answered(gate, people.bob, "approve", releases_at=timezone.now() + timedelta(seconds=10))
    assert f"/answers/{said.pk}/withdraw" in section(as_bob, "decided")
    assert "withdraw" not in section(as_alice, "decided")
    assert "Nothing waits for you." in section(as_bob, "turn")
    Answer.objects.update(ended=timezone.now(), outcome="withdrawn")
    shown = section(as_bob, "decided")
    assert "Approved, taken back" in shown
    assert "/withdraw" not in shown
