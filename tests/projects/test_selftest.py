"""The self-test runs the evaluator in the sandbox and names what is wrong with it."""

import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.projects.facts import Facts
from apps.projects.models import Project
from apps.projects.package import PackageError
from apps.rounds.management.commands.check_project import _promotion
from apps.rounds.selftest import check, with_variables
from apps.sandbox.probe import require
from apps.sandbox.runtime import prepare


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def facts_of(workspace, home):
    """What the self-test says of the folder: facts, or its problems, one a line."""

    def tried():
        try:
            return check(workspace.root, home, require(home))[1]
        except PackageError as error:
            return str(error)

    return tried


def evaluator(body: str) -> str:
    return f"from random import Random\nimport random\n\n\ndef score(input, expected, output, seed):\n    {body}\n"


def test_a_sound_project_is_repeatable_and_has_a_seed_score(facts_of):
    facts = facts_of()
    assert facts.repeatable
    assert (facts.noise, facts.seed_score, facts.tasks) == (0.0, -1.5, 2)
    assert 0 < facts.seconds < 5


@pytest.mark.parametrize(
    ("body", "line", "told"),
    [
        ("return 1 / 0", 6, "ZeroDivisionError: division by zero."),
        ("return None", 5, "the score is a NoneType, not a number."),
        ("return float('nan')", 5, "the score is nan, not a finite number."),
        ("return float('-inf')", 5, "the score is -inf, not a finite number."),
        ("return 'good'", 5, "the score is"),
        ("return {'value': 1}", 5, "the score is a NoneType, not a number."),
    ],
)
def test_an_evaluator_without_a_score_is_named_with_its_line(workspace, facts_of, body, line, told):
    workspace.write("evaluator.py", evaluator(body))
    said = facts_of()
    place = f"evaluator.py:{line}: the evaluator fails on the seed's answer to task"
    assert said.startswith(f'{place} "one" and 1 more: scorer_error, ')
    assert told in said
    assert "It must return a finite number" in said


def test_an_evaluator_that_cannot_be_loaded_is_named_with_its_line(workspace, facts_of):
    workspace.write("evaluator.py", "import nowhere\n" + evaluator("return 1"))
    said = facts_of()
    assert said.startswith("evaluator.py:1:")
    assert "No module named 'nowhere'" in said


def test_an_evaluator_that_hangs_is_stopped_and_named(workspace, facts_of):
    workspace.write("evaluator.py", evaluator("while True: pass"))
    workspace.change("evoweb.toml", "[tasks]", "wall_seconds = 0.2\n[tasks]")
    assert "scorer_timeout" in facts_of()


def test_a_seed_that_raises_is_named_with_its_line(workspace, facts_of):
    workspace.write("main.py", "def run(number):\n    return number / 0\n")
    said = facts_of()
    assert said.startswith('main.py:2: the seed fails on task "one" and 1 more: error, ZeroDivisionError')


def test_a_seed_that_does_not_end_is_named_with_the_limit_to_raise(workspace, facts_of):
    workspace.write("main.py", "def run(number):\n    while True:\n        pass\n")
    workspace.change("evoweb.toml", "[run]", "[sandbox]\nwall_seconds = 0.2\n[run]")
    said = facts_of()
    assert said.startswith("main.py:1: the seed fails on task")
    assert "raise wall_seconds under [sandbox]" in said


def test_an_evaluator_that_ignores_the_answer_does_not_pass(workspace, facts_of):
    workspace.write("evaluator.py", evaluator("return 0.5"))
    said = facts_of()
    assert "evaluator.py:5: score does not tell the seed (0.5) from a candidate that returns nothing (0.5)" in said
    assert "from a candidate that returns garbage (0.5)" in said
    assert "weak_seed = true" in said


def test_a_seed_that_is_meant_to_be_weak_passes_when_the_manifest_says_so(workspace, facts_of):
    workspace.write("evaluator.py", evaluator("return float(output == expected)"))
    assert "does not tell the seed" in facts_of()
    workspace.change("evoweb.toml", "[tasks]", "weak_seed = true\n[tasks]")
    assert facts_of().seed_score == 0.0


def test_lower_is_better_where_the_manifest_says_so(workspace, facts_of):
    workspace.write("evaluator.py", evaluator("return 9 if output is None else abs(expected - output)"))
    workspace.change("evoweb.toml", "[[components]]", 'direction = "minimise"\n[[components]]')
    assert facts_of().seed_score == 1.5


