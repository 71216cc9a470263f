"""A folder is brought, explained, corrected and imported; what is hostile about it never gets further than the door."""

import io
import os
import re
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from factory import Cast

from apps.accounts.models import User
from apps.projects import staging
from apps.projects.models import Intake, Membership, Project
from apps.records.models import Run
from apps.rounds.intake import examine_all

NEW = "/projects/new"
FILES = {
    "evoweb.toml": 'name = "Doubling"\n\n[[components]]\npath = "main.py"\n\n'
    '[[task]]\nid = "two"\ninput = 2\nexpected = 4\n',
    "main.py": "def run(input):\n    return 1.5 * input\n",
    "evaluator.py": "def score(input, expected, output, seed):\n"
    "    return -abs(expected - output) if isinstance(output, float) else -1e9\n",
}


@pytest.fixture
def as_ada(db: None) -> Client:
    """Ada is the admin of this installation."""
    client = Client()
    client.force_login(User.objects.create(username="ada", is_superuser=True))
    return client


def packed(files: Mapping[str, str | bytes]) -> SimpleUploadedFile:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return SimpleUploadedFile("folder.zip", held.getvalue())


def brought(client: Client, upload: SimpleUploadedFile) -> str:
    """The page that bringing an archive leads to."""
    return client.post(NEW, {"archive": upload}, follow=True).content.decode()


def test_a_good_folder_becomes_a_project_of_which_its_bringer_is_admin(as_ada: Client) -> None:
    shown = brought(as_ada, packed({f"doubling/{path}": text for path, text in FILES.items()}))
    assert "waits for its check" in shown
    examine_all()
    intake = Intake.objects.get()
    shown = as_ada.get(f"{NEW}/{intake.pk}").content.decode()
    assert "repeats of the seed scored equally" in shown
    response = as_ada.post(f"{NEW}/{intake.pk}/import")
    assert response["Location"] == "/projects/doubling/"
    assert Membership.objects.get().role == "admin"
    assert not staging.Staging(Path(settings.EVOWEB_HOME), intake.pk).root.exists()
    assert as_ada.get(f"{NEW}/{intake.pk}")["Location"] == "/projects/doubling/"


def test_problems_are_told_at_once_with_their_place_and_corrected_in_the_page(as_ada: Client) -> None:
    shown = brought(as_ada, packed(FILES | {"evoweb.toml": FILES["evoweb.toml"] + '[run]\nmethod = "hil_climb"\n'}))
    assert "1 thing to correct" in shown
    assert "evoweb.toml:11" in shown
    assert "Did you mean &quot;hill_climb&quot;?" in shown
    link = re.search(rf'href="({NEW}/[^"]*/files/evoweb.toml)\?line=11', shown)
    assert link
    editor = as_ada.get(f"{link[1]}?line=11").content.decode()
    assert "method = &quot;hil_climb&quot;" in editor
    shown = as_ada.post(link[1], {"text": FILES["evoweb.toml"]}, follow=True).content.decode()
    assert "waits for its check" in shown


def test_what_the_sandbox_finds_is_told_in_the_page(as_ada: Client) -> None:
    brought(as_ada, packed(FILES | {"main.py": "def run(input):\n    return 1 / 0\n"}))
    examine_all()
    shown = as_ada.get(f"{NEW}/{Intake.objects.get().pk}").content.decode()
    assert "main.py:2" in shown
    assert "ZeroDivisionError" in shown


def test_a_missing_file_is_added(as_ada: Client) -> None:
    shown = brought(as_ada, packed({path: text for path, text in FILES.items() if path != "main.py"}))
    assert "does not exist" in shown
    intake = Intake.objects.get()
    upload = SimpleUploadedFile("main.py", FILES["main.py"].encode())
    shown = as_ada.post(f"{NEW}/{intake.pk}/files", {"files": upload}, follow=True).content.decode()
    assert "waits for its check" in shown


def test_files_of_a_chosen_folder_keep_their_paths(as_ada: Client) -> None:
    names = {f"mine/{path}": text for path, text in (FILES | {"data/a.txt": "a"}).items()} | {"mine/.git/config": "x"}
    files = [SimpleUploadedFile(path.rpartition("/")[2], text.encode()) for path, text in names.items()]
    as_ada.post(NEW, {"files": files, "paths": list(names)})
    intake = Intake.objects.get()
    assert intake.origin == "mine"
    assert set(staging.Staging(Path(settings.EVOWEB_HOME), intake.pk).files()) == {*FILES, "data/a.txt"}


