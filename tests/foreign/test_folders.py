"""What is read of another engine's folder: settings, an overlay of one's own, and what is wrong with it."""

import json

import pytest

from apps.engine import registry
from apps.projects.foreign import asi_evolve, gepa, openevolve, shinka
from apps.projects.package import PackageError, Told, read_package
from tests.foreign import asi_evolve_style, gepa_style, openevolve_style
from tests.foreign.conftest import write

EVALUATOR = "def evaluate(program_path):\n    return {'combined_score': 1.0}\n"
OPENEVOLVE = {"initial_program.py": openevolve_style.PROGRAM, "evaluator.py": EVALUATOR}
GEPA = {"gepa_task.py": gepa_style.SEED + gepa_style.DATA + "def evaluator(candidate, example):\n    return 1.0\n"}
CONFIG = """\
max_iterations: 40
random_seed: 7
strange_key: [1, 2]
llm:
  api_key: ${SECRET_KEY}
  models:
    - {name: large, weight: 0.8}
prompt:
  system_message: |
    You pack circles.
database:
  feature_dimensions: ["complexity", "speed"]
  feature_bins: 8
evaluator:
  timeout: 90
  parallel_evaluations: 200
  cascade_thresholds: [0.1]
max_code_length: 5000
"""


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "packing", OPENEVOLVE)


def problems(folder, told=None):
    """What is wrong, one line each."""
    with pytest.raises(PackageError) as raised:
        read_package(folder, told=told or Told())
    return str(raised.value).splitlines()


def notes(folder):
    return [str(note) for note in read_package(folder).notes]


def given(package):
    return json.loads(package.tasks[0].input)


def test_settings_with_a_counterpart_are_taken_over(folder):
    write(folder, {"config.yaml": CONFIG})
    package = read_package(folder)
    settings = package.settings
    assert (settings.budget["candidates"], settings.seed, settings.parallel) == (40, 7, 64)
    assert settings.limits["wall_seconds"] == 90
    assert given(package)["thresholds"] == [0.1]
    assert given(package)["features"] == ["complexity", "speed"]
    assert package.about == "You pack circles."
    assert [(axis.name, axis.high, axis.cells) for axis in package.axes.descriptors] == [("size", 5000.0, 8)]


def test_every_setting_is_named_taken_over_or_listed(folder):
    write(folder, {"config.yaml": CONFIG})
    told = "\n".join(notes(folder))
    for path in (
        *("max_iterations", "random_seed", "strange_key", "llm.api_key", "llm.models", "prompt.system_message"),
        *("database.feature_dimensions", "database.feature_bins", "evaluator.timeout"),
        *("evaluator.parallel_evaluations", "evaluator.cascade_thresholds", "max_code_length"),
    ):
        assert path in told
    assert "config.yaml:3: no counterpart: strange_key (line 3): not known to evoweb" in told
    assert "SECRET_KEY" not in told


def test_a_seed_that_says_nothing_is_not_called_unknown(folder):
    write(folder, {"config.yaml": "random_seed: null\n"})
    assert "random_seed (line 1): without a number a run takes the seed" in "\n".join(notes(folder))


def test_a_setting_of_another_type_is_listed_not_dropped(folder):
    write(folder, {"config.yaml": "max_iterations: many\nevaluator: 5\n"})
    told = "\n".join(notes(folder))
    assert "max_iterations (line 1)" in told
    assert "evaluator (line 2)" in told


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("a: [1, 2\nb: 3\n", "this is not valid YAML"),
        ("a: &x [1]\nb: *x\n", "it uses the alias *x in line 2"),
        ("a: " + "[" * 40 + "]" * 40, "it is nested too deeply"),
        ("\t- a", "config.yaml:1: this is not valid YAML"),
        ("x" * 300_000, "300,000 bytes"),
        ("a: \x00", "config.yaml:1: the file is binary"),
    ],
)
def test_a_config_that_cannot_be_read_is_a_problem_with_its_place(folder, config, told):
    write(folder, {"config.yaml": config})
    assert told in problems(folder)[0]


@pytest.mark.parametrize("config", ["", "# nothing\n", "just a text", "- a\n- b\n", "a: !!python/object:os.system x\n"])
def test_a_config_that_says_nothing_stops_nothing(folder, config):
    (folder / "config.yaml").write_text(config)
    assert read_package(folder).style == "openevolve"


def test_the_same_key_twice_is_noted(folder):
    write(folder, {"config.yaml": "max_iterations: 5\nmax_iterations: 6\n"})
    assert read_package(folder).settings.budget["candidates"] == 6
    assert any("stands here again; line 1 counts for nothing" in note for note in notes(folder))


def test_further_phases_are_named(folder):
    write(folder, {"config_phase_1.yaml": "max_iterations: 3\n", "config_phase_2.yaml": "max_iterations: 4\n"})
    assert read_package(folder).settings.budget["candidates"] == 3
    assert any("not read: config_phase_2.yaml; config_phase_1.yaml is" in note for note in notes(folder))


