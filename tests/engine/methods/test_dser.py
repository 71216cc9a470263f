"""DSER: chains and a majority where refining is likelier to mend than to damage, and where it is not."""

from functools import cache
from random import Random

import pytest

from apps.engine import registry
from apps.engine.archives.refinements import STAYED, VOTES
from apps.engine.effects import Ask, Refused
from apps.engine.methods import dser
from apps.engine.novelty.majority import votes
from apps.engine.recipe import Context
from apps.engine.records import Chosen, Result
from apps.engine.setup import Setup, Voice
from apps.engine.testing.quick import Quick
from apps.engine.testing.toy import TEXTS
from tests.engine.methods.laws import being, speaker, texts

SEEDS = range(60)
MENDS, DAMAGES = (0.3, 0.1), (0.1, 0.3)  # chances that a step mends what is wrong, and that it breaks what is right


def chain_of(rates):
    mend, damage = rates

    def refined(base, dice, asked):
        chance = damage if base["right"] else mend
        return {"right": base["right"] != (dice.random() < chance)}

    return refined


def state(candidate, task, _before):
    return Result(task, float(being(candidate)["right"]))


@cache
def ended(rates, chains, steps, start, seed):
    """What most chains end with: is it right?"""
    lived = Quick(
        dser.RECIPE,
        seed,
        texts(right=start),
        state,
        model=speaker(chain_of(rates)),
        parameters={"chains": chains, "steps": steps},
    )
    ctx = Context(seed, 1, {"main.py": "regions"}, lived.parameters, models={"mutate": (Voice("scripted"),)})
    lived.round(0)
    ends = _answered(lived, dser.chained(ctx, Chosen(0, 0.0, lived.texts)))
    return being(votes(ends)[0].texts)["right"]


def _answered(lived, steps):
    dice = Random(lived.seed)
    answer = None
    while True:
        try:
            asked = steps.send(answer)
        except StopIteration as stop:
            return stop.value
        answer = lived._answered(asked, dice)


def share(rates, chains, steps, start=False):
    """How often over the seeds the majority is right."""
    return sum(ended(rates, chains, steps, start, seed) for seed in SEEDS) / len(SEEDS)


def test_a_majority_of_long_chains_is_right_where_mending_is_likelier():
    single, majority = share(MENDS, 1, 10), share(MENDS, 9, 10)
    assert abs(single - 0.75) < 0.15, "one chain tends to p / (p + q)"
    assert majority > 0.9
    assert share(MENDS, 9, 1) < 0.25, "chains of one step have not come far"


def test_a_majority_of_long_chains_is_wrong_where_damage_is_likelier_even_if_they_begin_right():
    single, majority = share(DAMAGES, 1, 10, start=True), share(DAMAGES, 9, 10, start=True)
    assert abs(single - 0.25) < 0.15
    assert majority < 0.1


def lived(rates, tasks=20, **parameters):
    """A run on many tasks, each with an answer of its own that the model mends and breaks."""
    names = tuple(f"t{number}" for number in range(tasks))

    def refined(base, dice, asked):
        mend, damage = rates
        chances = {name: damage if right else mend for name, right in base.items()}
        return {name: right != (dice.random() < chances[name]) for name, right in base.items()}

    start = {name: number % 2 == 0 for number, name in enumerate(names)}
    return Quick(
        dser.RECIPE,
        1,
        texts(**start),
        lambda candidate, task, before: Result(task, float(being(candidate)[task])),
        names,
        model=speaker(refined),
        parameters={"chains": 3, "steps": 1} | parameters,
    )


def test_the_run_warns_where_damage_is_likelier_and_not_where_mending_is():
    good = lived((0.2, 0.05)).evolve(15).population.archive.transitions
    bad = lived((0.05, 0.3)).evolve(15).population.archive.transitions
    assert good.warning() == ""
    assert "Improvement is not likelier than damage" in bad.warning()
    assert "stronger model for the roles judge and repair" in bad.warning()
    assert good.likelier > 0.95
    assert bad.likelier < 0.05
    assert bad.limit < 0.4 < 0.6 < good.limit


def test_nothing_is_measured_on_the_way_and_the_votes_are_told():
    run = lived((0.2, 0.05), steps=2).evolve(5)
    assert run.measured == 5
    assert len(run.calls) >= 5 * 3 * 2 * 2
    assert {call.role for call in run.calls} == {"judge", "repair"}
    for member in list(run.population.members.values())[1:]:
        assert 1 <= member.traits[VOTES] + member.traits[STAYED] <= 3


def test_a_round_in_which_every_chain_stays_brings_nothing():
    run = Quick(dser.RECIPE, 1, texts(right=True), state, model=speaker(chain_of((0.0, 0.0))))
    run.evolve(1, most_rounds=5)
    assert run.measured == 0


def test_chains_go_on_when_one_call_fails_and_the_round_ends_when_all_do():
    class Failing(Quick):
        broken = 1

        def _carry_out(self, effect, dice):
            if isinstance(effect, Ask) and len(self.calls) % 3 < self.broken:
                self.calls.append(effect)
                raise Refused("no call")
            return Quick._carry_out(self, effect, dice)

    def run(broken):
        world = Failing(dser.RECIPE, 1, texts(right=False), state, model=speaker(chain_of((0.9, 0.0))))
        world.broken = broken
        return world.evolve(1, most_rounds=4)

    assert run(1).measured == 1
    failed = run(3)
    assert failed.measured == 0
    assert all(str(outcome) == "no call" for number, outcome in failed.outcomes.items() if number)


def test_the_most_frequent_text_wins_and_of_equals_the_one_most_like_the_others():
    a, b, c, d = (
        {"f.md": text} for text in ("one two three four", "nine eight", "one two three five", "two three four six")
    )
    assert [vote.votes for vote in votes([b, a, b])] == [2, 1]
    assert votes([b, a, b])[0].texts == b
    assert votes([b, a, c, d])[0].texts == a
    assert votes([b])[0].votes == 1


@pytest.mark.parametrize(("given", "said"), [({}, ""), ({"chains": 0}, "chains is 0"), ({"steps": 101}, "1 to 100")])
def test_settings_that_make_no_sense_are_told_before_the_run(given, said):
    recipe = registry.get("dser")
    complaint = recipe.fits(Setup(TEXTS, {"main.py": "regions"}, parameters=recipe.settings(given)))
    assert said in complaint
    assert bool(said) == bool(complaint)
