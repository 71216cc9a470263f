"""Axes shown and set by command, also when all runs have ended."""

from apps.projects import selectors
from apps.projects.models import Project
from apps.records.models import Run
from tests.commands.conftest import assert_one_message, change

SIZE = '[[descriptors]]\nname = "size"\nlow = 0\nhigh = 200\n'


def test_a_run_starts_with_its_projects_axes_and_keeps_them(folder, manage):
    change(folder, "evoweb.toml", "[run]", SIZE + "[run]")
    manage("evolve", folder, "--candidates=2")
    run = Run.objects.get()
    begun = bytes(run.axes)
    assert b'"cells":10' in begun
    said = manage("axes", "steps")
    assert said.lines == ["Steps, axes version 1", "  descriptor  size: 0 to 200 in 10 cells"]
    change(folder, "evoweb.toml", "high = 200", "high = 200\ncells = 4")
    said = manage("axes", "steps", folder)
    assert said.lines[-1] == "  descriptor  size: 0 to 200 in 4 cells"
    run.refresh_from_db()
    assert bytes(run.axes) == begun
    manage("evolve", folder, "--candidates=2")
    assert b'"cells":4' in bytes(Run.objects.latest("pk").axes)
    assert Project.objects.count() == 1


def test_what_cannot_be_read_changes_nothing(folder, manage, tmp_path):
    manage("import_project", folder)
    file = tmp_path / "axes.toml"
    file.write_text(SIZE.replace("200", "-1"))
    said = manage("axes", "steps", file)
    assert_one_message(said)
    assert "axes.toml:4: low is 0 and high is -1" in said.err
    file.write_bytes(b"\xff")
    assert "cannot be read" in manage("axes", "steps", file).err
    assert "cannot be read" in manage("axes", "steps", tmp_path / "none.toml").err
    assert "No project is called 'step'. Known: steps" in manage("axes", "step").err
    assert selectors.axes_version(Project.objects.get()) is None
    assert manage("axes", "steps").lines == ["Steps, axes version 0", "  none: candidates differ by score alone"]
