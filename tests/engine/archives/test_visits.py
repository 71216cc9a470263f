"""Draws by UCB1, without looking at everybody."""

from math import inf, log, sqrt
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from apps.engine.archives.visits import DRAWN, Visits
from apps.engine.population import Member, Population
from apps.engine.records import Result
from apps.engine.selection.ucb import UpperBound


def population(born, room=100):
    """Kept candidates, each (score, who was drawn for it); None failed."""
    made = Population(("task",), archive=Visits(room))
    for number, (score, drawn) in enumerate(born):
        traits = {DRAWN: list(drawn)} if drawn else {}
        made.add(Member(number, (0,) if number else (), {}, b"%d" % number, "any", traits))
        made.measured(number, [Result("task", score, "" if score is not None else "error")])
        made.judged(number, "keep" if score is not None else "drop")
    return made


def bounds(made, exploration):
    """UCB1 of everybody, from its definition."""
    scores = {number: made.listed(number) for number in made.members if made.listed(number) is not None}
    lowest, highest = min(scores.values()), max(scores.values())
    visits = {number: made.archive.visits(number) for number in scores}

    def bound(number):
        if not visits[number]:
            return inf
        share = (scores[number] - lowest) / (highest - lowest) if highest > lowest else 0.0
        return share + exploration * sqrt(log(made.archive.total) / visits[number])

    return {number: (bound(number), scores[number]) for number in scores}


@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(0, 4).map(float)), st.lists(st.integers(0, 30), max_size=3)),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 4),
)
def test_those_with_the_highest_bounds_are_drawn(born, count):
    told = [(score, [each for each in drawn if each < number]) for number, (score, drawn) in enumerate(born)]
    made = population([(1.0, []), *told[1:]])
    expected = bounds(made, 1.414)
    drawn = UpperBound(1.414).choose(made, Random(1), count)
    assert len(drawn) == len(set(drawn)) == min(count, len(expected))
    ordered = sorted(expected.values(), reverse=True)
    assert [expected[number] for number in drawn] == ordered[: len(drawn)]


def test_draws_are_counted_also_for_children_that_failed():
    made = population([(1.0, []), (None, [0]), (2.0, [0])])
    assert made.archive.visits(0) == 2
    assert UpperBound().choose(made, Random(1), 1) == [2]


def test_the_worst_gives_way_and_does_not_come_back():
    made = population([(1.0, []), (3.0, []), (2.0, [])], room=2)
    assert sorted(UpperBound().choose(made, Random(1), 5)) == [1, 2]
    made.measured(0, [Result("task", 9.0)])
    assert sorted(UpperBound().choose(made, Random(1), 5)) == [1, 2]


def test_who_was_reverted_is_not_drawn():
    made = population([(1.0, []), (3.0, [])])
    made.judged(1, "revert")
    assert UpperBound().choose(made, Random(1), 5) == [0]