LINK = zipfile.ZipInfo("evoweb.toml")
LINK.external_attr = 0o120777 << 16


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"../evoweb.toml": ""}, "leaves the project folder"),
        ({"/etc/passwd": ""}, "leaves the project folder"),
        ({"a\\b.py": ""}, "is no usable path"),
        ({"a\x1b.py": ""}, "is no usable path"),
        ({"x" * 201: ""}, "is too long"),
        ({LINK: "/etc/passwd"}, "is a symbolic link"),
        ({"evoweb.toml": b"0" * 5000}, "unpacks to too much"),
        ({f"{n}.py": "" for n in range(41)}, "holds 41 files"),
        ({f"{n}.py": "" for n in range(11)}, "here are more than 10 files"),
        ({"main.py": "", "main.py/inside": ""}, "cannot be stored"),
    ],
)
def test_a_hostile_archive_is_refused_and_nothing_is_kept(
    as_ada: Client, monkeypatch: pytest.MonkeyPatch, files: Mapping[str, str | bytes], said: str
) -> None:
    monkeypatch.setattr(staging, "LARGEST", 4000)
    monkeypatch.setattr(staging, "MOST_FILES", 10)
    kept = Path(settings.EVOWEB_HOME) / "intake"
    before = set(kept.glob("*"))
    shown = brought(as_ada, packed(files))
    assert said in shown
    assert "Nothing was kept" in shown
    assert not Intake.objects.exists()
    assert set(kept.glob("*")) == before


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04" + b"\x00" * 40])
def test_what_is_no_archive_is_said_to_be_none(as_ada: Client, content: bytes) -> None:
    shown = brought(as_ada, SimpleUploadedFile("folder.zip", content))
    assert "Nothing was kept" in shown or "No file came" in shown
    assert not Intake.objects.exists()


def test_an_archive_that_lies_about_its_sizes_is_counted_while_it_unpacks(
    as_ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "LARGEST", 4000)
    monkeypatch.setattr(staging, "_entries", lambda archive: {"big.txt": archive.infolist()[0]})
    assert "the folder is too large" in brought(as_ada, packed({"big.txt": "0" * 5000})).lower()


def test_a_folder_that_is_known_already_leads_to_its_project(as_ada: Client) -> None:
    brought(as_ada, packed(FILES))
    examine_all()
    as_ada.post(f"{NEW}/{Intake.objects.get().pk}/import")
    response = as_ada.post(NEW, {"archive": packed(FILES)}, follow=True)
    assert response.redirect_chain[-1][0] == "/projects/doubling/"
    assert Project.objects.count() == 1


def test_what_changed_after_its_check_is_not_imported(as_ada: Client) -> None:
    brought(as_ada, packed(FILES))
    examine_all()
    intake = Intake.objects.get()
    staging.Staging(Path(settings.EVOWEB_HOME), intake.pk).add("main.py", [b"def run(input):\n    return 0.0\n"])
    shown = as_ada.post(f"{NEW}/{intake.pk}/import", follow=True).content.decode()
    assert "changed after they were checked" in shown
    assert not Project.objects.exists()


def test_a_check_that_dies_again_and_again_is_given_up(as_ada: Client) -> None:
    brought(as_ada, packed(FILES))
    Intake.objects.update(state="checking", attempts=3)
    examine_all()
    assert "ended 3 times without an answer" in as_ada.get(f"{NEW}/{Intake.objects.get().pk}").content.decode()


