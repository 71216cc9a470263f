"""Short answers are compared by what they say, not by how it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.projects.scorers.evoweb_scorers import choice, exact, numeric


@pytest.mark.parametrize("reply", ["Paris", " paris. ", "The Paris", "PARIS!", "Ｐａｒｉｓ"])
def test_the_same_words_are_the_same_answer(reply):
    assert exact(reply, "Paris")["score"] == 1.0


@pytest.mark.parametrize("reply", ["Paris, France", "", "pari s", None, 5, ["Paris"]])
def test_other_words_are_another_answer_and_odd_outputs_are_wrong(reply):
    assert exact(reply, "Paris")["score"] == 0.0


def test_one_of_several_expected_texts_is_enough():
    assert exact("the car", ["automobile", "car"])["score"] == 1.0


def test_signs_alone_are_compared_as_they_stand():
    assert exact("+", "-")["score"] == 0.0
    assert exact("( [", "( [")["score"] == 1.0


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("so 1,200.50 in all", 1200.5),
        ("#### 72.", 72),
        ("-5", -5),
        ("−5", "-5"),
        ("10-4", 4),
        ("1e3", 1000),
        ("3 apples, then 4", 4),
        (0.1 + 0.2, 0.3),
    ],
)
def test_the_last_number_counts(reply, expected):
    assert numeric(reply, expected)["score"] == 1.0


@pytest.mark.parametrize("reply", ["none", "", None, True, [4], "4, then 3", "9" * 500])
def test_what_holds_no_such_number_is_wrong(reply):
    assert numeric(reply, 4)["score"] == 0.0


@given(st.integers(-(10**12), 10**12))
def test_numbers_may_have_thousands_separators(number):
    assert numeric(f"It comes to {number:,}.", number)["score"] == 1.0


@pytest.mark.parametrize(
    "reply", ["B", "b", "(B)", "B) because", "The answer is (B).", "A is wrong, so it is B", "**B**"]
)
def test_a_choice_is_found_in_words(reply):
    assert choice(reply, "B")["score"] == 1.0


@pytest.mark.parametrize("reply", ["A", "Because", "I don't know", "", None, "F"])
def test_another_choice_or_none_is_wrong(reply):
    assert choice(reply, "B")["score"] == 0.0


@given(st.text(max_size=200))
def test_no_reply_breaks_a_scorer_and_none_tells_what_was_expected(reply):
    for found in (exact(reply, "sesquipedalian"), numeric(reply, 31337), choice(reply, "B")):
        assert found["score"] in (0.0, 1.0)
        assert "sesquipedalian" not in found["feedback"] or "sesquipedalian" in reply