def test_a_short_evoweb_toml_wins_over_what_the_folder_says(folder):
    write(
        folder,
        {
            "config.yaml": CONFIG,
            "evoweb.toml": 'name = "Mine"\n[sandbox]\nwall_seconds = 3\npackages = ["numpy==2.4.6"]\n'
            '[run]\nmethod = "best_of_n"\n',
        },
    )
    package = read_package(folder)
    assert (package.name, package.style, package.settings.method) == ("Mine", "openevolve", "best_of_n")
    assert package.settings.limits["wall_seconds"] == 3
    assert (package.settings.limits["memory_mb"], package.settings.budget["candidates"]) == (2048, 40)
    assert "numpy" in package.settings.preload


def test_an_evoweb_toml_with_components_is_the_project(folder):
    write(
        folder,
        {
            "evoweb.toml": 'name = "Own"\n[[components]]\npath = "main.py"\n[[task]]\nid = "one"\ninput = 1\n',
            "main.py": "def run(given):\n    return given\n",
            "evaluator.py": "def score(input, expected, output, seed):\n    return 1.0\n",
        },
    )
    package = read_package(folder)
    assert (package.style, package.forgeable, package.beside, package.notes) == ("evoweb", False, {}, ())


def test_files_of_other_names_are_told_under_foreign(tmp_path):
    folder = write(
        tmp_path / "odd",
        {
            "judge.py": EVALUATOR,
            "packer.py": openevolve_style.PROGRAM,
            "settings/a.yaml": "max_iterations: 9\n",
            "evoweb.toml": '[foreign]\nstyle = "openevolve"\nprogram = "packer.py"\nevaluator = "judge.py"\n'
            'config = "settings/a.yaml"\n',
        },
    )
    package = read_package(folder)
    assert given(package)["evaluator"] == "judge.py"
    assert [component.path for component in package.components] == ["packer.py"]
    assert package.settings.budget["candidates"] == 9


@pytest.mark.parametrize(
    ("overlay", "told"),
    [
        ('[foreign]\nstyle = "alphago"\n', 'evoweb.toml:2: unknown style "alphago"'),
        ('[foreign]\nprogram = "../x.py"\n', "leaves the project folder"),
        ('[foreign]\ncolour = "red"\n', 'evoweb.toml:2: unknown key "colour"'),
        ("[sandbox]\nwall_seconds = -1\n", "evoweb.toml:2: wall_seconds is -1"),
        ('[sandbox]\npackages = ["numpy"]\n', 'the package "numpy" is not pinned'),
        ("colour = 1\n", 'evoweb.toml:1: unknown key "colour"'),
    ],
)
def test_a_wrong_overlay_is_told_with_its_line(folder, overlay, told):
    write(folder, {"evoweb.toml": overlay})
    assert any(told in problem for problem in problems(folder))


def test_an_evaluator_with_more_data_than_its_scratch_space_is_refused(folder):
    write(folder, {"evoweb.toml": "[sandbox]\nfile_mb = 1\n", "data.csv": "1,2,3\n" * 300_000})
    assert any("candidate and evaluator have 1,8" in problem for problem in problems(folder))


def test_what_the_command_names_comes_beside_the_packages_of_the_folder(folder):
    write(folder, {"evoweb.toml": '[sandbox]\npackages = ["numpy==2.4.6"]\n'})
    package = read_package(folder, told=Told(("scipy==1.18.1", "numpy==2.4.6")))
    assert package.settings.packages == ("numpy==2.4.6", "scipy==1.18.1")


def test_a_folder_that_is_nearly_one_says_what_is_missing(tmp_path):
    folder = write(tmp_path / "half", {"evaluate.py": "print(1)\n"})
    assert "it has evaluate.py, but not the program that this judges: initial.*" in problems(folder)[0]


def test_results_of_earlier_searches_do_not_come_along(folder):
    write(folder, {"openevolve_output/best.py": "x\n", "data/points.csv": "1,2\n"})
    (folder / "picture.bin").write_bytes(b"\x00\x01\xff")
    package = read_package(folder)
    assert "data/points.csv" in package.evaluator
    assert package.beside["picture.bin"] == b"\x00\x01\xff"
    assert not any(path.startswith("openevolve_output") for path in package.evaluator)


def test_a_link_that_leaves_the_folder_does_not_come_along_and_is_named(folder):
    (folder / "passwords").symlink_to("/etc/passwd")
    assert "passwords" not in read_package(folder).evaluator
    assert any("the evaluator will not find passwords" in note for note in notes(folder))


