"""A contract names tasks that methods may see and chances that are chances, or the edit is refused with a reason."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.acceptance import Improves
from apps.engine.contracts.validity import LONGEST_TEXT, MOST_TASKS, complaint
from apps.engine.effects import Contract, Judge, Measure, Propose, Refused
from apps.engine.methods import null_run
from apps.engine.recipe import Context, Grown, Outcome, Recipe, Steps
from apps.engine.testing.toy import SEED_TEXT, TASKS, TEXTS, distance
from apps.engine.testing.world import World

NAMED = ("a", "b")


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        (Contract(probabilities={"a": 1.2}), "the probability of 'a' is 1.2"),
        (Contract(probabilities={"a": -0.1}), "from 0 to 1"),
        (Contract(probabilities={"a": nan}), "the probability of 'a' is nan"),
        (Contract(probabilities={"b": inf}), "the probability of 'b' is inf"),
        (Contract(probabilities={"a": True}), "must be a number"),
        (Contract(probabilities={"a": 10**400}), "must be a number"),
        (Contract(probabilities={"gate-1": 0.5}), "the probabilities name 'gate-1', which is no task"),
        (Contract(predicted_fixes=("c",)), "the predicted fixes name 'c'"),
        (Contract(at_risk=("c",)), "the tasks at risk name 'c'"),
        (Contract(predicted_fixes=("a",) * (MOST_TASKS + 1)), f"name {MOST_TASKS + 1} tasks"),
        (Contract(hypothesis="x" * (LONGEST_TEXT + 1)), "the hypothesis of the contract has"),
        (Contract(evidence="\ud800"), "no text"),
    ],
)
def test_what_a_contract_may_not_say_is_named(contract: Contract, words: str):
    assert words in complaint(contract, NAMED)


@given(st.dictionaries(st.sampled_from(NAMED), st.floats(0, 1)))
def test_every_chance_from_nothing_to_certainty_may_be_stated(chances: dict[str, float]):
    assert complaint(Contract("why", "seen", ("a",), ("b",), chances), NAMED) == ""


@given(st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text())))
def test_what_is_no_number_is_no_chance(said: Any):
    assert bool(complaint(Contract(probabilities={"a": said}), NAMED)) == (said not in (0, 1))


def test_a_method_hears_why_its_contract_may_not_stand_and_may_propose_again():
    heard = []

    def round_(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
        texts = {"main.py": SEED_TEXT.replace("0.25", "0.75")}
        try:
            yield Propose((0,), texts, "hopeful", Contract(predicted_fixes=("gate-1",)))
        except Refused as refusal:
            heard.append(refusal.reason)
        child = yield Propose((0,), texts, "hopeful", Contract(predicted_fixes=TASKS))
        yield Measure(child)
        return Grown(child, (yield Judge(child, Improves()))["decision"])

    recipe = Recipe(vary=null_run.RECIPE.vary, round=round_)
    world = World(recipe, 0, TEXTS, distance, gate=("gate-1",)).evolve(1)
    assert heard == ["the predicted fixes name 'gate-1', which is no task that methods may see"]
    assert world.outcomes[1] == Grown(1, "keep")