def test_while_it_is_checked_nothing_is_changed_under_it(as_ada: Client) -> None:
    brought(as_ada, packed(FILES))
    Intake.objects.update(state="checking")
    url = f"{NEW}/{Intake.objects.get().pk}"
    for act, values in [("files/main.py", {"text": "x"}), ("discard", {})]:
        assert "being checked now" in as_ada.post(f"{url}/{act}", values, follow=True).content.decode()
    part = as_ada.get(f"{url}?region=standing", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in part
    assert "<html" not in part


def test_an_upload_is_thrown_away_with_its_files(as_ada: Client) -> None:
    brought(as_ada, packed(FILES | {"main.py": ""}))
    intake = Intake.objects.get()
    assert "Thrown away." in as_ada.post(f"{NEW}/{intake.pk}/discard", follow=True).content.decode()
    assert not staging.Staging(Path(settings.EVOWEB_HOME), intake.pk).root.exists()


def test_names_of_files_do_nothing_on_the_page(as_ada: Client) -> None:
    shown = brought(as_ada, packed({"<script>alert(1)</script>.py": "", "evoweb.toml": "name = 3"}))
    assert "<script>alert" not in shown


def test_examples_that_belong_together_are_listed_as_one_counted_as_people_count(as_ada: Client) -> None:
    page = as_ada.get(NEW).content.decode()
    named = re.findall(r'name="folder" value="symbolic_regression/(\w+)"', page)
    assert f"Symbolic regression: {len(named)} problems" in page
    assert named.index("nguyen_2") < named.index("nguyen_9") < named.index("nguyen_10") < named.index("pagie_1")
    as_ada.post(f"{NEW}/example", {"folder": "symbolic_regression/nguyen_2"})
    examine_all()
    assert Run.objects.get().project.name == "Symbolic regression, Nguyen-2"


def test_the_example_is_imported_and_started_with_one_click(as_ada: Client) -> None:
    assert "circle_packing_26" in as_ada.get(NEW).content.decode()
    intake_page = as_ada.post(f"{NEW}/example", {"folder": "parabola8"})["Location"]
    examine_all()
    assert as_ada.get(intake_page)["Location"] == "/projects/parabola-eight-constants/runs/1/"
    part = as_ada.get(f"{intake_page}?region=standing", headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == "/projects/parabola-eight-constants/runs/1/"
    again = as_ada.post(f"{NEW}/example", {"folder": "parabola8"})
    assert again["Location"] == "/projects/parabola-eight-constants/runs/2/"
    assert Run.objects.count() == 2


@pytest.mark.parametrize("folder", ["..", "../apps", "/etc", "nothing", "", "a\x00b", "parabola8/.."])
def test_no_folder_outside_the_roots_is_read(as_ada: Client, folder: str) -> None:
    assert as_ada.post(f"{NEW}/example", {"folder": folder}).status_code == 404
    assert as_ada.post(f"{NEW}/folder", {"folder": folder}).status_code == 404


def test_a_folder_below_a_root_is_copied_and_checked(as_ada: Client, settings: object, tmp_path: Path) -> None:
    for path, text in FILES.items():
        file = tmp_path / "root" / "mine" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "root" / "mine" / "secret").symlink_to("/etc/passwd")
    settings.EVOWEB_PROJECT_ROOTS = [str(tmp_path / "root")]
    assert str(tmp_path / "root" / "mine") in as_ada.get(NEW).content.decode()
    as_ada.post(f"{NEW}/folder", {"folder": "mine"})
    intake = Intake.objects.get()
    assert set(staging.Staging(Path(settings.EVOWEB_HOME), intake.pk).files()) == set(FILES)


@pytest.mark.parametrize("path", ["", "/example", "/folder"])
def test_only_an_admin_of_the_installation_imports(as_alice: Client, people: Cast, path: str) -> None:
    assert as_alice.post(NEW + path, {"folder": "parabola8"}).status_code == 403
    assert "New project" not in as_alice.get("/projects/").content.decode()


def test_what_nobody_touched_for_a_week_goes_with_its_files(as_ada: Client) -> None:
    brought(as_ada, packed(FILES | {"main.py": ""}))
    forgotten = Intake.objects.get()
    Intake.objects.update(changed=timezone.now() - timedelta(days=8))
    broken_off = staging.Staging(Path(settings.EVOWEB_HOME), uuid4())
    broken_off.add("main.py", [b"x"])
    os.utime(broken_off.root, (0, 0))
    brought(as_ada, packed(FILES))
    assert not staging.Staging(Path(settings.EVOWEB_HOME), forgotten.pk).root.exists()
    assert not broken_off.root.exists()
    assert Intake.objects.get().pk != forgotten.pk


def test_too_much_at_once_is_refused_before_it_is_taken_apart(as_ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.common.uploads.LARGEST", 100)
    response = as_ada.post(NEW, {"archive": packed(FILES)})
    assert response.status_code == 400
    assert "too large" in response.content.decode()


def test_another_evaluator_may_take_the_place_of_the_old_one(as_ada: Client) -> None:
    brought(as_ada, packed(FILES))
    examine_all()
    as_ada.post(f"{NEW}/{Intake.objects.get().pk}/import")
    other = FILES | {"evaluator.py": FILES["evaluator.py"].replace("-abs", "-2 * abs")}
    brought(as_ada, packed(other))
    examine_all()
    intake = Intake.objects.get(state="fine")
    shown = as_ada.get(f"{NEW}/{intake.pk}").content.decode()
    assert "Replace the evaluator of Doubling" in shown
    assert "Import as a project of its own" in shown
    assert as_ada.post(f"{NEW}/{intake.pk}/import", {"replace": "nowhere"}).status_code == 404
    response = as_ada.post(f"{NEW}/{intake.pk}/import", {"replace": "doubling"})
    assert response["Location"] == "/projects/doubling/"
    assert b"-2 * abs" in bytes(Project.objects.get().evaluator)


def test_an_evaluator_is_not_replaced_by_a_folder_with_another_seed(as_ada: Client) -> None:
    brought(as_ada, packed(FILES))
    examine_all()
    as_ada.post(f"{NEW}/{Intake.objects.get().pk}/import")
    brought(as_ada, packed(FILES | {"main.py": FILES["main.py"].replace("1.5", "1.75")}))
    examine_all()
    intake = Intake.objects.get(state="fine")
    assert "Replace the evaluator" not in as_ada.get(f"{NEW}/{intake.pk}").content.decode()
    shown = as_ada.post(f"{NEW}/{intake.pk}/import", {"replace": "doubling"}, follow=True).content.decode()
    assert "What evolves is another: main.py." in shown
    assert Intake.objects.get(pk=intake.pk).state == "fine"
