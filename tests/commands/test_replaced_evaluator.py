"""An evaluator replaced by command, and what stood by its scores measured again."""

from apps.projects.models import Project
from apps.records.models import Run
from apps.rounds.verify import problems
from tests.commands.conftest import assert_one_message, change


def test_an_evaluator_is_replaced_and_the_best_are_measured_again(folder, manage):
    manage("evolve", folder, "--candidates=12")
    change(folder, "evaluator.py", "-sum", "-2 * sum")
    said = manage("import_project", folder, "--update", "steps")
    assert said.code == 0
    assert said.lines[0] == "Steps"
    assert "manage.py measure_again steps" in said.err
    said = manage("measure_again", "steps", "--best=3")
    assert said.code == 0
    assert said.lines[0] == f"run {Run.objects.get(number=2).uuid}"
    again = Run.objects.get(number=2)
    assert (again.state, again.measured) == ("finished", again.candidates)
    assert again.best_score == 2 * Run.objects.get(number=1).best_score
    assert list(problems(Project.objects.get())) == []
    assert manage("import_project", folder, "--update", "steps").err == ""  # the champion and all are of today


def test_without_the_option_it_is_a_new_version_as_before(folder, manage):
    manage("import_project", folder)
    change(folder, "evaluator.py", "-sum", "-2 * sum")
    assert manage("import_project", folder).lines[0] == "Steps (2)"
    said = manage("import_project", folder, "--update", "steps")
    assert_one_message(said)
    assert "This folder is the project Steps (2) already." in said.err


def test_what_cannot_be_replaced_or_measured_again_is_explained(folder, manage):
    manage("import_project", folder)
    assert "all runs of Steps have the evaluator of now" in manage("measure_again", "steps").err
    assert "No project is called 'step'" in manage("import_project", folder, "--update", "step").err
    change(folder, "tasks.jsonl", "3.0", "4.0")
    said = manage("import_project", folder, "--update", "steps")
    assert_one_message(said)
    assert "Its tasks are others: one." in said.err
    assert Project.objects.count() == 1
