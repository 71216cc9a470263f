"""A folder with a rubric: what it says is read with its lines, tried without its judge, and kept."""

import json

import pytest

from apps.accounts.actors import Actor
from apps.projects import selectors
from apps.projects.importer import import_package
from apps.projects.package import PackageError
from apps.projects.protocol import scorer_digest
from apps.projects.services import evaluators
from apps.rounds.selftest import check
from apps.sandbox.probe import require

SYSTEM = Actor.system()
RUBRIC = """
[rubric]
file = "rubric.txt"
labels = "labels.jsonl"

[[rubric.levels]]
name = "poor"
means = "says nothing of use"

[[rubric.levels]]
name = "good"
means = "answers the question"
"""
LABELS = [{"task": "one", "output": "two", "level": "good", "by": "alice"}, {"task": 2, "output": 5, "level": "poor"}]
TASKS = '{"id": "one", "input": "1 + 1?"}\n{"id": 2, "input": "2 + 2?", "expected": "4"}\n'


@pytest.fixture
def judged(workspace):
    workspace.change("evoweb.toml", '[evaluator]\nfile = "evaluator.py"\n', RUBRIC)
    workspace.write("rubric.txt", "A good answer says what was asked for.\n")
    workspace.write("tasks.jsonl", TASKS)
    workspace.write("main.py", "def run(question):\n    return 'two'\n")
    write_labels(workspace, LABELS)
    return workspace


def write_labels(workspace, labels):
    workspace.write("labels.jsonl", "".join(json.dumps(label) + "\n" for label in labels))


def test_a_rubric_is_read_with_its_levels_and_labels(judged):
    package = judged.package()
    assert package.settings.rubric == {
        "role": "judge",
        "max_tokens": 1024,
        "effort": "",
        "text": "A good answer says what was asked for.",
        "levels": [["poor", "says nothing of use"], ["good", "answers the question"]],
    }
    assert package.evaluator == {}
    assert package.labels == (
        {"task": "one", "output": '"two"', "level": "good", "by": "alice"},
        {"task": "2", "output": "5", "level": "poor", "by": ""},
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"rubric.txt"',
            '"rubrik.txt"',
            'evoweb.toml:9: the file "rubrik.txt" does not exist. Did you mean "rubric.txt"?',
        ),
        ('name = "good"', 'name = "Poor"', 'two levels are called "poor". Give each level a name of its own.'),
        ('name = "good"\n', "", "name is missing. Add it under"),
        ('means = "answers the question"', "", "means is missing. Add it under"),
        ('means = "answers the question"', 'weight = 1\nmeans = "m"', 'unknown key "weight"'),
        ('means = "answers the question"', f'means = "{"m" * 501}"', "means must be one line of 1 to 500 characters"),
        ('file = "rubric.txt"', 'role = "umpire"', 'unknown role "umpire"'),
        ('file = "rubric.txt"', "max_tokens = 0", "max_tokens is 0. Write a whole number from 1"),
        ('file = "rubric.txt"', 'prompt = "p"', 'unknown key "prompt"'),
        (
            "[rubric]",
            '[evaluator]\nfile = "e.py"\n\n[rubric]',
            "the rubric scores, so no evaluator is called, and file",
        ),
        (
            "[rubric]",
            '[model]\nrole = "judge"\n\n[rubric]',
            'the role "judge" is measured under [model], and would judge',
        ),
        ('entry = "main.py:run"', 'direction = "minimise"', "levels of a rubric go up"),
        ('"labels.jsonl"', '"../labels.jsonl"', "leaves the project folder"),
        ('path = "main.py"', 'path = "main.py"\n\n[[components]]\npath = "rubric.txt"', "rubric.txt"),
    ],
)
def test_what_is_wrong_with_a_rubric_is_said_with_a_remedy(judged, old, new, told):
    judged.change("evoweb.toml", old, new)
    assert any(told in line for line in judged.problems()), judged.problems()


def test_one_level_is_no_scale_and_an_empty_text_no_rubric(judged):
    judged.write("rubric.txt", " \n")
    judged.change("evoweb.toml", '[[rubric.levels]]\nname = "poor"\nmeans = "says nothing of use"\n', "")
    levels, text, *_ = judged.problems()
    assert levels.startswith(
        "evoweb.toml:8: the number of levels is 1; a rubric needs 2 to 10. Write [[rubric.levels]]"
    )
    assert text == 'evoweb.toml:9: the rubric "rubric.txt" is empty. Say in it what a good answer is.'