def test_an_evaluator_that_breaks_on_odd_answers_is_noted(facts_of):
    [note] = facts_of().notes
    assert note.startswith("evaluator.py:2: the evaluator breaks on a candidate that returns nothing: TypeError")


def test_noise_is_measured_between_repeats_with_other_seeds(workspace, facts_of):
    workspace.write("evaluator.py", evaluator("return (output or -9) + Random(seed).gauss(0, 0.1)"))
    facts = facts_of()
    assert not facts.repeatable
    assert 0.01 < facts.noise < 0.5
    assert facts.smallest_effect == pytest.approx(2.8 * facts.noise)


def test_noise_that_is_declared_away_is_a_problem(workspace, facts_of):
    workspace.write("evaluator.py", evaluator("return (output or -9) + random.random()"))
    workspace.change("evoweb.toml", "[tasks]", "repeatable = true\n[tasks]")
    assert "declared repeatable, but repeats of the seed differ by" in facts_of()


TELLS = "return {'score': -abs((output or 0) - expected), 'metrics': {'far': abs(expected), 'off': 2.5}}"
FAR = '[[descriptors]]\nname = "far"\nlow = 0\nhigh = 2\n'


def test_an_axis_that_the_evaluator_does_not_tell_is_named_with_what_it_tells(workspace, facts_of):
    workspace.write("evaluator.py", evaluator(TELLS))
    workspace.change("evoweb.toml", "[run]", '[[objectives]]\nname = "of"\n[run]')
    said = facts_of()
    assert 'evoweb.toml: the evaluator tells no metric "of" of the seed. Did you mean "off"?' in said
    assert "Known: far, off, size." in said


def test_a_seed_outside_of_the_map_is_noted(workspace, facts_of):
    workspace.write("evaluator.py", evaluator(TELLS))
    workspace.change("evoweb.toml", "[run]", FAR + FAR.replace("far", "size") + "[run]")
    beyond, size = facts_of().notes  # far is 2 and 4, so 3
    assert beyond.startswith('the seed lies at 3 on "far", outside of 0 to 2')
    assert size.startswith(f'the seed lies at {len((workspace.root / "main.py").read_bytes())} on "size"')


def test_a_seed_inside_of_the_map_is_no_news(workspace, facts_of):
    workspace.write("evaluator.py", evaluator(TELLS))
    workspace.change("evoweb.toml", "[run]", FAR.replace("high = 2", "high = 3") + "[run]")
    assert facts_of().notes == ()


def test_an_axis_that_shares_its_name_with_a_metric_is_noted(workspace, facts_of):
    workspace.write("evaluator.py", evaluator(TELLS.replace("off", "size")))
    workspace.change("evoweb.toml", "[run]", '[[objectives]]\nname = "size"\n[run]')
    assert facts_of().notes == (
        '"size" as an axis is the bytes of all components, not the metric that the evaluator calls so.',
    )


def test_variables_reach_the_candidate(workspace, facts_of):
    workspace.write("main.py", "import os\n\n\ndef run(number):\n    return int(os.environ['FACTOR']) * number\n")
    workspace.change("evoweb.toml", "[run]", '[sandbox.variables]\nFACTOR = "2"\n[run]')
    assert facts_of().seed_score == 0.0


def test_runtimes_with_other_variables_share_no_warm_process(home):
    plain = prepare((), home)
    assert with_variables(plain, {}) is plain
    assert with_variables(plain, {"A": "1"}).key != with_variables(plain, {"A": "2"}).key != plain.key


def test_a_package_that_cannot_be_had_is_a_problem(workspace, facts_of, monkeypatch):
    from apps.rounds import selftest

    def fails(*_):
        raise selftest.RuntimeBuildError("cannot install nope==1")

    monkeypatch.setattr(selftest, "prepare", fails)
    assert "cannot install nope==1. Correct packages under [sandbox]." in facts_of()


def test_the_folder_in_the_documentation_works(tmp_path, home):
    text = (Path(__file__).parents[2] / "docs" / "projects.md").read_text()
    for path, content in re.findall(r"^`([\w.]+)`[^\n]*\n```\w+\n(.*?)```", text, re.MULTILINE | re.DOTALL):
        (tmp_path / path).write_text(content)
    package, facts = check(tmp_path, home, require(home))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evaluator.py", "evoweb.toml", "main.py"]
    assert package.components[0].edit == "regions"
    assert facts.seed_score == -2.75


