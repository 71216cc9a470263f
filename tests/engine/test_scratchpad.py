"""The scratchpad as a fold of records, and what of a model's reply gets into it."""

from random import Random

import pytest

from apps.engine.population import Judged
from apps.engine.scratchpad import ADVICE, LONGEST, MOST, Advice, Pad, recommended


def judged(**traits):
    return Judged(1, 1.0, "drop", "mutate_diff", traits, 0.0)


def test_advice_is_due_once_so_many_candidates_were_judged_since_the_last():
    pad = Pad()
    for count in range(12):
        (told,) = Advice(10).draw({"pad": pad}, Random(1), 1)
        assert told["due"] == (count >= 10)
        pad = pad.after(judged())
    assert pad.after(judged(**{ADVICE: ["try primes"]})) == Pad(("try primes",), 0)


def test_a_reply_without_advice_keeps_what_there_was_and_is_not_due_again_at_once():
    assert Pad(("try primes",), 10).after(judged(**{ADVICE: []})) == Pad(("try primes",), 0)


def test_one_piece_of_advice_is_drawn_at_random():
    pad = Pad(("one", "two", "three"))
    assert {Advice().draw({"pad": pad}, Random(seed), 1)[0]["one"] for seed in range(40)} == {"one", "two", "three"}
    assert Advice().draw({"pad": Pad()}, Random(1), 1)[0]["one"] == ""


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"recommendations": ["a", " ", 3, None, "b"]}, ["a", "b"]),
        ({"recommendations": "a"}, []),
        ({"recommendations": [str(number) for number in range(9)]}, ["0", "1", "2", "3", "4"]),
        (["a"], []),
        (None, []),
    ],
)
def test_only_texts_are_recommendations_and_few(data, kept):
    assert recommended(data) == kept
    assert len(kept) <= MOST


def test_a_long_recommendation_is_cut():
    assert len(recommended({"recommendations": ["x" * 9_999]})[0]) == LONGEST
