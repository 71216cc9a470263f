"""Each rule tells what follows it from what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.projects.scorers.evoweb_scorers import RULES, followed, rules

CASES = {
    "words": ({"least": 3, "most": 4}, ["one two three", "It's a - well-known fact"], ["one two", "a b c d e"]),
    "sentences": (
        {"least": 2, "most": 2},
        ["Dr. Smith paid 3.50 dollars. He left.", "Why? Because"],
        ["One.", "A. B. C. D!"],
    ),
    "paragraphs": ({"least": 2, "most": 2}, ["a\n\nb", "a\n \n\n\nb\nc"], ["a\nb", "a\n\nb\n\nc"]),
    "paragraph starts": ({"paragraph": 2, "word": "now"}, ["a\n\nNow, b", "a\n\n\n'now' c"], ["now", "a\n\nnowhere"]),
    "keywords": ({"words": ["fox", "red"]}, ["A red Fox."], ["red foxes", "fox"]),
    "forbidden": ({"words": ["fox"]}, ["foxes"], ["a FOX."]),
    "letter": ({"letter": "t", "least": 2}, ["Tot", "t t"], ["to"]),
    "capital words": ({"least": 1, "most": 2}, ["I am HERE", "OK"], ["none Here", "A B C"]),
    "upper case": ({}, ["ALL OF IT, 5!"], ["All", "5"]),
    "lower case": ({}, ["all of it, 5!"], ["All", "5"]),
    "no comma": ({}, ["a b"], ["a, b"]),
    "json": ({}, ['{"a": [1]}', '```json\n{"a": 1}\n```'], ["{a: 1}", "here: {}", "[" * 100_000]),
    "bullets": ({"least": 2, "most": 2}, ["* a\n* b", "- a\n- b\ntext"], ["* a", "---\n***\n**a**"]),
    "highlights": ({"least": 2}, ["*a* and **b c**"], ["*a*", "* a\n* b"]),
    "sections": (
        {"word": "SECTION", "least": 2},
        ["SECTION 1\nx\nSECTION 2\ny", "## SECTION A\n## SECTION B"],
        ["SECTION 1"],
    ),
    "title": ({}, ["<<A title>>\ntext"], ["<A>", "<< >>"]),
    "placeholders": ({"least": 2}, ["[name] in [town]"], ["[name]", "[]  []"]),
    "postscript": ({"marker": "P.S."}, ["text\nP.S. more", "text\n\nP.S more"], ["text P.S. more"]),
    "begins": ({"phrase": "As asked:"}, ["as asked: yes"], ["yes, as asked:"]),
    "ends": ({"phrase": "That is all."}, ["Well. That is all.\n", '"That is all."'], ["That is all. Or not"]),
    "quoted": ({}, ['"a"'], ["a", '"', '"a" b']),
    "two answers": ({}, ["a\n******\nb"], ["a", "a******a", "a******", "a******b******c"]),
    "one of": ({"options": ["My answer is yes.", "My answer is no."]}, ["Well, my answer is no."], ["no"]),
}


def test_every_rule_has_its_cases():
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_rule_tells_them_apart(name):
    details, follow, break_it = CASES[name]
    rule = {"rule": name, **details}
    assert [text for text in follow if not followed(text, rule)] == []
    assert [text for text in break_it if followed(text, rule)] == []


def test_an_empty_reply_follows_nothing():
    assert not any(followed(" \n", {"rule": name, **details}) for name, (details, _, _) in CASES.items())


def test_all_rules_have_to_be_followed_and_the_share_is_told():
    found = rules("a fox", [{"rule": "no comma"}, {"rule": "words", "least": 5}])
    assert (found["score"], found["metrics"]) == (0.0, {"followed": 0.5})
    assert found["feedback"] == "not followed: words (least 5)"
    assert rules("a fox", [{"rule": "no comma"}])["score"] == 1.0
    assert rules(None, [{"rule": "no comma"}])["score"] == 0.0


def test_a_word_may_be_bounded_from_above():
    assert followed("a fox", {"rule": "keywords", "words": ["fox"], "most": 1})
    assert followed("a dog", {"rule": "keywords", "words": ["fox"], "most": 1})
    assert not followed("fox fox", {"rule": "keywords", "words": ["fox"], "most": 1})


@given(st.text(max_size=300))
def test_no_reply_breaks_a_rule(text):
    for name, (details, _, _) in CASES.items():
        assert followed(text, {"rule": name, **details}) in (True, False)
