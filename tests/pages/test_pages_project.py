"""A project's page, and its champion taken away."""

import io
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from factory import SEED_TEXT, Cast, Play

from apps.common.patch import patch
from apps.projects.models import Task

PAGE = "/projects/parabola/"


def crown(play: Play, text: str, by: str = "rule:improves") -> None:
    made = play.candidate(text, parents=(0,))
    play.measured(made, 9.25)
    play.verdict(made, "promote", by=by)
    play.project.champion = made.pk
    play.project.save()


def test_the_page_says_what_evolves_and_on_what_it_is_measured(as_bob: Client, play: Play) -> None:
    shown = as_bob.get(PAGE).content.decode()
    assert "main.py" in shown
    assert re.findall(r"split=(\w+)", shown) == ["validation", "gate"]
    assert "None yet." in shown


def test_the_champion_says_who_promoted_it(as_bob: Client, people: Cast, play: Play) -> None:
    crown(play, "x = 1\n", by=f"person:{people.alice.pk}")
    shown = as_bob.get(PAGE).content.decode()
    assert re.search(r"Promoted by alice <time [^>]*>\d s ago</time>\.", shown)
    assert re.search(r'members/">2</a>', shown)
    assert "9.25" in shown


def test_the_best_so_far_are_listed_best_first(as_bob: Client, play: Play) -> None:
    shown = as_bob.get(PAGE).content.decode()
    assert re.findall(r"candidate (\d)</a>", shown) == ["3", "2", "1", "0"]


def test_a_hundred_candidates_are_drawn_as_some_dots(
    as_bob: Client, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.rounds.overview.DOTS", 10)
    for number in range(100):
        play.measured(play.candidate(f"x = {number}\n", parents=(0,)), -float(number))
    dots = as_bob.get(PAGE).content.decode().count('class="dot')
    assert 5 <= dots <= 20


def test_tasks_are_listed_without_what_they_ask(as_bob: Client, people: Cast) -> None:
    Task.objects.create(
        project=people.project, key="secret", split="sealed", input=b'"INPUT"', expected=b'"EXPECTED"', position=9
    )
    shown = as_bob.get(PAGE + "tasks/?split=sealed").content.decode()
    assert "secret" in shown
    assert ">t1<" not in shown
    assert "EXPECTED" not in shown
    assert "INPUT" not in shown


@pytest.mark.parametrize("name", ["champion/", "champion.zip", "champion.patch"])
def test_without_a_champion_there_is_nothing_to_take_away(as_bob: Client, play: Play, name: str) -> None:
    assert as_bob.get(PAGE + name).status_code == 404


@pytest.mark.parametrize("name", ["champion/", "champion.zip", "champion.patch", "tasks/"])
def test_an_outsider_takes_nothing_away(as_charlie: Client, play: Play, name: str) -> None:
    crown(play, "x = 1\n")
    assert as_charlie.get(PAGE + name).status_code == 404


def test_the_archive_holds_the_champions_files(as_bob: Client, play: Play) -> None:
    crown(play, "x = 1\n")
    response = as_bob.get(PAGE + "champion.zip")
    assert 'filename="parabola-run-1-candidate-4.zip"' in response["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {"main.py": b"x = 1\n"}


def test_the_files_are_shown_as_text_that_does_nothing(as_bob: Client, play: Play) -> None:
    crown(play, "<script>alert(1)</script>\u202e\n")
    shown = as_bob.get(PAGE + "champion/").content.decode()
    assert "<script>alert" not in shown
    assert "⟨U+202E⟩" in shown


def test_the_patch_turns_the_seed_into_the_champion(as_bob: Client, play: Play, tmp_path: Path) -> None:
    crown(play, SEED_TEXT.replace("task\n", "task + 1\n") + "# no end")
    (tmp_path / "main.py").write_text(SEED_TEXT)
    apply(tmp_path, as_bob.get(PAGE + "champion.patch").content.decode())
    assert (tmp_path / "main.py").read_text() == SEED_TEXT.replace("task\n", "task + 1\n") + "# no end"


MANY = "".join(f"line {number}\n" for number in range(40))


@pytest.mark.parametrize("path", ["main.py", "a folder/müßig.txt", 'a"quote.txt'])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "a\n"),
        ("a\n", ""),
        ("a", "a\n"),
        ("a\n", "a"),
        ("a\r\nb\x0cc\n", "a\r\nb\x0cd\n"),
        (MANY, MANY.replace("line 3\n", "").replace("line 30", "LINE 30")),
        ("x\n" * 6000, "y\n" * 6001),
        ("\n", "\n\n"),
    ],
)
def test_git_applies_the_patch(tmp_path: Path, path: str, before: str, after: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(before, newline="")
    apply(tmp_path, patch(path, before, after))
    assert file.read_text(newline="") == after


def apply(folder: Path, text: str) -> None:
    done = subprocess.run(["git", "apply", "-"], cwd=folder, input=text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
