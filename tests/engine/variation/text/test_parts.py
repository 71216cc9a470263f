"""Text components by name, as JSON or in fences."""

import pytest

from apps.engine.variation.text import Parts

from .edits import complaint

FORM = Parts()
TEXTS = {"prompts/system.md": "Be brief.\n", "prompts/user.md": "Q: {q}\n", "run.py": "x = 1\n"}
EDITS = {"prompts/system.md": "whole", "prompts/user.md": "whole"}


@pytest.mark.parametrize(
    "reply",
    [
        '{"prompts/system.md": "Be kind."}',
        'Sure:\n```json\n{"system.md": "Be kind.\\n"}\n```\nDone {x}',
        '{"system": "Be kind."}',
        '{"hypothesis": "kindness helps", "system": ["Be kind."]}',
        '{"components": {"system": "Be kind."}}',
        "## system.md\n```\nBe kind.\n```",
        "prompts/system.md\n\n````markdown\nBe kind.\n````",
    ],
)
def test_one_component(reply):
    assert FORM.read(reply, TEXTS, EDITS) == {"prompts/system.md": "Be kind.\n"}


def test_one_wanted_component_needs_no_name():
    assert Parts(("prompts/user.md",)).read("```\nQuestion: {q}\n```", TEXTS, EDITS) == {
        "prompts/user.md": "Question: {q}\n"
    }


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ('{"prompts/system.md": "Be brief."}', "the edit changes nothing"),
        ('{"system": 5}', "prompts/system.md is to be a text, not int"),
        ('{"run.py": "x = 2"}', "run.py is protected"),
        ('{"system": "a\\ud800"}', "prompts/system.md would hold characters that are no text"),
        ('{"else": "x"}', "the reply holds no component"),
        ("```\nBe kind.\n```", "the reply does not say which file it is for"),
        ("Be kind.", "the reply holds no component"),
    ],
)
def test_complaints(reply, reason):
    assert reason in complaint(FORM, reply, TEXTS, EDITS).reason


def test_a_component_that_was_not_asked_for():
    said = complaint(Parts(("prompts/user.md",)), '{"system": "Be kind."}', TEXTS, EDITS)
    assert (said.reason, said.hint) == ("prompts/system.md is not what was asked for", "Send prompts/user.md.")


def test_a_contract_alone_is_no_component():
    reply = '```json contract\n{"hypothesis": "kinder"}\n```'
    assert (
        complaint(FORM, reply, {"system": "Be brief.\n"}, {"system": "whole"}).reason == "the reply holds no component"
    )
