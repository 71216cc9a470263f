"""Another engine's folder, brought in the browser as an archive."""

import io
import zipfile

import pytest

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.projects.models import Intake, IntakeState
from apps.rounds import intake as service
from tests.foreign import openevolve_style
from tests.foreign.conftest import write

CASE = openevolve_style.CASES["an EvaluationResult with artifacts in bytes"]


def archive(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for path, text in files.items():
            made.writestr(f"circle_packing/{path}", text)
    packed.seek(0)
    return packed


@pytest.fixture
def brought(db, settings, home, django_user_model):
    settings.EVOWEB_HOME = home
    person = User.objects.create_superuser("boss", password="a long enough password")
    made = Intake(person=person, origin="circle_packing.zip")
    files = {"initial_program.py": openevolve_style.PROGRAM, **CASE.files, "config.yaml": "odd: 1\n"}
    service.staging(made).unpack(archive(files))
    service.submit(made)
    return made


def test_it_is_checked_noted_and_imported_under_the_name_of_the_archive(brought):
    service.examine_all()
    brought.refresh_from_db()
    assert (brought.state, brought.problems) == (IntakeState.FINE, [])
    assert any("odd (line 1)" in note for note in brought.facts["notes"])

    project = service.bring_in(Actor.person(brought.person), brought)

    assert (project.name, project.style, project.forgeable) == ("circle_packing", "openevolve", True)


def test_a_folder_below_a_root_is_offered_and_taken(client, db, settings, home, tmp_path):
    settings.EVOWEB_HOME, settings.EVOWEB_PROJECT_ROOTS = home, [str(tmp_path)]
    write(tmp_path / "packing", {"initial_program.py": openevolve_style.PROGRAM, **CASE.files})
    write(tmp_path / "neither", {"evaluator.py": "x = 1\n"})
    client.force_login(User.objects.create_superuser("boss", password="a long enough password"))

    shown = client.get("/projects/new").content.decode()

    assert f"<code>{tmp_path / 'packing'}</code>" in shown
    assert "neither" not in shown
    client.post("/projects/new/folder", {"folder": "packing"})
    assert Intake.objects.get().origin == "packing"
