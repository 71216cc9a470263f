"""A bundle that gained is measured without each of its parts: a useful one, a harmful one, two that need each other."""

from apps.engine.archives.families import Families
from apps.engine.archives.repairs import Repairs
from apps.engine.bundles import OPERATOR, PARTS, no_parts
from apps.engine.contracts.leave_one_out import account
from apps.engine.methods import alphaevolve, asi_evolve, gepa, guided_evolution, openevolve, shinka
from apps.engine.notebook import Notebook
from apps.engine.population import PART, Member, Population
from apps.engine.records import Reply, Result
from apps.engine.testing.world import World

PROGRAM = "# EVOLVE-BLOCK-START\na = 0\n# far\n# away\nb = 0\n# EVOLVE-BLOCK-END\n"
BOTH = "".join(f"<<<<<<< SEARCH\n{name} = 0\n=======\n{name} = 1\n>>>>>>> REPLACE\n" for name in "ab")
WHOLE = f"```python\n{PROGRAM.replace(' = 0', ' = 1')}```"
TASKS = ("one", "two")
METHODS = (alphaevolve, asi_evolve, gepa, guided_evolution, openevolve, shinka)


def lived(worth, method=guided_evolution, parts=4, **changes):
    """Two rounds in a world where a model sets a and b at once; worth says what (a, b) score on each task."""

    def score(texts, task, before):
        return Result(task, worth(*(f"{name} = 1" in texts["main.py"] for name in "ab"))[TASKS.index(task)])

    def model(asked, dice):
        return Reply(BOTH if "<<<<<<< SEARCH" in asked.prompt.system else WHOLE, asked.model)

    settings = {"parts": parts}
    world = World(method.RECIPE, 1, {"main.py": PROGRAM}, score, TASKS, parameters=settings, model=model, **changes)
    world.round(0)
    world.round(1)
    return world


def told(world):
    """The account of the bundle, from what was measured."""
    scores = {number: {task: shown.score for task, shown in seen.items()} for number, seen in world.measured_on.items()}
    members = world.population.members.values()
    without = [scores[member.number] for member in members if member.operator == OPERATOR]
    return account(scores[0], scores[1], without)


def useful_and_harmful(a, b):
    return 2.0 * a - b, float(a)


def needing_each_other(a, b):
    return float(a and b), 0.0


def test_a_useful_and_a_harmful_part_are_told_apart():
    found = told(lived(useful_and_harmful))
    assert [credit.gain for credit in found.credits] == [1.5, -0.5]
    assert found.credits[0].fixed == TASKS
    assert found.credits[1].broken == ("one",)
    assert (found.gain, found.interaction) == (1.0, 0.0)


def test_the_bundle_without_its_harmful_part_is_a_candidate_and_the_best():
    world = lived(useful_and_harmful)
    best = world.population.members[world.population.best]
    assert (best.parents, best.operator, best.traits) == ((1,), OPERATOR, {PART: "main.py, line 5", PARTS: 2})
    assert world.contents[best.number]["main.py"] == PROGRAM.replace("a = 0", "a = 1")


def test_parts_that_need_each_other_interact():
    found = told(lived(needing_each_other))
    assert [credit.gain for credit in found.credits] == [0.5, 0.5]
    assert (found.gain, found.interaction) == (0.5, 0.5)


def test_every_method_that_has_the_parameter_measures_each_part_on_the_same_tasks():
    for method in METHODS:
        world = lived(useful_and_harmful, method)
        left_out = [member.number for member in world.population.members.values() if member.operator == OPERATOR]
        assert left_out == [2, 3], method
        assert all(set(world.measured_on[number]) == set(TASKS) for number in left_out)


def test_published_defaults_take_nothing_apart():
    for method in METHODS:
        assert len(lived(useful_and_harmful, method, parts=0).population.members) == 2
        assert method.RECIPE.parameters["parts"] == 0


def test_what_gained_nothing_is_not_worth_the_budget():
    assert len(lived(lambda a, b: (0.0, 0.0)).population.members) == 2


def test_a_part_that_the_rest_does_not_run_without_keeps_gepa_from_no_merge():
    def crashing(a, b):
        return (float(a), 1.0) if b or not a else (None, None)

    world = lived(crashing, gepa)
    assert world.population.members[3].traits[PART] == "main.py, line 5"
    assert world.population.score(3) is None
    assert world.population.memory["grown"], "the last reflection was kept"


def test_a_part_that_people_refuse_leaves_the_others():
    world = lived(useful_and_harmful, refuse=lambda number, position, effect: _first_part(effect))
    assert [member.traits[PART] for member in world.population.members.values() if member.operator == OPERATOR] == [
        "main.py, line 5"
    ]
    assert world.outcomes[1].candidate == 1


def _first_part(effect):
    return "rejected" if getattr(effect, "traits", {}).get(PART) == "main.py, line 2" else ""


def test_when_the_budget_is_spent_the_round_ends_with_what_it_grew():
    world = lived(useful_and_harmful, refuse=lambda number, position, effect: _spent(effect))
    assert sorted(world.measured_on) == [0, 1]
    assert len(world.population.members) == 3
    assert world.outcomes[1].candidate == 1


def _spent(effect):
    return "the budget of candidates is spent" if getattr(effect, "candidate", 0) > 1 else ""


def test_how_many_parts_make_no_sense_is_told_before_the_run():
    assert no_parts(0) == no_parts(2) == no_parts(8) == ""
    assert "choose 2 to 8" in no_parts(1)
    assert "choose 2 to 8" in no_parts(9)
    assert "choose 2 to 8" in no_parts(-1)


def test_what_a_method_learns_from_it_learns_from_the_bundle_alone():
    """Credit of models, lessons that are due, children: without its parts left out they are what they would be."""
    for method in (asi_evolve, gepa, shinka):
        whole, apart = (lived(useful_and_harmful, method, parts) for parts in (0, 4))
        assert len(apart.population.members) > len(whole.population.members)
        assert _known(apart) == _known(whole), method


def _known(world):
    memory, archive = world.population.memory, world.population.archive
    children = archive.children(1) if isinstance(archive, Families) else 0
    return (vars(memory) if isinstance(memory, Notebook) else memory), children


def test_nobody_repairs_a_bundle_that_lacks_a_part():
    archive = Repairs(most=5, solved=1.0)
    population = Population(TASKS, archive=archive)
    for number, traits in enumerate(({}, {}, {PART: "main.py, line 2"})):
        base = (number - 1,) if number else ()
        population.add(Member(number, base, {}, bytes([number]), "", traits))
        population.measured(number, [Result(task, number / 3) for task in TASKS])
        population.judged(number, "keep")
    assert list(archive.open) == [0, 1]
    assert archive.drafts.tried == 1