def test_components_examples_and_calls_of_gepa(tmp_path):
    settings = 'settings = {"max_metric_calls": 100, "seed": 5, "reflection_lm": "m", "odd": 1}\n'
    folder = write(tmp_path / "adding", {"gepa_task.py": GEPA["gepa_task.py"] + settings})
    package = read_package(folder)
    assert package.files == {"candidate/system.txt": b"Add the numbers.", "candidate/style.txt": b"Briefly."}
    assert [(task.key, task.split) for task in package.tasks] == [
        ("train 0", "train"),
        ("validation 0", "validation"),
        ("validation 1", "validation"),
    ]
    assert (package.settings.budget["candidates"], package.settings.seed) == (50, 5)
    told = "\n".join(map(str, package.notes))
    assert "reflection_lm" in told
    assert "odd (line" in told


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("valset = [1]\ndef evaluator(c, e):\n    return 1.0\n", "there is no seed_candidate"),
        (
            "seed_candidate = open('x').read()\ndef evaluator(c):\n    return 1.0\n",
            "gepa_task.py:1: seed_candidate is no literal",
        ),
        ("seed_candidate = 'x'\n", "there is neither an adapter nor an evaluator"),
        (
            "seed_candidate = 'x'\nvalset = list(range(3))\ndef evaluator(c, e):\n    return 1.0\n",
            "gepa_task.py:2: valset is computed",
        ),
        ("seed_candidate = 'x'\ndef evaluator(:\n", "gepa_task.py:2: this is not valid Python"),
    ],
)
def test_a_gepa_task_that_cannot_be_read_says_what_to_write(tmp_path, source, told):
    folder = write(tmp_path / "task", {"gepa_task.py": source})
    assert any(told in problem for problem in problems(folder))


def test_a_folder_that_did_not_change_is_the_same_project(folder):
    before = read_package(folder)
    write(folder, {"config.yaml": "log_level: INFO\n"})
    assert read_package(folder).evaluator.keys() - before.evaluator.keys() == {"config.yaml"}
    assert read_package(folder).digest == read_package(folder).digest


CIRCLES = """\
import pickle
import numpy as np

ATOL = 1e-6


def evaluate(program_path):
    results = pickle.load(open("results", "rb"))
    radii, reported = results["radii"], results["sum"]
    if radii[0] + radii[1] > 1 + 1e-6:
        return {"combined_score": 0.0}
    if not np.isclose(reported, radii.sum(), atol=0):
        return {"combined_score": 0.0}
    if not np.isclose(reported, radii.sum(), rtol=1e-12):
        return {"combined_score": 0.0}
    return {"combined_score": reported}
"""


def test_lines_that_a_candidate_can_exploit_are_named(folder):
    write(folder, {"evaluator.py": CIRCLES})
    told = notes(folder)
    assert any(note.startswith("evaluator.py:8: unpickles") for note in told)
    assert any(note.startswith("evaluator.py:4: a tolerance") and "(also in line 10)" in note for note in told)
    assert any(note.startswith("evaluator.py:12: two values count as equal") for note in told)
    assert not any("14" in note for note in told)


def test_numbers_that_the_method_of_that_name_has_too_become_its_parameters(tmp_path):
    folder = write(
        tmp_path / "one", {**OPENEVOLVE, "config.yaml": "database: {num_islands: 3, exploration_ratio: 0.3}\n"}
    )
    settings = read_package(folder).settings
    assert (settings.method, settings.parameters) == ("openevolve", {"islands": 3, "explore": 0.3})


def test_shares_of_edits_of_shinka(tmp_path):
    config = "evo_config:\n  patch_types: [diff, full]\n  patch_type_probs: [0.9, 0.1]\n  num_generations: 12\n"
    folder = write(tmp_path / "two", {"initial.py": "x = 1\n", "evaluate.py": "print(1)\n", "shinka.yaml": config})
    settings = read_package(folder).settings
    assert settings.parameters == {"diff": 0.9, "full": 0.1, "cross": 0.0}
    assert settings.budget["candidates"] == 12


@pytest.mark.parametrize("style", [openevolve, shinka, gepa, asi_evolve])
def test_every_setting_that_becomes_a_parameter_becomes_one_that_the_method_has(style):
    method = style.__name__.rpartition(".")[2]
    others = [*getattr(style, "PATCHES", ()), *(["merges"] if style is gepa else [])]
    assert {*style.SHARED.values(), *others} <= registry.get(method).parameters.keys()


def test_numbers_of_asi_evolve_become_parameters_and_its_islands_are_listed(tmp_path):
    config = (
        "pipeline: {sample_n: 5}\ncognition: {retrieval: {top_k: 4}}\n"
        "database: {max_size: 70, sampling: {algorithm: island, ucb1_c: 0.5, island: {num_islands: 5}}}\n"
    )
    files = {"initial_program": asi_evolve_style.PROGRAM, "eval.sh": "true\n", "input.md": "Do better.\n"}
    package = read_package(write(tmp_path / "one", {**files, "config.yaml": config}))
    assert package.settings.method == "asi_evolve"
    assert package.settings.parameters == {"sample": 5, "items": 4, "room": 70, "exploration": 0.5}
    told = "\n".join(map(str, package.notes))
    assert "database.sampling.algorithm (line 3), database.sampling.island.num_islands (line 3)" in told
    assert "openevolve and alphaevolve are methods with islands" in told


def test_merges_of_gepa(tmp_path):
    folder = write(tmp_path / "merging", {"gepa_task.py": GEPA["gepa_task.py"] + 'settings = {"use_merge": True}\n'})
    assert read_package(folder).settings.parameters == {"merges": 5}