@pytest.mark.django_db
def test_the_commands_tell_every_problem_and_import_nothing(workspace):
    workspace.change("evoweb.toml", "hill_climb", "hil_climb")
    told = 'evoweb.toml:14: unknown method "hil_climb". Did you mean "hill_climb"?'
    out = io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("check_project", str(workspace.root), stdout=out)
    assert left.value.code == 1
    assert told in out.getvalue()
    with pytest.raises(CommandError) as refused:
        call_command("import_project", str(workspace.root))
    assert told in str(refused.value)
    assert not Project.objects.exists()


def promises(workspace):
    out = io.StringIO()
    call_command("check_project", str(workspace.root), stdout=out)
    return next(line.removeprefix("  promote ") for line in out.getvalue().splitlines() if "promote" in line)


@pytest.mark.parametrize(
    ("gate", "promised"),
    [
        (5, "nothing: 5 gate tasks are too few to confirm a gain"),
        (20, "tested on 20 gate tasks; a gain of 1.01 is confirmed 4 times of 5"),
    ],
)
def test_what_a_promotion_takes_is_said_before_anything_is_measured_for_one(gate, promised):
    assert _promotion(Facts(repeatable=False, noise=1.0, seed_score=0.0, seconds=1.0, tasks=9), gate) == promised


@pytest.mark.django_db
def test_the_commands_say_what_a_sound_project_is_like(workspace):
    out = io.StringIO()
    call_command("check_project", str(workspace.root), stdout=out)
    assert out.getvalue().startswith("ok: Doubling\n  tasks   2 validation\n  seed    -1.5 (score, maximise)\n")
    out = io.StringIO()
    call_command("check_project", str(workspace.root), "--json", stdout=out)
    assert json.loads(out.getvalue())["facts"]["repeatable"] is True
    assert promises(workspace) == "whatever scores better: the scorer is repeatable"
    out = io.StringIO()
    call_command("import_project", str(workspace.root), stdout=out)
    assert str(Project.objects.get(slug="doubling").uuid) in out.getvalue()


TEXT_TASK = "\n[model]\nmax_tokens = 16\n"
PROMPTS = "def run(number):\n    return {'prompt': f'Twice {number}?'}\n"
NUMERIC = "from evoweb_scorers import numeric\n\n\ndef score(i, e, o, seed):\n    return numeric(o, e)\n"


@pytest.fixture
def text_task(workspace):
    workspace.write("evoweb.toml", (workspace.root / "evoweb.toml").read_text() + TEXT_TASK)
    workspace.write("main.py", PROMPTS)
    workspace.write("evaluator.py", NUMERIC)
    return workspace


def test_a_project_of_prompts_is_tried_without_its_model(text_task, facts_of):
    facts = facts_of()
    assert (facts.seed_score, facts.repeatable, facts.noise, facts.tasks) == (None, False, 0.5, 2)
    assert any("no model was asked" in note for note in facts.notes)
    text_task.change("evoweb.toml", 'file = "evaluator.py"', 'file = "evaluator.py"\nrepeatable = true')
    assert (facts_of().repeatable, facts_of().noise) == (True, 0.0)


def test_a_seed_that_returns_no_prompt_is_named(text_task, facts_of):
    text_task.write("main.py", "def run(number):\n    return {'question': number}\n")
    told = facts_of()
    assert told.startswith(
        "main.py:1: the seed's answer to task \"one\" is no prompt: unknown key 'question'. Return a text"
    )


def test_a_scorer_that_breaks_on_a_reply_is_named(text_task, facts_of):
    text_task.write("evaluator.py", "def score(i, e, o, seed):\n    return float(o == str(e)) if o else 1 / 0\n")
    assert "ZeroDivisionError" in facts_of()


def test_a_scorer_that_takes_nonsense_for_right_is_named(text_task, facts_of):
    text_task.write("evaluator.py", "def score(i, e, o, seed):\n    return float(isinstance(o, str))\n")
    assert "the scorer does not tell what is expected (1) from nonsense (1)" in facts_of()


def test_metrics_that_no_reply_tells_are_named(text_task, facts_of):
    axis = '[[descriptors]]\nname = "length"\nlow = 0\nhigh = 9\n\n[model]'
    text_task.change("evoweb.toml", "[model]", axis)
    assert 'the evaluator tells no metric "length" of a reply' in facts_of()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("max_tokens = 0", "max_tokens is 0. Write a whole number from 1 to 1000000."),
        ('role = "pupil"', 'unknown role "pupil"'),
        ('effort = "much"', 'unknown effort "much"'),
        ("temperature = 1.0", 'unknown key "temperature"'),
    ],
)
def test_what_the_model_is_told_is_checked(text_task, facts_of, line, told):
    text_task.change("evoweb.toml", "max_tokens = 16", line)
    assert told in facts_of()
