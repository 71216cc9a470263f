"""Canonical bytes: one form for equal values, and every value comes back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.canonical import NotCanonical, decode, encode

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(values)
def test_a_value_comes_back_as_it_was(value):
    assert decode(encode(value)) == value


@given(values)
def test_encoding_again_gives_the_same_bytes(value):
    assert encode(decode(encode(value))) == encode(value)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()))
def test_the_order_of_keys_does_not_matter(value):
    assert encode(value) == encode(dict(reversed(value.items())))


def test_numbers_that_json_lacks_travel_tagged():
    back = decode(encode({"a": [math.nan, math.inf, -math.inf]}))
    assert math.isnan(back["a"][0])
    assert back["a"][1:] == [math.inf, -math.inf]


def test_a_tag_that_somebody_else_wrote_is_left_alone():
    assert decode(b'{"$float":"1"}') == {"$float": "1"}


def test_minus_zero_and_huge_floats_keep_their_form():
    assert encode([-0.0, 1e22]) == b"[-0.0,1e+22]"


@pytest.mark.parametrize("value", ["\ud800", {1, 2}, b"x", object()])
def test_what_has_no_form_is_refused(value):
    with pytest.raises(NotCanonical):
        encode(value)
