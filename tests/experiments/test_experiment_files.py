"""What is wrong with an experiment file is told at once, with its place and remedy, and nothing is run by halves."""

from pathlib import Path

import pytest

from apps.experiments.draft import read_draft
from apps.experiments.models import Experiment
from apps.projects.models import Project
from apps.projects.package import PackageError
from apps.records.models import Run
from tests.experiments.conftest import FILE


def nobody(_):
    """No project is imported."""


EXAMPLES = Path(__file__).parents[2] / "examples" / "experiments"

BAD = {
    "no TOML": ("name = ", "experiment.toml:1: this is not valid TOML"),
    "nothing in it": ("", "experiment.toml: name is missing. Add it at the top"),
    "an unknown method": (
        FILE.replace('"hill_climb"', '"hil_climb"'),
        'experiment.toml:8: unknown method "hil_climb". Did you mean "hill_climb"? Known: ',
    ),
    "no method": (FILE.split("[[method]]")[0].replace("baseline", "# "), "0 methods are named, where 1 to 32 are"),
    "two methods of one name": (
        FILE.replace('label = "luck"', 'label = "hill_climb"'),
        'experiment.toml:12: two methods are called "hill_climb". Tell them apart: label = "another name".',
    ),
    "an unknown parameter": (
        FILE + "[method.parameters]\nsize = 3\n",
        "experiment.toml:14: unknown parameter 'size'",
    ),
    "a baseline that does not take part": (
        FILE.replace('baseline = "luck"', 'baseline = "lucky"'),
        'experiment.toml:5: the baseline "lucky" is none of the methods. Did you mean "luck"?',
    ),
    "an unknown key": (FILE.replace("seeds", "sedes"), 'experiment.toml:4: unknown key "sedes". Did you mean "seeds"?'),
    "an unknown key, and what is known once": (
        FILE.replace("baseline", "colour"),
        "Known: extends, name, candidates, seconds, seeds, runs_at_once, baseline, projects, targets, method.",
    ),
    "an unknown key of a method": (
        FILE.replace("label", "lable"),
        'experiment.toml:12: unknown key "lable". Did you mean "label"? Known: name, label, parameters.',
    ),
    "no seeds": (FILE.replace("seeds = 2", "seeds = 0"), 'experiment.toml:4: seeds is "0". Write how many'),
    "a seed twice": (FILE.replace("seeds = 2", "seeds = [1, 2, 1]"), "seeds names one of them more than once"),
    "a seed that is no number": (FILE.replace("seeds = 2", 'seeds = ["a"]'), "experiment.toml:4: seeds is"),
    "a seed of 70 bits": (FILE.replace("seeds = 2", f"seeds = [{2**69}]"), "a number that does not fit into 64 bits"),
    "no candidates": (FILE.replace("candidates = 4", ""), "candidates is missing"),
    "too many candidates": (FILE.replace("= 4", "= 100_000_000"), "candidates is 100000000. Write a whole number"),
    "too many runs": (
        FILE.replace('["project"]', '["project", "a", "b", "c"]').replace("= 2\n", "= 1000\n"),
        "experiment.toml:4: this takes 8,000 runs, where 5,000 are the most. Take fewer seeds.",
    ),
    "an unknown project": (
        FILE.replace('"project"', '"projekt"'),
        'experiment.toml:2: "projekt" is no folder, seen from this file, and no project is called so.',
    ),
    "a project twice": (
        FILE.replace('["project"]', '["project", "./project"]'),
        'experiment.toml:2: "./project" is named twice. Name each project once.',
    ),
    "a target of no project": (
        FILE + "[targets]\nother = 3\n",
        'experiment.toml:14: the target of "other" belongs to no project of this experiment.',
    ),
    "a target that is no number": (FILE + "[targets]\nproject = inf\n", 'the target of "project" is "inf".'),
    "a file that extends itself": (
        f'extends = "experiment.toml"\n{FILE}',
        'experiment.toml:1: the files go round in a circle: "experiment.toml" extends "experiment.toml".',
    ),
    "a file that extends nothing": (
        f'extends = "gone.toml"\n{FILE}',
        'experiment.toml:1: "gone.toml": there is no such file.',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_each_is_said_with_its_place(case, written):
    text, told = BAD[case]
    with pytest.raises(PackageError) as refused:
        read_draft(written(text), nobody)
    assert told in str(refused.value)


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_it(written):
    assert read_draft(written("\ufeff" + FILE), nobody).name == "Steps: climbing against luck"


def test_all_problems_are_told_at_once(written):
    text = FILE.replace("hill_climb", "hil_climb").replace("seeds = 2", "seeds = -1").replace("= 4", "= 0")
    with pytest.raises(PackageError) as refused:
        read_draft(written(text), nobody)
    assert [problem.line for problem in refused.value.problems] == [3, 4, 8]


def test_a_circle_of_three_files_is_found_and_named(written):
    written('extends = "third.toml"\n', "second.toml")
    written('extends = "experiment.toml"\n', "third.toml")
    with pytest.raises(PackageError) as refused:
        read_draft(written(f'extends = "second.toml"\n{FILE}'), nobody)
    circle = '"experiment.toml" extends "second.toml" extends "third.toml" extends "experiment.toml"'
    assert f"third.toml:1: the files go round in a circle: {circle}" in str(refused.value)


def test_what_is_wrong_in_a_project_folder_is_told_with_its_path(written, folder):
    (folder / "main.py").unlink()
    with pytest.raises(PackageError) as refused:
        read_draft(written(FILE), nobody)
    assert "project/" in str(refused.value)
    assert "main.py" in str(refused.value)


def test_a_file_takes_over_what_it_does_not_say_itself(written):
    written(FILE, "base.toml")
    more = 'extends = "base.toml"\nseeds = [7]\n[[method]]\nname = "null_run"\n'
    draft = read_draft(written(more), nobody)
    assert (draft.name, draft.candidates, draft.seeds) == ("Steps: climbing against luck", 4, (7,))
    assert [contender.label for contender in draft.contenders] == ["hill_climb", "luck", "null_run"]


def test_a_method_takes_the_place_of_the_one_with_its_label(written):
    written(FILE, "base.toml")
    more = 'extends = "base.toml"\n[[method]]\nname = "null_run"\nlabel = "luck"\n'
    draft = read_draft(written(more), nobody)
    assert [(each.label, each.method) for each in draft.contenders] == [
        ("hill_climb", "hill_climb"),
        ("luck", "null_run"),
    ]


@pytest.mark.parametrize(("named", "expected"), [("best_of_n", "best_of_n"), ("null_run", "null_run")])
def test_luck_is_the_baseline_where_none_is_named(named, expected, written):
    text = FILE.replace('baseline = "luck"\n', "").replace('name = "best_of_n"\nlabel = "luck"', f'name = "{named}"')
    assert read_draft(written(text), nobody).baseline == expected


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_the_examples_are_fine(example):
    draft = read_draft(example, nobody)
    assert "null_run" in [contender.method for contender in draft.contenders]


def test_bad_input_leaves_nothing_behind(written, manage):
    said = manage("experiment", written(FILE.replace("hill_climb", "hil_climb")))
    assert said.code == 1
    assert 'unknown method "hil_climb"' in said.err
    assert "Traceback" not in said.err
    assert not Project.objects.exists()
    assert not Run.objects.exists()
    assert not Experiment.objects.exists()


def test_a_folder_whose_seed_does_not_score_leaves_nothing_behind(written, manage, folder):
    other = folder.parent / "other"
    other.mkdir()
    for path in folder.iterdir():
        (other / path.name).write_text(path.read_text())
    (other / "evaluator.py").write_text("def score(input, expected, output, seed):\n    raise ValueError('no')\n")
    said = manage("experiment", written(FILE.replace('["project"]', '["project", "other"]')))
    assert said.code == 1
    assert "other/evaluator.py" in said.err
    assert not Project.objects.exists()
