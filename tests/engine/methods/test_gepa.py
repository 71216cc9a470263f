"""GEPA: leaders on single tasks against the best of all, merges against none, reflection against blindness."""

import json
import re
from dataclasses import replace
from functools import cache

import pytest

from apps.engine import registry
from apps.engine.canonical import decode
from apps.engine.methods import gepa
from apps.engine.records import Result, Shown
from apps.engine.selection import Best
from apps.engine.setup import Setup
from apps.engine.testing.quick import Quick
from apps.engine.testing.toy import TEXTS
from apps.engine.testing.world import World
from tests.engine.methods.laws import being, margin, speaker, texts

SEEDS = range(10)
KINDS = "xyz"
TASKS = tuple(f"{kind}{number}" for kind in KINDS for number in range(4))
TRAIN = tuple(f"{kind}-train{number}" for kind in KINDS for number in range(2))
START = texts(kind="", depth=0)


def deeper(base, dice, asked):
    """A child goes on in its parent's way, gets nowhere, or tries another way and comes half as far there."""
    if not base["kind"] or dice.random() < 0.3:
        return {"kind": dice.choice(KINDS), "depth": base["depth"] // 2, "name": dice.random()}
    return {"kind": base["kind"], "depth": base["depth"] + (dice.random() < 0.5), "name": dice.random()}


def specialists(candidate, task, _before):
    """Who goes x is good at everything soon and never better; who goes another way is good at its own tasks first."""
    who = being(candidate)
    own, depth = who["kind"] == task[0], who["depth"]
    if not who["kind"]:
        return Result(task, 0.15)
    elsewhere = 0.35 if who["kind"] == "x" else min(0.9, 0.1 + 0.1 * depth)
    return Result(task, min(1.0, 0.4 + 0.15 * depth) if own else elsewhere)


def generalists(candidate, task, _before):
    """Whoever is better is better at everything."""
    who = being(candidate)
    return Result(task, min(1.0, 0.2 + 0.1 * bool(who["kind"]) + 0.05 * who["depth"]))


@cache
def reached(world, select, seed):
    recipe = replace(gepa.RECIPE, select=select)
    lived = Quick(recipe, seed, START, world, TASKS, train=TRAIN, model=speaker(deeper)).evolve(60)
    return lived.population.best_so_far[-1][1]


def lead(world):
    """By how much leaders on tasks lead the best of all: (mean, standard error)."""
    return margin([reached(world, gepa.RECIPE.select, seed) - reached(world, Best(), seed) for seed in SEEDS])


def test_leaders_on_single_tasks_get_further_where_tasks_need_different_specialists():
    mean, error = lead(specialists)
    assert mean > 3 * error, f"{mean:.3f} ± {error:.3f}"


def test_leaders_on_single_tasks_are_the_best_of_all_where_one_program_is_best_everywhere():
    mean, error = lead(generalists)
    assert abs(mean) < 0.05, f"{mean:.3f} ± {error:.3f}"


PAIR = dict.fromkeys(("a.md", "b.md"), json.dumps({"level": 1, "name": 0, "partner": 0}) + "\n")
BOTH = tuple(f"{file}{number}" for file in "ab" for number in range(6))
BUDGET = 400  # measurements of one task


def raised(base, dice, asked):
    """A component that is better half of the time, but only while the other one is as it was in the seed."""
    other = "b.md" if "a.md: all of it" in asked.prompt.system else "a.md"
    beside = json.loads(asked.prompt.messages[0].text.split(f"{other}\n```")[-1].split("\n")[1])
    level = base["level"] + (beside["level"] == 1 and dice.random() < 0.5)
    return {"level": level, "name": dice.randrange(1, 10**9), "partner": beside["name"]}


def separable(candidate, task, _before):
    """Each half of the tasks depends on one component; whoever attends to the other one is a little worse at it."""
    own, other = (json.loads(candidate[path])["level"] for path in ("a.md", "b.md")[:: 1 if task[0] == "a" else -1])
    return Result(task, min(10, own) / 10 - 0.05 * (other > 1))


def conflicting(candidate, task, before):
    """The same, but components only work together if one was made to go with the other."""
    one, two = (json.loads(candidate[path]) for path in ("a.md", "b.md"))
    fit = one["partner"] == two["name"] or two["partner"] == one["name"]
    return separable(candidate, task, before) if fit else Result(task, 0.0)


@cache
def merging(world, merges, seed):
    """The best score and how many merges were kept, after the budget."""
    lived = Quick(
        gepa.RECIPE,
        seed,
        PAIR,
        world,
        BOTH,
        parameters={"merges": merges},
        edits=dict.fromkeys(PAIR, "whole"),
        model=speaker(raised),
    )
    number = 0
    while lived.measurements < BUDGET:
        lived.round(number)
        number += 1
    members = lived.population.members.values()
    verdicts = [member.verdict for member in members if gepa.MERGE in member.traits]
    return lived.population.best_so_far[-1][1], verdicts


def merged_lead(world):
    """By how much any number of merges lead none: (mean, standard error)."""
    return margin([merging(world, 1000, seed)[0] - merging(world, 0, seed)[0] for seed in SEEDS])


def test_merges_put_together_what_lineages_found_apart():
    mean, error = merged_lead(separable)
    assert mean > 4 * error, f"{mean:.3f} ± {error:.3f}"


def test_merges_of_components_that_need_each_other_are_dropped_and_cost_little():
    assert {verdict for seed in SEEDS for verdict in merging(conflicting, 1000, seed)[1]} == {"drop"}
    mean, _ = merged_lead(conflicting)
    assert abs(mean) < 0.06, f"{mean:.3f}"


RULES = 60  # that a program may follow; each task needs one of the first
NEEDS = {task: number for number, task in enumerate((*TASKS, *TRAIN))}


def follows(candidate, task, _before):
    return Result(task, float(NEEDS[task] % 6 in being(candidate)["rules"]))


def obeys(base, dice, asked):
    """Follows one more rule: one that the feedback names, or any."""
    named = [int(number) for number in re.findall(r"rule (\d+) was not followed", asked.prompt.messages[0].text)]
    return {"rules": [*base["rules"], dice.choice(named or range(RULES))]}


def says_why(candidate, result):
    told = "" if result.score else f"rule {NEEDS[result.task] % 6} was not followed"
    return Shown(result.task, result.score, result.failure, told)


def misleads(candidate, result):
    told = "" if result.score else f"rule {6 + NEEDS[result.task]} was not followed"
    return Shown(result.task, result.score, result.failure, told)


def says_nothing(candidate, result):
    return Shown(result.task, result.score, result.failure)


def obeyed(tell, seed):
    lived = Quick(gepa.RECIPE, seed, texts(rules=[]), follows, TASKS, train=TRAIN, model=speaker(obeys), tell=tell)
    return lived.evolve(15).population.best_so_far[-1][1]


def test_reading_why_tasks_failed_helps_where_it_is_true_and_not_where_it_is_not():
    told, silent, wrong = ([obeyed(tell, seed) for seed in range(10)] for tell in (says_why, says_nothing, misleads))
    assert min(told) == 1.0
    assert max(wrong) == 0.0
    assert sum(silent) / 10 < 0.6


def measures(lived, number):
    """What a round measured: (candidate, tasks)."""
    asked = (decode(row.asked) for row in lived.journal[number])
    return [(each["measure"], each["tasks"]) for each in asked if "measure" in each]


@pytest.mark.parametrize("train", [TRAIN, ()])
def test_a_child_is_measured_on_the_minibatch_first_and_further_only_if_it_gained_there(train):
    lived = World(gepa.RECIPE, 1, START, specialists, TASKS, train=train, model=speaker(deeper)).evolve(25)
    rejected = grown = 0
    for number, outcome in lived.outcomes.items():
        if number == 0:
            continue
        own = [tasks for candidate, tasks in measures(lived, number) if candidate == outcome.candidate]
        assert len(own[0]) == 3
        assert set(own[0]) <= set(train or TASKS)
        if outcome.decision == "keep":
            grown += 1
            assert set(own[-1]) == set(TASKS) - set(own[0])
        else:
            rejected += 1
            assert len(own) == 1
    assert rejected
    assert grown


def test_a_batch_with_full_marks_is_exchanged_for_another():
    easy = [task for task in TRAIN if task[0] == "x"]

    def score(candidate, task, before):
        return Result(task, 1.0) if task in easy else Result(task, 0.0)

    lived = World(gepa.RECIPE, 1, START, score, TASKS, train=TRAIN, parameters={"batch": 1}, model=speaker(deeper))
    lived.evolve(6)
    for number in range(1, 7):
        seen = [tasks[0] for candidate, tasks in measures(lived, number) if candidate == 0]
        assert all(task in easy for task in seen[:-1])
        assert seen[-1] not in easy


def test_components_take_turns_and_what_is_not_to_be_changed_stays():
    lived = Quick(
        gepa.RECIPE, 1, PAIR, separable, BOTH, edits=dict.fromkeys(PAIR, "whole"), model=speaker(raised)
    ).evolve(8)
    contents = lived.contents
    changed = [
        [path for path in PAIR if contents[number][path] != contents[member.parents[0]][path]]
        for number, member in lived.population.members.items()
        if number
    ]
    assert {tuple(paths) for paths in changed} == {("a.md",), ("b.md",)}


@pytest.mark.parametrize(
    ("given", "edit", "said"),
    [
        ({}, "regions", ""),
        ({"batch": 0}, "regions", "at least 1"),
        ({"merges": -1}, "regions", "0 for none"),
        ({}, "protected", "every component is protected"),
    ],
)
def test_what_makes_no_sense_is_told_before_the_run(given, edit, said):
    recipe = registry.get("gepa")
    complaint = recipe.fits(Setup(TEXTS, {"main.py": edit}, parameters=recipe.settings(given)))
    assert said in complaint
    assert bool(said) == bool(complaint)
