"""The queue: what is asked, answering it, and everything that can come in between."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from factory import Cast, Play

from apps.accounts.actors import Actor
from apps.engine.canonical import decode, encode
from apps.oversight.models import Answer, Claim
from apps.oversight.services import policies
from apps.records.models import CandidateEdit, Effect, EffectState


@pytest.fixture
def gate(play: Play) -> Effect:
    return play.held(play.candidate("x = 1\n", parents=(0,)))


def form_of(client: Client, gate: Effect) -> dict[str, Any]:
    """The hidden fields of the gate's form, as a browser would post them."""
    page = client.get(f"/queue/{gate.pk}/").content.decode()
    return dict(re.findall(r'name="(revision|seen|key)" value="([^"]*)"', page))


def send(client: Client, gate: Effect, form: dict[str, Any], decision: str, reason: str = "") -> Any:
    return client.post(f"/queue/{gate.pk}/answer", form | {"decision": decision, "reason": reason})


def test_the_queue_asks_in_one_sentence(as_bob: Client, gate: Effect) -> None:
    assert "Let candidate 4 stand and be measured?" in as_bob.get("/queue/").content.decode()


def test_an_empty_queue_says_what_to_do(as_bob: Client, people: Cast) -> None:
    assert "Nothing waits for people." in as_bob.get("/queue/").content.decode()


def test_the_gate_shows_the_change_before_it_asks_for_more(as_bob: Client, gate: Effect) -> None:
    page = re.sub("</?span[^>]*>", "", as_bob.get(f"/queue/{gate.pk}/").content.decode())
    assert "x = 1" in page
    assert "return task" in page


def test_bob_approves(as_bob: Client, gate: Effect) -> None:
    response = send(as_bob, gate, form_of(as_bob, gate), "approve")
    gate.refresh_from_db()
    assert gate.state == EffectState.DONE
    assert response["Location"] == "/queue/"


def test_an_answer_leads_to_the_next_gate(as_bob: Client, play: Play, gate: Effect) -> None:
    following = play.held(play.candidate("y = 2\n", parents=(0,)))
    response = as_bob.get(send(as_bob, gate, form_of(as_bob, gate), "approve")["Location"])
    page = response.content.decode()
    assert f"/queue/{following.pk}/answer" in page
    assert "Approved: Let candidate 4 stand and be measured?" in page


def test_bob_rejects_with_a_reason(as_bob: Client, gate: Effect) -> None:
    send(as_bob, gate, form_of(as_bob, gate), "reject", "it reads the answers")
    gate.refresh_from_db()
    assert gate.state == EffectState.REFUSED
    assert decode(bytes(gate.answer)) == {"refused": "rejected", "hint": "it reads the answers"}


def test_a_rejection_needs_a_reason(as_bob: Client, gate: Effect) -> None:
    response = send(as_bob, gate, form_of(as_bob, gate), "reject")
    assert response.status_code == 422
    assert "needs a reason" in response.content.decode()
    assert not Answer.objects.exists()


def test_a_double_click_answers_once(as_bob: Client, gate: Effect) -> None:
    form = form_of(as_bob, gate)
    assert [send(as_bob, gate, form, "approve").status_code for _ in range(2)] == [302, 302]
    assert Answer.objects.count() == 1


def test_what_changed_meanwhile_is_not_answered_and_the_reason_is_kept(as_bob: Client, gate: Effect) -> None:
    form = form_of(as_bob, gate)
    Effect.objects.filter(pk=gate.pk).update(revision=1)
    response = send(as_bob, gate, form, "reject", "too long a reason to type twice")
    page = response.content.decode()
    assert response.status_code == 409
    assert "changed after you opened it" in page
    assert "too long a reason to type twice" in page
    assert form_of(as_bob, gate)["seen"] in page
    assert not Answer.objects.exists()


def test_the_second_of_two_people_is_told(as_bob: Client, as_alice: Client, gate: Effect) -> None:
    form = form_of(as_alice, gate)
    send(as_bob, gate, form_of(as_bob, gate), "approve")
    response = send(as_alice, gate, form, "reject", "no")
    assert response.status_code == 409
    assert "This gate is closed" in response.content.decode()
    assert re.search(r"bob</span>\s+approve", response.content.decode())


