"""Rules of acceptance: what an archive admits, and what a temperature lets pass."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.acceptance import Admitted, Annealing
from apps.engine.archives.front import Front
from apps.engine.archives.grid import Grid
from apps.engine.archives.novelty import Novelty
from apps.engine.axes import Descriptor, Objective
from apps.engine.population import Member, Population
from apps.engine.records import Result

FILL = Descriptor("fill", 0, 1, 2)


def population(archive, *born):
    """The first is kept, the others wait for a judgement; each (score or failure, facts)."""
    found = Population(("task",), archive=archive)
    for number, (score, facts) in enumerate(born):
        failed = isinstance(score, str)
        found.add(Member(number, (0,) if number else (), {}, bytes([number]), "any"))
        found.measured(number, [Result("task", None, score) if failed else Result("task", score, "", facts)])
        if number == 0:
            found.judged(0, "keep")
    return found


@pytest.mark.parametrize(
    ("score", "facts", "decision", "why"),
    [
        (2.0, {"fill": 0.1}, "keep", "2.0 against 1.0 in cell 0"),
        (1.0, {"fill": 0.1}, "drop", "1.0 against 1.0 in cell 0"),
        (0.1, {"fill": 0.9}, "keep", "0.1, first in cell 1"),
        (9.0, {}, "drop", "no value of fill"),
        ("timeout", {}, "drop", "timeout"),
    ],
)
def test_a_grid_keeps_what_opens_a_cell_or_beats_its_elite(score, facts, decision, why):
    found = Admitted().judge(population(Grid([FILL]), (1.0, {"fill": 0.2}), (score, facts)), 1)
    assert (found.decision, found.why) == (decision, why)


@pytest.mark.parametrize(
    ("score", "facts", "decision", "why"),
    [
        (0.5, {"cost": 1.0}, "keep", "0.5, on the front"),
        (1.0, {"cost": 2.0}, "drop", "1.0, beaten by 0"),
        (0.5, {"cost": 3.0}, "drop", "0.5, beaten by 0"),
        (2.0, {}, "drop", "no value of cost"),
    ],
)
def test_a_front_keeps_what_nothing_beats(score, facts, decision, why):
    front = Front([Objective("cost", maximise=False)])
    found = Admitted().judge(population(front, (1.0, {"cost": 2.0}), (score, facts)), 1)
    assert (found.decision, found.why) == (decision, why)


def test_novelty_keeps_what_is_new_whatever_it_scores():
    found = population(Novelty([FILL]), (1.0, {"fill": 0.2}), (-9.0, {"fill": 0.7}), (9.0, {"fill": 0.2}))
    assert [Admitted().judge(found, number).decision for number in (1, 2)] == ["keep", "drop"]


@given(st.floats(-2, 2), st.floats(0, 1, exclude_max=True), st.integers(0, 60))
def test_a_loss_passes_with_the_probability_of_metropolis(gain, chance, rounds):
    rule = Annealing(1.0, 10, rounds, chance)
    temperature = 0.5 ** (rounds / 10)
    found = rule.judge(population(None, (0.0, {}), (gain, {})), 1)
    assert (found.decision == "keep") == (gain >= 0 or chance < exp(gain / temperature))


def test_without_a_temperature_only_losses_are_dropped():
    judged = population(None, (0.0, {}), (0.0, {}), (-1e-9, {}), ("error", {}))
    decisions = [Annealing(0.0, 1, 5, 0.0).judge(judged, number) for number in (0, 1, 2, 3)]
    assert [each.decision for each in decisions] == ["keep", "keep", "drop", "drop"]
    assert decisions[3].why == "error"


@pytest.mark.parametrize(
    "make",
    [lambda: Annealing(-1.0, 1, 0, 0.0), lambda: Annealing(float("nan"), 1, 0, 0.0), lambda: Annealing(1.0, 0, 0, 0.0)],
)
def test_annealing_that_makes_no_sense_is_refused(make):
    with pytest.raises(ValueError, match="half life of at least 1"):
        make()
