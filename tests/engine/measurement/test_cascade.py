"""The cascade: it saves measurements where its first stages predict the rest, and costs next to nothing where not."""

from random import Random
from statistics import mean

from apps.engine import registry
from apps.engine.effects import Propose
from apps.engine.measurement import everything
from apps.engine.measurement.cascade import NextStage, cascade
from apps.engine.recipe import Grown
from apps.engine.records import Result
from apps.engine.testing.world import World

TASKS = tuple(f"t{number:02}" for number in range(32))
EARLY = 4  # tasks of the first of the stages
TEXT = "# EVOLVE-BLOCK-START\nGAIN = 0.0\n# EVOLVE-BLOCK-END\n"


def gain_of(texts):
    return float(texts["main.py"].split("GAIN = ")[1].split()[0])


def predicting(texts, task, before):
    """Every task tells the same of a candidate."""
    return Result(task, gain_of(texts))


def misleading(texts, task, before):
    """What gains on most tasks loses on the first ones."""
    gain = gain_of(texts)
    return Result(task, -gain if task in TASKS[:EARLY] else gain)


def failing(texts, task, before):
    return Result(task, None, "error") if gain_of(texts) and task == TASKS[1] else Result(task, 0.0)


def lived(gains, score, measure=cascade, refuse=None):
    """A world in which a child of each gain was made, one a round, and measured."""

    def the_round(recipe, ctx):
        gain = gains[ctx.round - 1]
        child = yield Propose((0,), {"main.py": TEXT.replace("0.0", repr(gain))}, "planted")
        yield from measure(ctx, child)
        return Grown(child, "measured")

    recipe = registry.get("hill_climb")
    recipe = type(recipe)(vary=recipe.vary, memory=recipe.memory, round=the_round)
    world = World(recipe, 1, {"main.py": TEXT}, score, tasks=TASKS)
    for number in range(len(gains) + 1):
        world.round(number)
    return world


def draws(seed):
    """Gains of 40 candidates, of which a quarter are better than the seed."""
    rng = Random(seed)
    return [rng.uniform(0.1, 1.0) if rng.random() < 0.25 else rng.uniform(-1.0, -0.1) for _ in range(40)]


def best_of(world):
    scores = [world.population.score(number) for number in world.population.members]
    return max(score for score in scores if score is not None)


def test_where_early_tasks_predict_it_saves_most_measurements_and_misses_nothing():
    for seed in range(5):
        whole, staged = (lived(draws(seed), predicting, by) for by in (everything, cascade))
        assert staged.measurements < 0.5 * whole.measurements
        assert best_of(staged) == best_of(whole)


def test_where_early_tasks_mislead_it_loses_the_good_ones():
    """The twin world: what the first stage prefers is bad on the whole, and what is good is given up."""
    found = [
        (best_of(lived(draws(seed), misleading)), best_of(lived(draws(seed), misleading, everything)))
        for seed in range(5)
    ]
    assert mean(staged for staged, _ in found) == 0.0
    assert mean(whole for _, whole in found) > 0.5


def test_among_good_candidates_it_measures_as_much_as_without():
    gains = [0.1 * number for number in range(1, 10)]
    assert lived(gains, predicting).measurements == lived(gains, predicting, everything).measurements


def test_a_failure_ends_it():
    world = lived([0.5], failing)
    assert world.measurements == len(TASKS) + EARLY
    assert world.population.score(1) is None


def test_stages_grow_and_every_task_comes_once():
    world = lived([0.5], predicting)
    asked = [row.asked for row in world.journal[1] if b'"measure"' in row.asked]
    assert len(asked) == 3
    assert world.measurements == 2 * len(TASKS)


def test_a_single_task_is_a_single_stage():
    world = World(registry.get("hill_climb"), 1, {"main.py": TEXT}, predicting).evolve(3)
    assert NextStage(0).draw(world.population, Random(1), 5) == []
    assert NextStage(1).draw(world.population, Random(1), 5) == []
