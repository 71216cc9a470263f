"""Family trees with pools of measurements, and the draws of HGM from them."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.archives.clades import Clades, Pool
from apps.engine.measurement.untried import Untried
from apps.engine.population import Member, Population
from apps.engine.records import Result
from apps.engine.scale import Scale
from apps.engine.selection.clade import BestBelief, CladeThompson, ToMeasure

TASKS = ("a", "b", "c")
SCORES = (None, 0.0, 0.5, 1.0)


def population(parents, measured=(), tasks=TASKS):
    """Candidates by their parents (None for the seed), and measurements (candidate, task, score)."""
    made = Population(tasks, archive=Clades())
    for number, parent in enumerate(parents):
        made.add(Member(number, () if parent is None else (parent,), {}, b"%d" % number, "any"))
    for number, task, score in measured:
        made.measured(number, [Result(task, score, "" if score is not None else "error")])
    return made


@given(
    st.lists(st.integers(0, 100), max_size=12),
    st.lists(
        st.tuples(st.integers(0, 100), st.sampled_from(TASKS), st.sampled_from([None, 0.0, 0.5, 1.0])), max_size=40
    ),
)
def test_a_clade_holds_the_measurements_of_all_descendants_once(choices, measured):
    parents = [None, *(choice % (place + 1) for place, choice in enumerate(choices))]
    told = [(who % len(parents), task, score) for who, task, score in measured]
    clades = population(parents, told).archive
    for number in range(len(parents)):
        inside = {number}
        for other in range(number + 1, len(parents)):
            inside |= {other} if parents[other] in inside else set()
        scores = [score for who, _, score in told if who in inside]
        known = [score for score in scores if score is not None]
        assert clades.clade(number) == Pool(len(scores), sum(known), len(scores) - len(known))
        assert clades.clade(number) == clades.clade(number), "looking it up changes nothing"


def test_descendants_speak_for_whom_they_come_from():
    poor_with_good_children = [(1, "a", 0.0), (1, "b", 1.0), *((number, "a", 1.0) for number in range(3, 23))]
    good_with_poor_children = [(2, "a", 1.0), (2, "b", 1.0), *((number, "a", 0.0) for number in range(23, 43))]
    seed = [(0, task, 0.0) for task in TASKS]
    made = population([None, 0, 0, *[1] * 20, *[2] * 20], seed + poor_with_good_children + good_with_poor_children)
    by_clade = Counter(CladeThompson().choose(made, Random(1), 300))
    by_own = Counter(CladeThompson(own=True).choose(made, Random(1), 300))
    assert by_clade[1] > 20 * by_clade[2]
    assert by_own[2] > by_own[1]


def test_who_never_succeeded_is_not_expanded_and_the_best_is_where_nobody_did():
    made = population([None, 0], [(0, "a", 0.0), (0, "b", 0.0), (0, "c", 1.0), (1, "a", 0.0)])
    assert set(CladeThompson().choose(made, Random(1), 100)) == {0}
    nobody = population([None], [(0, task, 0.0) for task in TASKS])
    nobody.judged(0, "keep")
    assert CladeThompson().choose(nobody, Random(1), 2) == [0, 0]


def test_who_was_taken_out_is_neither_expanded_nor_measured():
    made = population([None, 0, 0], [(1, "a", 1.0), (2, "a", 1.0)])
    made.judged(1, "revert")
    assert set(CladeThompson().choose(made, Random(1), 100)) == {2}
    assert set(ToMeasure(alpha=0.0, initial=0).choose(made, Random(1), 1)) <= {0, 2}


@pytest.mark.parametrize(
    ("measurements", "candidates", "expands"), [(0, 4, True), (0, 5, False), (15, 6, False), (20, 6, True)]
)
def test_it_is_time_to_expand_when_measurements_to_the_alpha_reach_the_candidates(measurements, candidates, expands):
    tasks = tuple(map(str, range(30)))
    told = [(0, task, 1.0) for task in tasks] + [(1, tasks[place], 1.0) for place in range(measurements)]
    made = population([None, *[0] * candidates], told, tasks)
    assert (ToMeasure().choose(made, Random(1), 1) == []) is expands


def test_where_everybody_is_measured_on_everything_it_is_time_to_expand():
    told = [(number, task, 1.0) for number in range(9) for task in TASKS]
    assert ToMeasure().choose(population([None, *[0] * 8], told), Random(1), 1) == []


def test_the_best_belief_prefers_many_good_measurements_to_one_perfect():
    tasks = tuple(map(str, range(40)))
    many = [(1, task, float(number % 10 > 0)) for number, task in enumerate(tasks)]
    made = population([None, 0, 0], [(0, "0", 0.0), *many, (2, "0", 1.0)], tasks)
    assert BestBelief(0.05).choose(made, Random(1), 1) == [1]
    assert BestBelief(0.95).choose(made, Random(1), 1) == [2]


def test_only_what_was_never_tried_is_drawn_to_be_measured_and_failures_count_as_tried():
    made = population([None, 0], [(1, "a", 1.0), (1, "b", None)])
    assert Untried(1).draw(made, Random(1), 9) == ["c"]
    assert sorted(Untried(0).draw(made, Random(1), 9)) == ["a", "b", "c"]


def test_scores_between_0_and_1_count_as_they_are_and_others_between_the_lowest_and_the_highest():
    scale = Scale()
    assert scale.share(0.25) == 0.25
    assert not scale.widen(0.5)
    assert scale.share(0.25) == 0.25
    assert scale.widen(-1.0)
    assert scale.widen(3.0)
    assert (scale.share(-1.0), scale.share(1.0), scale.share(3.0)) == (0.0, 0.5, 1.0)


def test_a_scale_without_width_says_one_half_and_one_of_any_size_works():
    scale = Scale()
    scale.widen(5.0)
    assert scale.share(5.0) == 0.5
    scale.widen(-1.7e308)
    scale.widen(1.7e308)
    assert scale.share(0.0) == pytest.approx(0.5)


@given(st.lists(st.one_of(st.none(), st.floats(-10, 10)), max_size=20))
def test_wins_lie_between_none_and_all(scores):
    scale, pool = Scale(), Pool()
    for score in scores:
        pool.add([Result("a", score)])
        if score is not None:
            scale.widen(score)
    assert 0 <= pool.wins(scale) <= pool.count - pool.failed
