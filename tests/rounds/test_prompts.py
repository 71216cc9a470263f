"""What a candidate returns, read as a prompt."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.prompt import ASSISTANT, USER, Message, Prompt
from apps.rounds.prompts import prompt_in
from apps.sandbox.answers import NoAnswer

TURNS = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]


def read(value):
    return prompt_in(json.dumps(value).encode())


def test_a_text_is_asked_as_it_is():
    assert read("Where is Mary?") == Prompt("", (Message(USER, "Where is Mary?"),))


def test_a_system_text_and_a_prompt_or_messages_are_taken():
    assert read({"system": "Be brief.", "prompt": "a"}) == Prompt("Be brief.", (Message(USER, "a"),))
    turns = (Message(USER, "a"), Message(ASSISTANT, "b"), Message(USER, "c"))
    assert read({"messages": TURNS}) == Prompt("", turns)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "a NoneType is no prompt"),
        (5, "a int is no prompt"),
        (["a"], "a list is no prompt"),
        (" \n", "the prompt is empty"),
        ({}, "either prompt or messages"),
        ({"prompt": "a", "messages": TURNS}, "either prompt or messages"),
        ({"prompt": 5}, "the prompt is empty or no text"),
        ({"prompt": "a", "system": ["b"]}, "system is no text"),
        ({"prompt": "a", "temperature": 1}, "unknown key 'temperature'"),
        ({"messages": []}, "messages is no list of messages"),
        ({"messages": TURNS[:2]}, "begin and end with one of the user"),
        ({"messages": [TURNS[0], TURNS[2]]}, "two messages of one role"),
        ({"messages": [{"role": "system", "content": "a"}]}, "a message is"),
        ({"messages": [{"role": "user", "content": ""}]}, "a message is empty"),
        ({"messages": ["a"]}, "a message is"),
    ],
)
def test_what_is_none_is_told_with_what_would_be_one(value, told):
    with pytest.raises(NoAnswer, match="Return a text, or") as problem:
        read(value)
    assert told in str(problem.value)


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_that(output):
    with suppress(NoAnswer):
        assert prompt_in(output).messages


def test_deep_nesting_and_half_surrogates_are_no_prompt():
    for output in (b"[" * 100_000, b'"\\ud800"'):
        with pytest.raises(NoAnswer):
            prompt_in(output)
