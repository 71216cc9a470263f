"""Symbolic regression: the folders are what the table makes, targets are reachable, and only a fit pays."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.projects.package import read_package
from apps.rounds.selftest import check
from apps.sandbox.probe import require

FAMILY = Path(__file__).parents[2] / "examples" / "symbolic_regression"
FOLDERS = sorted(path.parent.name for path in FAMILY.glob("*/evoweb.toml"))


@pytest.fixture(scope="module")
def make(load):
    return load("symbolic_regression", "make.py")


@pytest.fixture(scope="module")
def evaluator(load):
    return load("symbolic_regression/nguyen_1", "evaluator.py")


@pytest.fixture(scope="module")
def main(load):
    return load("symbolic_regression/nguyen_1", "main.py")


@pytest.fixture
def task():
    return json.loads((FAMILY / "nguyen_1" / "tasks.jsonl").read_text())


def answer(task, f):
    """What a candidate returns whose function is f."""
    values = {part: [f(*point) for point in places] for part, places in task["input"].items()}
    return {**values, "size": 3, "depth": 2}


def scored(evaluator, task, output):
    return evaluator.score(task["input"], task["expected"], output, 0)


def test_every_folder_is_what_the_table_makes(make):
    assert sorted(problem.folder for problem in make.TABLE) == FOLDERS
    for problem in make.TABLE:
        for name, text in make.files(problem).items():
            assert (FAMILY / problem.folder / name).read_text() == text, f"{problem.folder}/{name}: run make.py"


def test_twelve_and_more_are_of_nguyen_and_keijzer_and_the_readme_knows_each(make):
    readme = (FAMILY / "README.md").read_text()
    assert all(f"| {problem.name} | " in readme for problem in make.TABLE)
    assert sum(problem.name.startswith(("Nguyen", "Keijzer")) for problem in make.TABLE) >= 12


@pytest.mark.parametrize("folder", ["nguyen_1", "keijzer_6", "pagie_1"])
def test_a_problem_checks_clean_and_its_seed_scores_as_the_readme_says(folder, tmp_path):
    package, facts = check(FAMILY / folder, tmp_path, require(tmp_path))
    assert facts.repeatable
    assert facts.notes == ()
    begin = f"| {package.name.split()[-1]} |"
    row = next(line for line in (FAMILY / "README.md").read_text().splitlines() if line.startswith(begin))
    assert f"{facts.seed_score:.3f}" == row.split(" | ")[-1].strip(" |")


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_seed_solves_nothing_and_the_target_solves_everything(make, load, folder):
    problem = next(each for each in make.TABLE if each.folder == folder)
    seed, scorer = (load(f"symbolic_regression/{folder}", file) for file in ("main.py", "evaluator.py"))
    task = json.loads((FAMILY / folder / "tasks.jsonl").read_text())
    found = scored(scorer, task, seed.run(task["input"]))
    assert 0 < found["score"] < 0.7
    assert (found["metrics"]["solved"], found["metrics"]["nodes"], found["metrics"]["depth"]) == (0, 1, 1)
    exact = scored(scorer, task, answer(task, lambda *point: make.target(problem)(point)))
    assert exact["score"] == 1
    assert (exact["metrics"]["solved"], exact["metrics"]["held_out_nmse"]) == (1, 0)


# Expressions of the function set, found by hand.
SOLUTIONS = {
    "nguyen_2": lambda m: lambda x: x * (1.0 + x * (1.0 + x * (1.0 + x))),
    "nguyen_5": lambda m: lambda x: m.sin(x * x) * m.cos(x) - 1.0,
    "nguyen_8": lambda m: lambda x: m.exp(m.div(m.log(x), 1.0 + 1.0)),
    "nguyen_9": lambda m: lambda x, y: m.sin(x) + m.sin(y * y),
    "keijzer_6": lambda m: lambda x: m.log(x) + 0.5772156649 + m.div(1.0, x + x) - m.div(1.0, 12.0 * x * x),
    "keijzer_14": lambda m: lambda x, y: m.div(8.0, 2.0 + x * x + y * y),
    "pagie_1": lambda m: (
        lambda x, y: m.div(1.0, 1.0 + m.div(1.0, x * x * x * x)) + m.div(1.0, 1.0 + m.div(1.0, y * y * y * y))
    ),
}


@pytest.mark.parametrize("folder", SOLUTIONS)
def test_the_function_set_can_say_the_answer(load, main, folder):
    task = json.loads((FAMILY / folder / "tasks.jsonl").read_text())
    found = scored(load(f"symbolic_regression/{folder}", "evaluator.py"), task, answer(task, SOLUTIONS[folder](main)))
    assert found["metrics"]["solved"] == 1
    assert found["metrics"]["held_out_nmse"] < 1e-4


def test_held_out_points_score_nothing_and_are_no_training_points(evaluator, task):
    assert not {point[0] for point in task["input"]["train"]} & {point[0] for point in task["input"]["held_out"]}
    output = answer(task, lambda x: x**3 + x**2 + x)
    output["held_out"] = [0.0] * len(output["held_out"])
    found = scored(evaluator, task, output)
    assert found["score"] == 1
    assert found["metrics"]["held_out_nmse"] > 0.5


def test_a_constant_reaches_a_half_at_best(evaluator, task):
    mean = math.fsum(task["expected"]["train"]) / len(task["expected"]["train"])
    assert scored(evaluator, task, answer(task, lambda _: mean))["score"] == pytest.approx(0.5)
    assert scored(evaluator, task, answer(task, lambda _: mean + 0.1))["score"] < 0.5


def test_a_point_is_hit_up_to_a_hundredth(evaluator, task):
    for off, solved in ((0.0099, 1), (0.0101, 0)):
        output = answer(task, lambda x, off=off: x**3 + x**2 + x + off)
        assert scored(evaluator, task, output)["metrics"]["solved"] == solved
    output = answer(task, lambda x: x**3 + x**2 + x)
    output["train"][4] += 0.02
    assert scored(evaluator, task, output)["metrics"]["hits"] == len(output["train"]) - 1


def test_a_hole_at_one_point_scores_nothing_and_says_so(evaluator, task):
    output = answer(task, lambda x: x**3 + x**2 + x)
    output["train"][0] = None
    found = scored(evaluator, task, output)
    assert (found["score"], found["metrics"]["solved"]) == (0.0, 0)
    assert "1 of 20 points" in found["feedback"]


def test_enormous_values_stay_numbers(evaluator, task):
    found = scored(evaluator, task, answer(task, lambda x: 1e299 if x > 0 else -1e299))
    assert 0 < found["score"] < 1e-4
    assert found["metrics"]["nmse"] == evaluator.WORST


@pytest.mark.parametrize(
    "spoil",
    [
        lambda output: None,
        lambda output: [],
        lambda output: output["train"],
        lambda output: {**output, "size": -1},
        lambda output: {**output, "depth": 2.5},
        lambda output: {**output, "train": output["train"][1:]},
        lambda output: {**output, "train": ["1"] * len(output["train"])},
        lambda output: {**output, "train": [True] * len(output["train"])},
        lambda output: {**output, "train": [10**400] * len(output["train"])},
        lambda output: {**output, "held_out": {}},
    ],
)
def test_what_is_no_answer_scores_nothing_and_is_named(evaluator, task, spoil):
    found = scored(evaluator, task, spoil(answer(task, lambda x: x)))
    assert found["score"] == 0
    assert found["feedback"]


ANY = st.floats(allow_nan=True, allow_infinity=True)


@given(a=ANY, b=ANY)
def test_protected_functions_take_every_number(main, a, b):
    for value in (main.div(a, b), main.log(a), main.exp(a), main.sin(a), main.cos(a)):
        assert isinstance(value, float)


def test_division_by_zero_is_one_and_the_logarithm_of_zero_is_zero(main):
    assert (main.div(3.0, 0.0), main.div(0.0, 0.0), main.log(0.0), main.log(-math.e)) == (1.0, 1.0, 0.0, 1.0)


def test_size_counts_operators_functions_variables_and_constants(main):
    tree = main.ast.parse("def f(x):\n    return x * sin(x + 1.0) - div(x, x)")
    assert main.shape(tree) == (10, 5)


def test_declared_functions_are_those_that_the_program_has(main):
    assert main.FUNCTIONS.keys() - {"+", "-", "*"} == {"div", "sin", "cos", "exp", "log"}
    assert all(callable(getattr(main, name)) for name in main.FUNCTIONS.keys() - {"+", "-", "*"})


def test_all_problems_read_as_projects_of_one_task():
    packages = [read_package(FAMILY / folder) for folder in FOLDERS]
    assert {len(package.tasks) for package in packages} == {1}
    assert len({package.digest for package in packages}) == len(packages)
