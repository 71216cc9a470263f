"""ShinkaEvolve's claims one by one: parents, bandit over models, novelty, scratchpad; with twins and controls."""

import json
from collections import Counter
from statistics import fmean

import pytest

from apps.engine import registry
from apps.engine.records import Reply
from apps.engine.setup import Setup, Voice
from apps.engine.testing.landscapes import DECEPTIVE, SMOOTH, STEP
from apps.engine.testing.scripted import line_of, number_mover, numbers_in
from tests.engine.methods.reaching import SEEDS, climbed, reached

NAME = "shinka"
RECIPE = registry.get(NAME)
THREE = {"mutate": (Voice("dull"), Voice("fair"), Voice("good"))}
EVENLY = {"dither": 2 / 3}  # of three models each is as likely as the others
NEVER = {"scratchpad_interval": 10**9}
ANYTHING = {"novelty_threshold": 1.0}


def worlds(land, candidates, **changes):
    return [land.world(RECIPE, seed, **changes).evolve(candidates) for seed in SEEDS]


def mean_of(lived):
    return fmean(world.population.best_so_far[-1][1] for world in lived)


def mean_best(land, candidates, **changes):
    return mean_of(worlds(land, candidates, **changes))


def test_it_reaches_more_than_a_climber_where_the_best_misleads():
    assert reached(NAME, DECEPTIVE) > climbed(DECEPTIVE) + 0.03


def test_where_every_way_up_leads_to_the_top_it_gains_nothing():
    assert reached(NAME, SMOOTH) <= climbed(SMOOTH)


# The bandit over models.


def by_steps(steps):
    """Models by name: each moves a number by a step of its own size."""
    movers = {name: number_mover(step) for name, step in steps.items()}
    return lambda asked, dice: movers[asked.model](asked, dice)


UNEQUAL = by_steps({"dull": 0.0005, "fair": 0.005, "good": STEP})
EQUAL = by_steps(dict.fromkeys(("dull", "fair", "good"), STEP))


def chosen_among(models):
    """Runs in which the bandit draws the model, and the same with each as likely as the others."""
    return [worlds(SMOOTH, 60, models=THREE, model=models, parameters=given) for given in ({}, EVENLY)]


def share_of_the_good_one(lived):
    asked = Counter(call.model for world in lived for call in world.calls if call.role != "summarise")
    return asked["good"] / sum(asked.values())


def test_of_three_models_the_best_is_asked_most_and_more_is_reached_than_evenly():
    by_merit, evenly = chosen_among(UNEQUAL)
    assert share_of_the_good_one(by_merit) > 0.42
    assert 0.25 < share_of_the_good_one(evenly) < 0.4
    assert mean_of(by_merit) > mean_of(evenly) + 0.005


def test_among_three_equal_models_the_bandit_does_no_harm():
    """The twin world: whom it prefers is luck, and nothing is lost by it."""
    by_merit, evenly = chosen_among(EQUAL)
    assert 0.2 < share_of_the_good_one(by_merit) < 0.5
    assert mean_of(by_merit) > mean_of(evenly) - 0.01


# Novelty rejection.


def parrot(asked, dice):
    """A model that has four edits in its repertoire, whatever it is shown."""
    reply = number_mover(STEP)(asked, dice)
    before = line_of(numbers_in(asked.prompt.messages[0].text))
    after = line_of([dice.choice((0.25, 0.75)), dice.choice((0.25, 0.75)), 0.5])
    known = f"As ever.\n<<<<<<< SEARCH\n{before}\n=======\n{after}\n>>>>>>> REPLACE\n"
    return reply if asked.schema is not None else Reply(known, asked.model)


def repeated(world):
    """How many measured candidates have the content of an earlier one."""
    keys = [world.population.members[number].key for number in sorted(world.tried)]
    return len(keys) - len(set(keys))


DIFFS = {"diff": 1.0, "full": 0.0, "cross": 0.0, "islands": 1}


def test_a_model_that_repeats_itself_costs_no_measurements_and_without_rejection_most_of_them():
    rejecting, taking = (
        DECEPTIVE.world(RECIPE, 1, model=parrot, parameters={**DIFFS, **given}) for given in ({}, ANYTHING)
    )
    for world in (rejecting, taking):
        world.evolve(30, most_rounds=40)
    assert repeated(rejecting) == 0
    assert rejecting.measured <= 4
    assert repeated(taking) > 20


def test_vectors_know_what_was_measured_before_too():
    world = DECEPTIVE.world(RECIPE, 1, model=parrot, parameters={**DIFFS, "novelty": "vectors"})
    world.evolve(30, most_rounds=40)
    assert repeated(world) == 0


@pytest.mark.parametrize(("verdict", "few"), [("NOT_NOVEL", True), ("NOVEL", False)])
def test_a_model_has_the_last_word_on_novelty_where_it_is_the_judge(verdict, few):
    def judging(asked, dice):
        return Reply(verdict, asked.model) if asked.role == "novelty" else parrot(asked, dice)

    world = DECEPTIVE.world(RECIPE, 1, model=judging, parameters={**DIFFS, "novelty": "judge"})
    world.evolve(30, most_rounds=40)
    assert any(call.role == "novelty" for call in world.calls)
    assert (repeated(world) == 0) is few