def test_an_edit_that_came_too_late_is_there_to_be_copied(as_bob: Client, as_alice: Client, gate: Effect) -> None:
    form = form_of(as_alice, gate) | {"decision": "edit", "reason": "half as much", "file:main.py": "x = 1 / 2\n"}
    send(as_bob, gate, form_of(as_bob, gate), "approve")
    response = as_alice.post(f"/queue/{gate.pk}/answer", form)
    assert response.status_code == 409
    assert "half as much" in response.content.decode()
    assert "x = 1 / 2" in response.content.decode()


def test_a_form_that_was_tampered_with_does_nothing(as_bob: Client, gate: Effect) -> None:
    for broken in ({"decision": "accept"}, {"seen": "zz"}, {"key": ""}, {"revision": "x"}):
        form = form_of(as_bob, gate) | {"decision": "approve"} | broken
        assert as_bob.post(f"/queue/{gate.pk}/answer", form).status_code == 422
    assert not Answer.objects.exists()


def test_answering_is_never_a_get(as_bob: Client, gate: Effect) -> None:
    assert as_bob.get(f"/queue/{gate.pk}/answer").status_code == 405


def test_an_open_gate_learns_that_it_changed(as_bob: Client, gate: Effect) -> None:
    seen = form_of(as_bob, gate)["seen"]
    asked = f"/queue/{gate.pk}/?region=standing&seen={seen}"
    fragment = {"HX-Request": "true"}
    assert "Look at it again" not in as_bob.get(asked, headers=fragment).content.decode()
    Effect.objects.filter(pk=gate.pk).update(revision=1)
    assert "Look at it again" in as_bob.get(asked, headers=fragment).content.decode()


def test_a_promotion_shows_how_much_evidence_but_no_single_gate_task(as_bob: Client, play: Play) -> None:
    evidence = {"differences": [0.123456, 0.2, 0.3]}
    asked = {"promote": 3, "champion": [play.run.pk, 0], "rule": {"name": "confirmed_gain"}, "evidence": evidence}
    candidate = play.candidate("z = 3\n", parents=(0,))
    gate = play.held(candidate, "promote", state=EffectState.HELD_BEFORE, asked=encode(asked))
    page = as_bob.get(f"/queue/{gate.pk}/").content.decode()
    assert "Make candidate 4 the champion, in the place of candidate 0?" in page
    assert "3 tasks" in page
    assert "Better with a probability of 97 %; expected gain 0.214, expected loss 0.00611" in page
    assert "0.123456" not in page


def test_what_was_drawn_is_shown(as_bob: Client, play: Play) -> None:
    asked = encode({"choose": "candidate", "rule": {"name": "best"}, "n": 2})
    gate = play.held(play.candidate(), "choose", asked=asked, answer=encode({"done": [[3, 3.0], [1, 1.0]]}))
    Effect.objects.filter(pk=gate.pk).update(candidate=None)
    page = as_bob.get(f"/queue/{gate.pk}/").content.decode()
    assert "Go on with what was drawn: candidate 3, 1?" in page


def test_a_memory_that_was_drawn_is_shown_as_text(as_bob: Client, play: Play) -> None:
    asked = encode({"choose": "memory", "rule": {"name": "recall"}, "n": 1})
    gate = play.held(play.candidate(), "choose", asked=asked, answer=encode({"done": [{"step": "<b>0.5</b>"}]}))
    page = as_bob.get(f"/queue/{gate.pk}/").content.decode()
    assert "Go on with what the method remembers?" in page
    assert "&lt;b&gt;0.5&lt;/b&gt;" in page


def test_the_queue_goes_on_page_by_page(as_bob: Client, play: Play) -> None:
    candidate = play.candidate("x = 1\n", parents=(0,))
    gates = [play.held(candidate) for _ in range(51)]
    first = as_bob.get("/queue/").content.decode()
    assert f"/queue/{gates[50].pk}/" not in first
    assert f"?after={gates[49].pk}" in first
    assert f"/queue/{gates[50].pk}/" in as_bob.get(f"/queue/?after={gates[49].pk}").content.decode()


