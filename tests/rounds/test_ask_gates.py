"""People at the questions that a method puts to a model."""

import re

import pytest

from apps.common.errors import UserError
from apps.engine.canonical import decode
from apps.engine.prompt import prompt_from
from apps.oversight import prompts, selectors
from apps.oversight.desk import Gate
from apps.oversight.edits import with_newlines_of
from apps.records.models import Effect
from apps.rounds.verify import problems
from tests.rounds import people, questions, world
from tests.rounds.people import gates, maintainer, say, settle
from tests.rounds.test_ask import asker, model, order  # noqa: F401


@pytest.fixture
def held(loop, toy, model):  # noqa: F811
    """A run that is held before its first question, the gate, and who may answer."""
    run = world.begin(loop, toy, order(mode="step-by-step", candidates=1))
    alice = maintainer(toy)
    return run, people.approve_until(loop, run, alice, "ask"), alice


def asked_of(server):
    return [sent.text for sent in server.messages]


def test_a_question_is_asked_only_once_a_person_lets_it_go(loop, held, model):  # noqa: F811
    run, gate, alice = held
    assert (gate.state, asked_of(model)) == ("held before", [])
    assert Gate(gate).asks == "Ask small to propose an edit?"
    say(alice, gate, "approve")
    settle(loop, run)
    (after,) = gates(run)
    assert (after.pk, after.state) == (gate.pk, "held after")
    assert [part.text for part in Gate(after).question] == asked_of(model)
    assert Gate(after).reply.text == questions.numbers(model.messages[0])
    say(alice, after, "approve")
    settle(loop, run)
    assert gates(run)[0].kind == "propose"


def test_a_prompt_that_a_person_edits_is_what_is_asked(loop, toy, held, model):  # noqa: F811
    run, gate, alice = held
    before = bytes(gate.asked)
    text = Gate(gate).question[0].text
    say(alice, gate, "edit", edit={"0": "Mind the signs.\r\n" + text.replace("\n", "\r\n")})
    settle(loop, run)
    assert asked_of(model) == ["Mind the signs.\n" + text]
    gate.refresh_from_db()
    assert (bytes(gate.asked), gate.revision) == (before, 1)
    assert decode(bytes(gate.ran))["persons"] == [str(alice)]
    people.approve_all(loop, run, alice)
    assert run.state == "finished"
    assert list(problems(toy)) == []


def test_requested_changes_ask_the_same_again_with_the_hint_as_the_next_turn(loop, held, model):  # noqa: F811
    run, gate, alice = held
    say(alice, gate, "approve")
    settle(loop, run)
    gate.refresh_from_db()
    say(alice, gate, "request changes", "smaller steps")
    settle(loop, run)
    first, second = (sent.body["messages"] for sent in model.messages)
    assert [turn["role"] for turn in second] == ["user", "assistant", "user"]
    assert "smaller steps" in model.messages[1].text
    gate.refresh_from_db()
    assert gate.state == "held after", "what was changed is looked at again"
    assert prompts.prompt_of(gate).hints == ("smaller steps",)
    assert Effect.objects.filter(round=gate.round_id, kind="ask").count() == 1
    assert len(first) == 1


@pytest.mark.parametrize("text", ["a\nb\n", "a\r\nb\n", "a\rb", "", "\r\n\n\r"])
def test_what_nobody_touched_comes_back_from_a_browser_as_it_was(text):
    sent = "\r\n".join(re.split("\r\n|\r|\n", text))
    assert with_newlines_of(text, sent) == text


def test_changes_to_a_reply_of_blanks_are_no_empty_turn(loop, held, model):  # noqa: F811
    run, gate, alice = held
    model.script(" \n")
    say(alice, gate, "approve")
    settle(loop, run)
    gate.refresh_from_db()
    say(alice, gate, "request changes", "smaller steps")
    settle(loop, run)
    assert [turn["role"] for turn in model.messages[1].body["messages"]] == ["user"]


def test_a_hint_that_a_person_takes_out_of_a_prompt_is_not_said_to_stand_in_it(loop, held):
    run, gate, alice = held
    say(alice, gate, "request changes", "smaller steps\nand fewer")
    settle(loop, run)
    (gate,) = gates(run)
    before = prompts.prompt_of(gate)
    assert before.hints == ("smaller steps\nand fewer",)
    text = before.messages[0].text
    for edit, left in ((text + " Please.", before.hints), (text.replace("fewer", "more"), ())):
        ((_, data),) = prompts.edited(gate, {"0": edit})[1].items()
        assert prompt_from(decode(data)).hints == left


def test_what_is_rejected_is_never_asked(loop, held, model):  # noqa: F811
    run, gate, alice = held
    say(alice, gate, "reject", "no")
    settle(loop, run)
    gate.refresh_from_db()
    assert (gate.state, asked_of(model)) == ("refused", [])


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({}, "changes nothing"),
        ({"7": "more"}, "no part '7'"),
        ({"0": " "}, "Nothing would be asked"),
        ({"0": "a\0b"}, "no text"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_in_words(held, edit, words):
    _, gate, alice = held
    seen = selectors.shown(gate)
    with pytest.raises(UserError, match=words):
        say(alice, gate, "edit", edit=edit)
    gate.refresh_from_db()
    assert selectors.shown(gate) == seen