def test_a_kind_of_novelty_that_there_is_not_is_refused():
    setup = Setup({"main.py": "x"}, {"main.py": "whole"}, ("t",), parameters=RECIPE.settings({"novelty": "angles"}))
    assert "novelty is 'angles'; choose ngrams, vectors, judge." in RECIPE.fits(setup)


def test_a_model_that_never_repeats_itself_loses_nothing_to_rejection():
    """The twin world: no edit is asked for twice."""
    rejecting, taking = (SMOOTH.world(RECIPE, 1, parameters={**NEVER, **given}).evolve(60) for given in ({}, ANYTHING))
    assert len(rejecting.calls) == len(taking.calls) == 60
    assert rejecting.population.best_so_far == taking.population.best_so_far


def test_what_is_refused_as_known_is_told_to_the_model():
    world = DECEPTIVE.world(RECIPE, 1, model=parrot, parameters=DIFFS)
    world.evolve(30, most_rounds=20)
    told = [call.prompt.messages[-1].text for call in world.calls]
    assert any("not new" in text and "like program" in text for text in told)


# The scratchpad.


LARGE = "take larger steps"
CAUTIOUS = 0.02  # a step too small to get anywhere soon


def advised(advice):
    """A model that writes this advice, and that steps cautiously unless a prompt recommends LARGE ones."""

    def answer(asked, dice):
        if asked.role == "summarise":
            return Reply(json.dumps({"insights": "", "recommendations": [advice]}), asked.model)
        step = STEP if LARGE in asked.prompt.messages[0].text else CAUTIOUS
        return number_mover(step)(asked, dice)

    return answer


def test_good_advice_of_the_scratchpad_helps():
    with_pad, without = (mean_best(SMOOTH, 60, model=advised(LARGE), parameters=given) for given in ({}, NEVER))
    assert with_pad > without + 0.05


def test_advice_that_nobody_can_follow_changes_nothing():
    """The twin world: what is written makes no difference to what the model does."""
    with_pad, without = (mean_best(SMOOTH, 60, model=advised("be clever"), parameters=given) for given in ({}, NEVER))
    assert with_pad == pytest.approx(without, abs=0.02)


def test_advice_is_written_every_ten_candidates_and_one_piece_enters_each_prompt():
    world = SMOOTH.world(RECIPE, 1, model=advised("mind the middle")).evolve(45)
    written = [number for number, call in enumerate(world.calls) if call.role == "summarise"]
    assert 3 <= len(written) <= 4
    edits = [call.prompt.messages[0].text for call in world.calls[written[0] + 2 :] if call.role != "summarise"]
    assert all(text.count("mind the middle") == 1 for text in edits)


def test_a_reply_that_holds_no_advice_keeps_the_old_and_is_not_asked_for_again_at_once():
    said = iter(["keep it short"])

    def model(asked, dice):
        if asked.role != "summarise":
            return number_mover(STEP)(asked, dice)
        return advised(next(said))(asked, dice) if (said.__length_hint__()) else Reply("no idea", asked.model)

    world = SMOOTH.world(RECIPE, 1, model=model).evolve(45)
    assert sum(call.role == "summarise" for call in world.calls) <= 4
    assert "keep it short" in world.calls[-1].prompt.messages[0].text


# The rest.


def test_edits_are_diffs_whole_programs_and_crossovers_as_published():
    lived = worlds(SMOOTH, 100)
    made = Counter(member.operator for world in lived for member in world.population.members.values() if member.number)
    total = sum(made.values())
    assert made["mutate_diff"] / total == pytest.approx(0.6, abs=0.05)
    assert made["mutate_rewrite"] / total == pytest.approx(0.3, abs=0.05)
    assert made["crossover_rewrite"] / total == pytest.approx(0.1, abs=0.04)


def test_a_crossover_names_both_parents():
    members = SMOOTH.world(RECIPE, 1, parameters={"cross": 1.0}).evolve(40).population.members.values()
    assert all(len(member.parents) == 2 for member in members if member.operator == "crossover_rewrite")
    assert sum(member.operator == "crossover_rewrite" for member in members) > 5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cross": 1.5}, "Choose 0 to 1"),
        ({"diff": 0.0, "full": 0.0}, "takes two programs"),
        ({"fade": 0.0}, "fade is 0.0"),
        ({"sharpness": float("nan")}, "sharpness"),
        ({"archive": 0}, "at least 1"),
        ({"novelty_attempts": 0}, "at least 1"),
        ({"top_inspirations": -1}, "0 or more"),
        ({"islands": 0}, "0 islands"),
    ],
)
def test_parameters_that_make_no_sense_are_told_before_the_run(given, said):
    setup = Setup(SMOOTH.seed_texts(1), {"main.py": "regions"}, parameters=RECIPE.settings(given))
    assert said in RECIPE.fits(setup)