def test_levels_written_as_texts_are_refused(judged):
    text = (judged.root / "evoweb.toml").read_text()
    head, _, tail = text.partition("[[rubric.levels]]")
    judged.write("evoweb.toml", head + 'levels = ["poor", "good"]\n\n[tasks]' + tail.partition("[tasks]")[2])
    assert any("levels must be written as tables" in line for line in judged.problems())


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ({"level": "fine"}, 'labels.jsonl:3: unknown level "fine". Known: poor, good.'),
        ({"task": "nine"}, 'labels.jsonl:3: there is no task "nine".'),
        ({"output": None, "score": 1}, 'labels.jsonl:3: unknown key "score".'),
        ({"by": 5}, 'labels.jsonl:3: by is "5".'),
        (LABELS[0], "labels.jsonl:3: this output was given a level in an earlier line."),
    ],
)
def test_what_is_wrong_with_a_label_is_said_with_its_line(judged, label, told):
    write_labels(judged, [*LABELS, {"task": "one", "output": "three", "level": "poor"} | label])
    assert [line[: len(told)] for line in judged.problems()] == [told]


def test_no_judge_reads_a_sealed_task_because_somebody_labelled_it(judged):
    judged.write("tasks.jsonl", TASKS + '{"id": "last", "input": "3 + 3?", "split": "sealed"}\n')
    write_labels(judged, [*LABELS, {"task": "last", "output": "six", "level": "good"}])
    assert [line.partition(". ")[0] for line in judged.problems()] == ['labels.jsonl:3: the task "last" is sealed']


def test_an_output_may_hold_any_line_end_that_json_leaves_in_a_text(judged):
    label = {"task": "one", "output": "two\u2028three\x85", "level": "poor"}
    judged.write("labels.jsonl", json.dumps(label, ensure_ascii=False) + "\r\n")
    assert [json.loads(each["output"]) for each in judged.package().labels] == [label["output"]]


def test_lines_that_are_no_labels_are_told(judged):
    judged.write("labels.jsonl", '["poor"]\n\n{"task": "one", "level": "poor"}\nnonsense\n')
    told = [line.partition(". ")[0] for line in judged.problems()]
    assert told[0].startswith("labels.jsonl:1: this is no label")
    assert told[1] == "labels.jsonl:3: the label has no output"
    assert told[2].startswith("labels.jsonl:4: this is no label")


@pytest.fixture
def tried(judged, tmp_path):
    def facts():
        return check(judged.root, tmp_path, require(tmp_path))[1]

    return facts


def test_it_is_tried_without_its_judge_and_says_what_labels_can_tell(tried):
    facts = tried()
    assert (facts.seed_score, facts.noise, facts.repeatable) == (None, 0.5, False)
    told = "\n".join(facts.notes)
    assert "2 labels of people can say how far the judge agrees with them" in told
    assert "fewer than 20 labels say little" in told


def test_without_labels_it_says_that_agreement_was_never_measured(judged, tried):
    judged.change("evoweb.toml", 'labels = "labels.jsonl"\n', "")
    assert any("how far it agrees with people was never measured" in note for note in tried().notes)


def test_a_seed_that_fails_and_a_metric_that_no_rubric_tells_are_named(judged, tried):
    judged.change("evoweb.toml", "[rubric]", '[[descriptors]]\nname = "length"\nlow = 0\nhigh = 9\n\n[rubric]')
    with pytest.raises(PackageError, match='a rubric tells no metric "length" of a reply'):
        tried()
    judged.write("main.py", "def run(question):\n    return 1 / 0\n")
    with pytest.raises(PackageError, match="ZeroDivisionError"):
        tried()


def test_labels_change_no_score_and_the_rubric_another_series(judged, facts, db):
    first = judged.package()
    project = import_package(SYSTEM, first, facts)
    assert (project.rubric, selectors.labels(project)) == (first.settings.rubric, list(first.labels))
    write_labels(judged, LABELS[:1])
    again = import_package(SYSTEM, judged.package(), facts)
    again.refresh_from_db()
    assert again.pk == project.pk
    assert (selectors.label_count(again), len(selectors.labels(again))) == (1, 1)
    before = scorer_digest(project)
    judged.write("rubric.txt", "A good answer is short.")
    other = judged.package()
    assert other.digest != first.digest
    assert evaluators.candidates(other) == [project]
    assert evaluators.replace(SYSTEM, project, other, facts)
    project.refresh_from_db()
    assert project.rubric["text"] == "A good answer is short."
    assert bytes(project.scorer) == scorer_digest(project) != before
