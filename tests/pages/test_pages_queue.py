"""The queue: what is asked, answering it, and everything that can come in between."""

import re
from typing import Any

import pytest
from django.test import Client
from factory import Cast, Play

from apps.engine.canonical import decode, encode
from apps.oversight.models import Answer
from apps.records.models import Effect, EffectState


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
