"""ASI-Evolve: lessons and known facts where they are right, where they are any, and without them."""

import re
from functools import cache

import pytest

from apps.engine import registry
from apps.engine.methods import asi_evolve
from apps.engine.notebook import LESSON
from apps.engine.prompting.retrieval import items, nearest
from apps.engine.records import Result
from apps.engine.setup import Setup
from apps.engine.testing.quick import Quick
from apps.engine.testing.toy import TEXTS
from tests.engine.methods.laws import being, margin, speaker, texts

SEEDS = range(15)
CANDIDATES = 40
START = texts(level=0)
TURNS = ("north", "east", "south", "west", "up", "down", "in", "out")
STAGES = ("meadow", "forest", "river", "valley", "ridge", "glacier", "summit", "cloud", "moon", "star")


def right(level):
    """The one turn that leads on from a level."""
    return TURNS[(7 * level + 3) % len(TURNS)]


def advised(base, dice, asked):
    """Takes the turn that the prompt advises for where the program stands, or any."""
    stage = STAGES[base["level"] % len(STAGES)]
    named = re.findall(rf"from the {stage} turn (\w+)", asked.prompt.messages[0].text)
    turn = named[-1] if named else dice.choice(TURNS)
    return {"level": base["level"] + (turn == right(base["level"])), "name": dice.random()}


def stands(asked):
    """The level of the program that the analyser sees."""
    return int(re.findall(r'"level": (\d+)', asked.prompt.messages[0].text)[-1])


def knowing(asked, dice):
    level = stands(asked)
    return f"The program stands in the {STAGES[level % 10]}: from the {STAGES[level % 10]} turn {right(level)}."


def guessing(asked, dice):
    level = stands(asked)
    return f"The program stands in the {STAGES[level % 10]}: from the {STAGES[level % 10]} turn {dice.choice(TURNS)}."


def noticing(asked, dice):
    return f"The program stands in the {STAGES[stands(asked) % 10]} and does not know the way."


FACTS = "\n\n".join(f"Whoever knows the way says: from the {stage} turn {right(n)}." for n, stage in enumerate(STAGES))
RUMOURS = "\n\n".join(f"Somebody says: from the {stage} turn {TURNS[n % 3]}." for n, stage in enumerate(STAGES))


def height(candidate, task, _before):
    return Result(task, float(being(candidate)["level"]))


@cache
def climbed(told, cognition, seed):
    model = speaker(advised, told)
    lived = Quick(asi_evolve.RECIPE, seed, START, height, model=model, templates={"cognition": cognition})
    return lived.evolve(CANDIDATES).population.best_so_far[-1][1]


def lead(arm, control):
    """By how many levels an arm leads another: (mean, standard error)."""
    return margin([climbed(*arm, seed) - climbed(*control, seed) for seed in SEEDS])


NOTHING = ("", "")


def test_right_lessons_lead_on():
    mean, error = lead((knowing, ""), NOTHING)
    assert mean > 5 * error, f"{mean:.2f} ± {error:.2f}"


def test_lessons_that_are_guesses_do_not():
    mean, error = lead((guessing, ""), NOTHING)
    assert mean < 2 * error, f"{mean:.2f} ± {error:.2f}"


def test_known_facts_lead_on_where_they_are_right_and_rumours_do_not():
    mean, error = lead((noticing, FACTS), NOTHING)
    assert mean > 5 * error, f"{mean:.2f} ± {error:.2f}"
    mean, error = lead((noticing, RUMOURS), NOTHING)
    assert mean < 2 * error, f"{mean:.2f} ± {error:.2f}"


def test_every_trial_gets_one_lesson_in_the_round_after_it_also_when_it_failed():
    def sometimes(candidate, task, before):
        return Result(task, None, "error") if before % 3 == 2 else height(candidate, task, before)

    lived = Quick(asi_evolve.RECIPE, 1, START, sometimes, model=speaker(advised, guessing)).evolve(12)
    written = [member.traits.get(LESSON, {}).get("of") for member in lived.population.members.values()]
    assert written == [None, None, *range(1, 12)]
    assert sorted(lived.population.memory.lessons) == list(range(1, 12))
    assert list(lived.population.memory.waiting) == [12]


def test_those_that_were_drawn_are_remembered_and_the_first_is_the_base():
    lived = Quick(asi_evolve.RECIPE, 1, START, height, model=speaker(advised)).evolve(10)
    for member in list(lived.population.members.values())[1:]:
        assert member.traits["drawn"][0] == member.parents[0]
        assert len(member.traits["drawn"]) <= 3
    assert lived.population.archive.total == sum(
        len(member.traits["drawn"]) for member in list(lived.population.members.values())[1:]
    )


def test_the_likest_items_come_first_and_what_shares_no_word_does_not_come():
    known = items("Cut the knots.\n\nGrowth needs water and light.\n\nwater flows down\n")
    assert nearest(known, "more water for growth", 2) == ["Growth needs water and light.", "water flows down"]
    assert nearest(known, "xylophone", 2) == []
    assert nearest([], "water", 2) == []
    assert items(" \n\n") == []


@pytest.mark.parametrize(
    ("given", "said"),
    [({}, ""), ({"sample": 0}, "1 to 20"), ({"items": -1}, "at least 0"), ({"exploration": -1.0}, "0 or more")],
)
def test_settings_that_make_no_sense_are_told_before_the_run(given, said):
    recipe = registry.get("asi_evolve")
    complaint = recipe.fits(Setup(TEXTS, {"main.py": "regions"}, parameters=recipe.settings(given)))
    assert said in complaint
    assert bool(said) == bool(complaint)
