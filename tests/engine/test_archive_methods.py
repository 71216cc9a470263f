"""Methods that keep an archive: what they refuse before a run, where their children live, what they reach."""

from dataclasses import replace

import pytest

from apps.engine import registry
from apps.engine.axes import Axes, Descriptor, Objective
from apps.engine.effects import Refused
from apps.engine.records import Result
from apps.engine.setup import Setup
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World

EDITS = {"main.py": "regions"}
OURS = ("islands", "map_elites", "novelty_search", "pareto", "simulated_annealing")


def complaint(name, *, texts=TEXTS, edits=EDITS, axes=None, **parameters):
    recipe = registry.get(name)
    return recipe.fits(Setup(texts, edits, ("task",), axes or Axes(), recipe.settings(parameters)))


@pytest.mark.parametrize("name", OURS)
def test_a_method_fits_the_toy_and_complains_of_a_seed_with_nothing_to_vary(name):
    assert complaint(name) == ""
    assert "nothing that may be edited holds a number" in complaint(name, edits={"main.py": "protected"})


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("islands", {"islands": 0}, "0 islands make no sense"),
        ("islands", {"islands": 101}, "101 islands make no sense"),
        ("islands", {"capacity": 0}, "capacity of at least 1"),
        ("islands", {"tournament": 0}, "needs contestants"),
        ("islands", {"tournament": 10**9}, "Choose 1 to 1,000"),
        ("islands", {"interval": 0}, "interval"),
        ("map_elites", {"migrants": -1}, "no negative migrants"),
        ("novelty_search", {"neighbours": 0}, "neighbours"),
        ("novelty_search", {"capacity": 15}, "above their number"),
        ("simulated_annealing", {"half_life": 0}, "half life"),
    ],
)
def test_parameters_that_make_no_sense_are_told_before_the_run(name, given, said):
    assert said in complaint(name, **given)


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        (Axes((Descriptor("fill", 0, 1, 1),)), "a single cell"),
        (Axes((Descriptor("size", 500, 900),)), "bytes, and the map's size goes from 500 to 900"),
        (Axes((Descriptor("size", 0, 900), Descriptor("fill", 0, 1, 1))), ""),
    ],
)
def test_a_map_that_makes_no_sense_is_told_before_the_run(axes, said):
    assert said in complaint("map_elites", axes=axes)
    assert bool(said) == bool(complaint("map_elites", axes=axes))


def lived(name, candidates=60, *, score=distance, axes=None, **parameters):
    world = World(registry.get(name), 3, TEXTS, score, axes=axes or Axes(), parameters=parameters)
    return world.evolve(candidates, most_rounds=candidates + 20)


@pytest.mark.parametrize("name", ["islands", "map_elites"])
def test_islands_take_turns_and_children_live_where_they_were_made(name):
    world = lived(name, islands=3, interval=10)
    born = [member.traits["island"] for member in world.population.members.values() if member.number]
    assert {born.count(island) for island in range(3)} <= {19, 20, 21}


@pytest.mark.parametrize("name", ["islands", "map_elites"])
def test_islands_that_never_meet_have_parents_of_their_own_only(name):
    world = lived(name, islands=3, migrants=0)
    members = world.population.members
    for member in list(members.values())[1:]:
        assert {members[parent].traits.get("island") for parent in member.parents} <= {None, member.traits["island"]}


def test_one_island_needs_no_trait():
    assert all(not member.traits for member in lived("map_elites").population.members.values())


def numbers(texts):
    return [float(part) for part in texts["main.py"].split("C = [")[1].split("]")[0].split(",")]


def told(facts):
    """The toy's score, and facts of what did not fail."""

    def score(texts, task, before):
        found = distance(texts, task, before)
        return found if found.score is None else replace(found, facts=facts(texts))

    return score


def test_a_map_fills_along_the_axis_that_the_project_declares():
    first = Descriptor("first", -2, 3, 10)
    by_first = told(lambda texts: {"first": numbers(texts)[0]})
    population = lived("map_elites", 200, score=by_first, axes=Axes((first,))).population
    grid = population.archive.deme(0)
    assert len(grid.cells) >= 4
    for cell in grid.cells:
        assert first.cell(population.value(grid.elite(cell), "first")) == cell[0]


def test_a_candidate_without_a_descriptor_is_dropped_and_says_so():
    seen = []

    def sometimes(texts):
        seen.append(1)
        return {"fill": 0.5} if len(seen) == 1 else {}

    world = lived("map_elites", 10, score=told(sometimes), axes=Axes((Descriptor("fill", 0, 1),)))
    assert world.measured == 10
    assert {member.verdict for member in world.population.members.values() if member.number} == {"drop"}
    complete = [number for number in world.population.members if number and world.population.score(number) is not None]
    whys = [row.answer for rows in world.journal.values() for row in rows if b'"judge"' in row.asked]
    assert sum(b"no value of fill" in why for why in whys) == len(complete) > 5


@pytest.mark.parametrize("name", ["map_elites", "novelty_search"])
def test_an_axis_that_nobody_ever_told_ends_every_round_before_anything_is_measured(name):
    world = lived(name, 5, axes=Axes((Descriptor("fill", 0, 1),)))
    assert world.measured == 0
    outcomes = [outcome for number, outcome in world.outcomes.items() if number]
    assert all(isinstance(outcome, Refused) and "fill was never told" in str(outcome) for outcome in outcomes)


def test_a_front_trades_the_declared_objective_against_the_score():
    cost = told(lambda texts: {"cost": float(len(texts["main.py"]))})
    world = lived("pareto", 150, score=cost, axes=Axes((), (Objective("cost", maximise=False),)))
    front = world.population.archive.objectives.numbers
    pairs = sorted((world.population.score(n), world.population.value(n, "cost")) for n in front)
    assert len(pairs) >= 3
    assert [cost for _, cost in pairs] == sorted(cost for _, cost in pairs), "more score costs more on the front"


def test_pareto_keeps_those_who_lead_on_a_task():
    def by_task(texts, task, before):
        found = distance(texts, task, before)
        return found if found.score is None else Result(task, -abs(numbers(texts)[int(task)] - 2.0))

    recipe = registry.get("pareto")
    world = World(recipe, 3, TEXTS, by_task, tasks=("0", "3")).evolve(120)
    best = [world.population.archive.tasks.best(task)[0] for task in ("0", "3")]
    for task, number in zip(("0", "3"), best, strict=True):
        scores = [world.population.estimate(n).task(task) for n in world.population.ranked]
        assert world.population.estimate(number).task(task) == max(scores)


def test_annealing_keeps_losses_once_it_is_warm_and_hardly_any_when_it_is_cold():
    world = lived("simulated_annealing", 400, half_life=40)
    members = world.population.members
    lost = {True: 0.0, False: 0.0}
    for number, member in members.items():
        if number and member.verdict == "keep":
            gain = world.population.score(number) - world.population.score(member.parents[0])
            lost[number <= 200] -= min(0.0, gain)
    assert lost[True] > 10 * lost[False] > 0
