"""Self-repair against drafts at equal calls: where errors tell what to mend, where not, and where a model repeats."""

import re
from functools import cache

import pytest

from apps.engine import registry
from apps.engine.archives.repairs import ATTEMPT
from apps.engine.methods import self_repair
from apps.engine.records import Result, Shown
from apps.engine.setup import Setup
from apps.engine.testing.quick import Quick
from apps.engine.testing.toy import TEXTS
from tests.engine.methods.laws import being, margin, speaker, texts

SEEDS = range(80)
CANDIDATES = 6
FAULTS = 40
GOOD_DRAFT = 0.1  # chance that a draft is right
START = texts(fault=1)


def fault(dice):
    return {"fault": 0 if dice.random() < GOOD_DRAFT else dice.randrange(1, FAULTS), "name": dice.random()}


def mends(base, dice, asked):
    """A repair mends what the error names, half of the time; a draft ignores what was there."""
    named = re.search(r"fault (\d+)", asked.prompt.messages[0].text)
    if asked.role == "repair" and named and int(named[1]) == base["fault"] and dice.random() < 0.5:
        return {"fault": 0, "name": dice.random()}
    return fault(dice)


def repeats(base, dice, asked):
    """Who sees its own failure writes it again, two times of three."""
    if asked.role == "repair" and dice.random() < 2 / 3:
        return {"fault": base["fault"], "name": dice.random()}
    return fault(dice)


def works(candidate, task, _before):
    return Result(task, float(being(candidate)["fault"] == 0))


def informative(candidate, result):
    return Shown(result.task, result.score, feedback=f"ValueError: fault {being(candidate)['fault']}")


def silent(candidate, result):
    return Shown(result.task, result.score)


@cache
def solved(law, tell, rounds, seed):
    lived = Quick(
        self_repair.RECIPE, seed, START, works, model=speaker(law), tell=tell, parameters={"rounds": rounds}
    ).evolve(CANDIDATES)
    assert len(lived.calls) == CANDIDATES
    return lived.population.best_so_far[-1][1]


def lead(law, tell):
    """By how much repair leads drafts at equal calls, in share of runs that solve: (mean, standard error)."""
    return margin([solved(law, tell, 5, seed) - solved(law, tell, 0, seed) for seed in SEEDS])


def test_repair_solves_more_than_drafts_where_errors_tell_what_to_mend():
    mean, error = lead(mends, informative)
    assert mean > 4 * error, f"{mean:.3f} ± {error:.3f}"


def test_repair_is_no_better_than_drafts_where_errors_tell_nothing():
    mean, error = lead(mends, silent)
    assert abs(mean) < 0.1, f"{mean:.3f} ± {error:.3f}"


def test_repair_is_worse_than_drafts_where_a_model_repeats_itself():
    mean, error = lead(repeats, silent)
    assert mean < -2 * error, f"{mean:.3f} ± {error:.3f}"


def test_a_chain_of_repairs_has_at_most_so_many_rounds_and_names_its_kind_of_error():
    def never(base, dice, asked):
        return {"fault": dice.randrange(1, FAULTS), "name": dice.random()}

    lived = Quick(self_repair.RECIPE, 1, START, works, model=speaker(never), tell=informative).evolve(13)
    members = lived.population.members
    attempts = [members[number].traits.get(ATTEMPT, 0) for number in range(14)]
    assert attempts == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1]
    assert all(members[number].parents == (number - 1,) for number, attempt in enumerate(attempts) if attempt)
    assert lived.population.archive.errors.keys() == {"value"}
    assert lived.population.archive.errors["value"].tried == 11
    repairs = [call.prompt.messages[0].text for call in lived.calls if call.role == "repair"]
    assert all("an index, a key or a value was out of range" in told for told in repairs)


@pytest.mark.parametrize(("rounds", "said"), [(5, ""), (-1, "0 for none"), (101, "at most 100")])
def test_rounds_that_make_no_sense_are_told_before_the_run(rounds, said):
    recipe = registry.get("self_repair")
    complaint = recipe.fits(Setup(TEXTS, {"main.py": "regions"}, parameters=recipe.settings({"rounds": rounds})))
    assert said in complaint
    assert bool(said) == bool(complaint)
