"""The gate of a question to a model: what is asked, what was answered, and what people make of it."""

import re

import pytest
from django.test import Client
from factory import Play

from apps.engine.canonical import decode
from apps.engine.prompt import USER, Cut, Message, Prompt
from apps.oversight import prompts
from apps.records.models import Effect, EffectState
from tests.pages.test_pages_queue import form_of, send

EVIL = "<script>alert(1)</script>"
PROMPT = Prompt("You edit.", (Message(USER, f"Improve {EVIL} this."),), (Cut("lessons", 900, 120),), ("be bold",))


@pytest.fixture
def before(play: Play) -> Effect:
    return play.asked(PROMPT)


@pytest.fixture
def after(play: Play) -> Effect:
    return play.asked(PROMPT, f"I did {EVIL}.")


def page_of(client: Client, gate: Effect) -> str:
    return client.get(f"/queue/{gate.pk}/").content.decode()


def test_the_gate_shows_the_whole_prompt_before_it_is_asked(as_bob: Client, before: Effect) -> None:
    page = page_of(as_bob, before)
    assert "Ask small to propose an edit?" in page
    assert "You edit." in page
    assert "Improve &lt;script&gt;alert(1)&lt;/script&gt; this." in page
    assert "lessons (120 of about 900 tokens kept)" in page
    assert "be bold" in page


def test_the_gate_shows_the_reply_afterwards_and_that_it_was_cut_off(as_bob: Client, after: Effect) -> None:
    page = page_of(as_bob, after)
    assert "I did &lt;script&gt;alert(1)&lt;/script&gt;." in page
    assert "cut off at the limit" in page
    assert EVIL not in page


def test_bob_edits_the_prompt_in_a_form_that_holds_all_of_it(as_bob: Client, before: Effect) -> None:
    page = as_bob.get(f"/queue/{before.pk}/edit").content.decode()
    assert set(re.findall(r'name="file:([^"]*)"', page)) == {"system", "0"}
    form = form_of(as_bob, before) | {"decision": "edit", "file:system": "You edit well.", "reason": ""}
    as_bob.post(f"/queue/{before.pk}/answer", form)
    before.refresh_from_db()
    assert (before.state, before.revision, before.approved) == (EffectState.READY, 1, True)
    assert prompts.prompt_of(before).system == "You edit well."
    assert prompts.prompt_of(before).messages == PROMPT.messages


def test_an_edit_that_changes_nothing_is_told_in_the_form(as_bob: Client, before: Effect) -> None:
    form = form_of(as_bob, before) | {"decision": "edit", "file:system": "You edit."}
    response = as_bob.post(f"/queue/{before.pk}/answer", form)
    assert response.status_code == 422
    assert "The edit changes nothing." in response.content.decode()


def test_changes_that_bob_asks_for_stand_in_the_prompt_that_runs_again(as_bob: Client, after: Effect) -> None:
    send(as_bob, after, form_of(as_bob, after), "request changes", "smaller")
    after.refresh_from_db()
    again = prompts.prompt_of(after)
    assert [message.by for message in again.messages] == ["user", "assistant", "user"]
    assert "smaller" in again.messages[-1].text
    assert again.hints == ("be bold", "smaller")
    assert decode(bytes(after.ran))["persons"] == [f"person:{after.answers.get().person_id}"]
