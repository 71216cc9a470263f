"""What scores only within a tolerance of its evaluator is promoted by a person or not at all, in every mode."""

import pytest

from apps.common.ids import run_and_number
from apps.engine.supervise import SEED
from apps.oversight.rules import MODES
from apps.rounds.terminal import waits
from apps.rounds.verify import problems
from tests.rounds import world
from tests.rounds.people import approve_until, begin, gates, say, settle

EVALUATOR = """
def score(given, expected, output, seed):
    value = -sum((a - b) ** 2 for a, b in zip(output, expected, strict=True))
    return {{"score": value, "metrics": {{"relies_on_tolerance": float(output[0] != {honest})}}}}
"""


def foreign(honest):
    """A project as another engine's folder makes it. honest: an expression of what leans on no tolerance."""
    made = world.project(evaluator=EVALUATOR.format(honest=honest))
    made.style = "openevolve"
    made.save()
    return made


@pytest.fixture
def leaning(transactional_db):
    """All but the seed lean on a tolerance."""
    return foreign("0.5")


@pytest.fixture
def bob(leaning):
    return world.member(leaning, "bob", "reviewer")


def champion(project):
    """Its number."""
    project.refresh_from_db()
    return run_and_number(project.champion)[1]


def test_in_full_auto_the_run_goes_on_and_its_promotions_wait(loop, leaning, bob):
    run = begin(loop, leaning, "full-auto", candidates=12)
    held = gates(run)
    assert {(gate.kind, gate.state) for gate in held} == {("promote", "held before")}
    assert run.measured + len(held) >= 12, "a round that waits keeps one place in the budget, and no more"
    assert champion(leaning) == SEED
    assert "only within a tolerance of its evaluator" in waits(run)


def test_a_person_may_promote_it_all_the_same(loop, leaning, bob):
    run = begin(loop, leaning, "full-auto", candidates=10)
    gate = gates(run)[-1]
    say(bob, gate, "approve")
    settle(loop, run)
    assert champion(leaning) == run_and_number(gate.candidate)[1]
    assert list(problems(leaning)) == []


def test_once_all_are_answered_the_run_ends_and_the_seed_is_champion(loop, leaning, bob):
    run = begin(loop, leaning, "full-auto", candidates=10)
    while held := gates(run):
        for gate in held:
            say(bob, gate, "reject", "won by rounding")
        settle(loop, run)
    assert run.state == "finished"
    assert champion(leaning) == SEED


def test_what_leans_on_no_tolerance_is_promoted_as_ever(loop, transactional_db):
    honest = foreign("output[0]")
    run = begin(loop, honest, "full-auto", candidates=20)
    assert (run.state, gates(run)) == ("finished", [])
    assert champion(honest) != SEED


@pytest.mark.parametrize("mode", MODES)
def test_no_mode_lets_it_pass(mode, loop, leaning, bob):
    run = begin(loop, leaning, mode, candidates=10)
    approve_until(loop, run, bob, "promote")
    assert champion(leaning) == SEED
