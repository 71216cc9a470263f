"""A population in a steady state, and tournaments among those that live."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.archives.living import Living
from apps.engine.population import Member, Population
from apps.engine.records import Result
from apps.engine.selection import from_payload, payload
from apps.engine.selection.living_tournament import LivingTournament


def population(scores, size=4, contest=50):
    """Candidates 0, 1, … with these scores, all kept; None failed. A contest of 50 is lost by the worst of a few."""
    made = Population(("task",), archive=Living(size, contest))
    for number, score in enumerate(scores):
        made.add(Member(number, (), {}, b"%d" % number, "any"))
        made.measured(number, [Result("task", score, "" if score is not None else "error")])
        made.judged(number, "keep")
    return made


def test_a_newcomer_takes_the_place_of_the_worst_also_when_it_is_worse():
    assert population([5.0, 4.0, 3.0, 2.0, 1.0]).archive.members == [0, 1, 2, 4]


def test_of_equal_losers_the_older_one_gives_way():
    assert sorted(population([1.0, 1.0, 1.0, 1.0, 1.0]).archive.members) == [1, 2, 3, 4]


def test_who_failed_never_lives():
    assert population([5.0, None, 3.0, None, 1.0]).archive.members == [0, 2, 4]


def test_who_was_put_out_does_not_come_back_when_measured_again_or_when_a_place_is_free():
    made = population([1.0, 2.0, 3.0], size=2)
    made.judged(2, "revert")
    made.measured(0, [Result("task", 9.0)])
    assert made.archive.members == [1]


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["keep", "revert"])), max_size=60), st.integers(1, 5))
def test_members_are_those_that_were_kept_each_once_and_never_too_many(verdicts, size):
    made = population([float(number) for number in range(10)], size, contest=2)
    for number, verdict in verdicts:
        made.judged(number, verdict)
        members = made.archive.members
        assert len(set(members)) == len(members) <= size
        assert all(made.listed(each) is not None for each in members)


def test_equal_records_fold_into_equal_populations():
    scores = [float(number % 7) for number in range(200)]
    assert population(scores, contest=2).archive.members == population(scores, contest=2).archive.members


def test_a_tournament_is_won_by_the_best_of_those_that_live():
    made = population([3.0, 3.0, 1.0, 2.0])
    assert Counter(LivingTournament(50).choose(made, Random(1), 20)) == {0: 20}, "of 0 and 1 the older one wins"
    assert set(LivingTournament(1).choose(made, Random(1), 200)) == {0, 1, 2, 3}, "size 1 draws anyone"


def test_a_tournament_of_nobody_draws_nobody():
    assert LivingTournament().choose(Population(("task",), archive=Living(3)), Random(1), 2) == []


def test_the_rule_survives_the_journal():
    assert from_payload(payload(LivingTournament(7))) == LivingTournament(7)


@pytest.mark.parametrize("make", [Living, LivingTournament])
def test_nothing_smaller_than_one_makes_sense(make):
    with pytest.raises(ValueError, match="at least 1"):
        make(0)