def test_the_queue_is_narrowed_by_its_address(as_bob: Client, play: Play, gate: Effect) -> None:
    other = play.held(play.candidate("y = 2\n", parents=(0,)), "measure", state=EffectState.HELD_BEFORE)
    assert listed(as_bob, "point=measure") == [other.pk]
    assert listed(as_bob, f"q={play.project.name}&order=newest") == [other.pk, gate.pk]
    assert listed(as_bob, "q=candidate+4") == [gate.pk]
    assert listed(as_bob, "project=no-such") == []
    assert listed(as_bob, "show=mine") == []
    assert listed(as_bob, "point=%00&show='&order=&q=%25") == []


def listed(client: Client, query: str = "") -> list[int]:
    """The gates that the queue lists, in its order."""
    page = client.get(f"/queue/?{query}").content.decode()
    return [int(key) for key in re.findall(r'<th scope="row"><a href="/queue/(\d+)/"', page)]


def test_bob_takes_the_next_gate_and_alice_the_one_after(as_bob: Client, as_alice: Client, play: Play) -> None:
    first, second = (play.held(play.candidate(f"x = {each}\n", parents=(0,))) for each in range(2))
    assert as_bob.post("/queue/next")["Location"] == f"/queue/{first.pk}/"
    assert as_alice.post("/queue/next")["Location"] == f"/queue/{second.pk}/"
    assert listed(as_bob, "show=mine") == [first.pk]
    page = as_alice.get(as_alice.post("/queue/next")["Location"]).content.decode()
    assert "Nothing here is free to take" in page


def test_what_alice_holds_bob_cannot_answer_until_she_lets_go(as_bob: Client, as_alice: Client, gate: Effect) -> None:
    as_alice.post(f"/queue/{gate.pk}/claim")
    response = send(as_bob, gate, form_of(as_bob, gate), "approve")
    assert response.status_code == 409
    assert "alice holds this gate for another 10 min" in response.content.decode()
    as_alice.post(f"/queue/{gate.pk}/free")
    assert send(as_bob, gate, form_of(as_bob, gate), "approve").status_code == 302


def test_a_claim_that_ran_out_is_no_lock(as_bob: Client, as_alice: Client, gate: Effect) -> None:
    as_alice.post(f"/queue/{gate.pk}/claim")
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert as_bob.post(f"/queue/{gate.pk}/claim").status_code == 302
    assert Claim.objects.get().person.username == "bob"
    response = send(as_alice, gate, form_of(as_alice, gate), "approve")
    assert "bob holds this gate" in response.content.decode()


def test_an_answer_can_be_taken_back_from_the_page_that_follows(as_bob: Client, gate: Effect, settings: Any) -> None:
    settings.EVOWEB_UNDO_SECONDS = 10
    page = as_bob.get(send(as_bob, gate, form_of(as_bob, gate), "approve")["Location"]).content.decode()
    (back,) = set(re.findall(r'action="(/answers/\d+/withdraw)"', page))
    assert listed(as_bob) == []
    page = as_bob.get(as_bob.post(back)["Location"]).content.decode()
    assert "The gate is open again" in page
    gate.refresh_from_db()
    assert gate.state == EffectState.HELD_AFTER
    again = as_bob.get(as_bob.post(back)["Location"]).content.decode()
    assert "The gate is open again" in again, "twice is once"


def test_a_page_fetched_ahead_leaves_what_is_said_to_the_page_that_is_read(
    as_bob: Client, play: Play, gate: Effect
) -> None:
    play.held(play.candidate("y = 2\n", parents=(0,)))
    following = send(as_bob, gate, form_of(as_bob, gate), "approve")["Location"]
    assert "Approved:" not in as_bob.get(following, headers={"Evoweb-Ahead": "true"}).content.decode()
    assert "Approved:" in as_bob.get(following).content.decode()


