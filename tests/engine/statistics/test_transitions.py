"""The two rates of refining, and what they say of long chains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.statistics.transitions import Transitions


def test_transitions_are_counted_by_what_was_before():
    found = Transitions().after([(True, True), (True, False), (False, True), (False, False)])
    assert found == Transitions(wrong=2, mended=1, right=2, broken=1)
    assert found.limit == 0.5


def test_chains_that_changed_nothing_count_as_tries_that_neither_mended_nor_broke():
    found = Transitions().after([(True, False), (False, True)], changed=2, stayed=3)
    assert found == Transitions(wrong=5, mended=2, right=5, broken=2)


@pytest.mark.parametrize(
    ("found", "warns"),
    [
        (Transitions(100, 30, 100, 10), False),
        (Transitions(100, 10, 100, 30), True),
        (Transitions(5, 0, 100, 90), False),  # too little is known
        (Transitions(), False),
        (Transitions(100, 0, 100, 0), False),  # nothing ever changes: even
    ],
)
def test_who_is_warned(found, warns):
    assert bool(found.warning()) is warns


def test_the_warning_says_what_was_seen_and_where_it_leads():
    told = Transitions(100, 10, 100, 30).warning()
    assert "mends 10% of what is wrong and breaks 30% of what is right" in told
    assert "25% right answers" in told


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_the_chance_that_mending_is_likelier_turns_round_with_the_rates(mended, more, broken, others):
    found = Transitions(mended + more, mended, broken + others, broken)
    turned = Transitions(broken + others, broken, mended + more, mended)
    assert found.likelier + turned.likelier == pytest.approx(1.0, abs=0.01)
    assert 0 <= found.likelier <= 1.001
