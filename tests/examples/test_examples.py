"""Every example reads, checks clean in the sandbox, and leaves a hill climber something to find."""

import json
from pathlib import Path
from random import Random

import pytest

from apps.engine import registry
from apps.projects.package import read_package
from apps.rounds.selftest import check
from apps.sandbox.probe import require

EXAMPLES = Path(__file__).parents[2] / "examples"
SEEDS = {
    "arc_dsl": 0.181181,
    "circle_packing_26": 0.959656,
    "online_bin_packing": -5.327191,
    "parabola8": -112.527486,
    "retrieval_config": 0.574556,
    "sorting_network": -28.07,
    "two_files": -1.275728,
}


# Measured through a model, or judged by one: the check cannot tell how the seed scores.
OF_A_MODEL = {"babi_memory", "help_desk"}


def test_every_example_is_known_here():
    found = {folder.name for folder in EXAMPLES.iterdir() if (folder / "evoweb.toml").exists()}
    assert found == SEEDS.keys() | OF_A_MODEL


@pytest.mark.parametrize("name", SEEDS)
def test_an_example_checks_clean_and_its_seed_scores_as_its_readme_says(name, tmp_path):
    package, facts = check(EXAMPLES / name, tmp_path, require(tmp_path))
    assert facts.repeatable
    assert facts.notes == ()
    assert facts.seed_score == pytest.approx(SEEDS[name], abs=1e-4)
    assert package.settings.method in registry.names()
    assert (EXAMPLES / name / "README.md").read_text().startswith("# ")


def climb(score, start, steps, base):
    """Change one number at a time, always of the best ("climb") or always of the start ("draw")."""
    random, best = Random(1), (score(start), start)
    for _ in range(steps):
        child = list(best[1] if base == "climb" else start)
        place = random.randrange(len(child))
        child[place] = child[place] * (1 + random.gauss(0, 0.2)) + random.gauss(0, 0.01)
        best = max(best, (score(child), child))
    return best[0] - score(start)


def circles(load):
    main, evaluator = load("circle_packing_26", "main.py"), load("circle_packing_26", "evaluator.py")

    def score(numbers):
        main.CENTRES = list(zip(numbers[::2], numbers[1::2], strict=True))
        return evaluator.score(26, None, [list(circle) for circle in main.run(26)], 0)["score"]

    return score, [value for centre in main.CENTRES for value in centre]


def parabola(load):
    main, evaluator = load("parabola8", "main.py"), load("parabola8", "evaluator.py")
    main.STEPS = 30
    names = [name for name in vars(main) if name.isupper() and name != "STEPS"]
    task = json.loads((EXAMPLES / "parabola8" / "tasks.jsonl").read_text())

    def score(numbers):
        vars(main).update(zip(names, numbers, strict=True))
        return evaluator.score(task["input"], task["expected"], main.run(task["input"]), 0)["score"]

    return score, [getattr(main, name) for name in names]


@pytest.mark.parametrize(("problem", "steps"), [(circles, 1000), (parabola, 1000)])
def test_climbing_gains_far_more_than_drawing_from_the_seed(load, problem, steps):
    score, start = problem(load)
    assert climb(score, start, steps, "climb") > 1.5 * climb(score, start, steps, "draw")


def test_the_parabola_has_eight_constants_and_a_seed_that_is_off(load):
    score, start = parabola(load)
    assert len(start) == 8
    assert score(start) < -50


def test_the_cart_improves_on_gate_tasks_that_it_was_never_selected_on(load):
    main, evaluator = load("two_files", "main.py"), load("two_files", "evaluator.py")
    package = read_package(EXAMPLES / "two_files")

    def mean(split, config):
        main.CONFIG = config
        tasks = [(json.loads(task.input), json.loads(task.expected)) for task in package.of(split)]
        return sum(evaluator.score(cart, true, main.run(cart), 0)["score"] for cart, true in tasks) / len(tasks)

    seed = main.CONFIG
    better = {"believed": {"friction": 0.44}, "gains": {"position": 1.46, "speed": 0.98}}
    for split in ("validation", "gate"):
        assert mean(split, better) > mean(split, seed) + 0.5


@pytest.mark.parametrize("output", [None, [], "x", [["a", "b"]] * 16, [[1e308, 0]] * 16, [[1]] * 16, {"a": 1}])
def test_the_parabola_scores_nonsense_worst_without_breaking(load, output):
    evaluator = load("parabola8", "evaluator.py")
    assert evaluator.score([], [[0, 0]] * 16, output, 0)["score"] == evaluator.WORST


@pytest.mark.parametrize("output", [None, [], "x", [None] * 60, ["1"] * 60, [True] * 60])
def test_the_cart_scores_nonsense_worst_without_breaking(load, output):
    evaluator = load("two_files", "evaluator.py")
    assert evaluator.score({}, {}, output, 0)["score"] == evaluator.WORST