def test_a_candidate_is_edited_in_the_page(as_bob: Client, gate: Effect) -> None:
    page = as_bob.get(f"/queue/{gate.pk}/edit").content.decode()
    assert ">\nx = 1\n</textarea>" in page
    send(as_bob, gate, form_of(as_bob, gate) | {"file:main.py": "x = 2\r\n"}, "edit", "two is better")
    gate.refresh_from_db()
    assert (gate.state, gate.revision) == (EffectState.READY, 1)


def test_an_edit_that_is_refused_comes_back_with_every_word(as_bob: Client, gate: Effect) -> None:
    form = form_of(as_bob, gate) | {"file:main.py": "x = = 2\n"}
    response = send(as_bob, gate, form, "edit", "two is better")
    page = response.content.decode()
    assert response.status_code == 422
    assert "main.py, line 1: invalid syntax" in page
    assert "x = = 2" in page
    assert "two is better" in page


def test_a_reason_of_a_megabyte_is_refused_with_a_count_and_kept(as_bob: Client, gate: Effect) -> None:
    response = send(as_bob, gate, form_of(as_bob, gate), "reject", "no " * 350_000)
    page = response.content.decode()
    assert response.status_code == 422
    assert "The reason has 1,049,999 characters, 4,000 are allowed" in page
    assert len(page) > 1_000_000, "what was typed is still there"
    assert not Answer.objects.exists()


def test_passing_on_names_who_decides_now(as_bob: Client, as_alice: Client, people: Cast, gate: Effect) -> None:
    send(as_bob, gate, form_of(as_bob, gate) | {"to": str(people.alice.pk)}, "escalate", "beyond me")
    assert "passed on to alice" in as_bob.get("/queue/").content.decode()
    assert listed(as_alice, "show=escalated") == [gate.pk]
    assert listed(as_bob, "show=escalated") == []


def test_what_bob_put_off_is_not_his_next_and_he_finds_it_again(as_bob: Client, gate: Effect) -> None:
    send(as_bob, gate, form_of(as_bob, gate), "defer")
    assert as_bob.post("/queue/next")["Location"].startswith("/queue/?")
    assert listed(as_bob, "show=deferred") == [gate.pk]


def test_the_champion_is_reverted_on_its_page_and_the_one_before_takes_its_place(
    as_bob: Client, play: Play, people: Cast
) -> None:
    first, second = CandidateEdit.objects.filter(run=play.run).order_by("pk")[1:3]
    for each in (first, second):
        play.verdict(each, "promote")
        CandidateEdit.objects.filter(pk=each.pk).update(verdict="keep")
    people.project.champion = second.pk
    people.project.save()
    place = f"/projects/parabola/runs/{play.run.number}/candidates/{second.number}/revert"
    assert f"candidate {first.number} of run" in as_bob.get(place).content.decode()
    assert as_bob.post(place, {"reason": ""}).status_code == 422
    page = as_bob.get(as_bob.post(place, {"reason": "it cheats", "to": first.pk})["Location"]).content.decode()
    assert f"Candidate {first.number} is the champion." in page
    people.project.refresh_from_db()
    assert people.project.champion == first.pk


def test_the_policy_page_changes_the_mode_of_runs_to_come(as_alice: Client, as_bob: Client, people: Cast) -> None:
    as_alice.post("/projects/parabola/policy/", {"mode": "step-by-step"})
    people.project.refresh_from_db()
    assert people.project.mode == "step-by-step"
    assert as_bob.post("/projects/parabola/policy/", {"mode": "full-auto"}).status_code == 403
    page = as_alice.get(as_alice.post("/projects/parabola/policy/", {"mode": "yolo"})["Location"]).content.decode()
    assert "unknown mode" in page


def test_the_policy_page_calls_people_by_the_name_that_they_chose(as_bob: Client, play: Play, people: Cast) -> None:
    people.alice.display_name = "Alice of Accounts"
    people.alice.save()
    policies.set_policy(Actor.person(people.alice), play.run, "step-by-step")
    page = as_bob.get("/projects/parabola/policy/").content.decode()
    assert "by Alice of Accounts" in page
    assert 'data-label="Promote"' in page
