"""A folder that is no sound project: one message that names the place and the remedy, and nothing is kept."""

import os
from pathlib import Path

import pytest

from tests.commands.conftest import FILES, assert_nothing_kept, assert_one_message, change


def evaluator(body: str):
    return lambda folder: (folder / "evaluator.py").write_text(
        f"def score(input, expected, output, seed):\n    {body}\n"
    )


def manifest(old: str, new: str):
    return lambda folder: change(folder, "evoweb.toml", old, new)


def holds(file: str, content: bytes):
    return lambda folder: (folder / file).write_bytes(content)


def leaves(file: str, target: str):
    def link(folder: Path) -> None:
        (folder / file).unlink()
        (folder / file).symlink_to(target)

    return link


def is_missing(file: str):
    return lambda folder: (folder / file).unlink()


def is_a_folder(file: str):
    def turn(folder: Path) -> None:
        (folder / file).unlink()
        (folder / file).mkdir()

    return turn


def is_a_pipe(file: str):
    def turn(folder: Path) -> None:
        (folder / file).unlink()
        os.mkfifo(folder / file)

    return turn


BROKEN = {
    "no manifest": (is_missing("evoweb.toml"), "project: there is no evoweb.toml in this folder. Name the folder"),
    "broken TOML": (manifest('"Steps"', "Steps"), "evoweb.toml:1: this is not valid TOML"),
    "binary manifest": (holds("evoweb.toml", b"\x00\xff"), "evoweb.toml:1: the file is binary, not text"),
    "manifest in another encoding": (holds("evoweb.toml", b'name = "\xfc"'), "evoweb.toml:1: the file is not UTF-8"),
    "huge manifest": (holds("evoweb.toml", b"#" * 70_000), "70,000 bytes. At most 64,000 are allowed"),
    "manifest is a folder": (is_a_folder("evoweb.toml"), '"evoweb.toml" is not a file'),
    "empty manifest": (holds("evoweb.toml", b""), "evoweb.toml: name is missing. Add it at the top"),
    "unknown method": (manifest("hill_climb", "hil_climb"), 'unknown method "hil_climb". Did you mean "hill_climb"?'),
    "unknown mode": (manifest("candidates", 'mode = "auto"\ncandidates'), "evoweb.toml:17: "),
    "no candidates": (manifest("= 12", "= 0"), "evoweb.toml:17: "),
    "no number of candidates": (manifest("= 12", "= nan"), "evoweb.toml:17: "),
    "unknown key": (manifest("[run]", "[run]\nmetod = 1"), "evoweb.toml:16: "),
    "missing program": (is_missing("main.py"), 'the file "main.py" does not exist'),
    "binary program": (holds("main.py", b"\x7fELF\x00"), "main.py:1: the file is binary, not text"),
    "huge program": (holds("main.py", b"#" * 1_000_001), "main.py"),
    "program is a pipe": (is_a_pipe("main.py"), '"main.py" is not a file'),
    "program leaves the folder": (
        leaves("main.py", "/etc/passwd"),
        "symbolic link that leaves the project folder. Copy",
    ),
    "tasks leave the folder": (leaves("tasks.jsonl", "../../x"), "symbolic link that leaves the project folder"),
    "program is a link to itself": (leaves("main.py", "main.py"), '"main.py"'),
    "program does not compile": (holds("main.py", b"def run(:\n"), "main.py:1: "),
    "program without its function": (holds("main.py", b"x = 1\n"), "main.py"),
    "duplicate task ids": (holds("tasks.jsonl", b'{"id": "a", "input": 1}\n' * 2), "tasks.jsonl:2: "),
    "task with NaN": (holds("tasks.jsonl", b'{"id": "a", "input": NaN}\n'), "tasks.jsonl:1: "),
    "task that is no object": (holds("tasks.jsonl", b"7\n"), "tasks.jsonl:1: "),
    "no task": (holds("tasks.jsonl", b""), "there is no validation task"),
    "evaluator raises": (evaluator("return 1 / 0"), "evaluator.py:2: the evaluator fails on the seed's answer"),
    "evaluator returns nothing": (evaluator("pass"), "the score is a NoneType, not a number"),
    "evaluator returns NaN": (evaluator("return float('nan')"), "the score is nan, not a finite number"),
    "evaluator returns infinity": (evaluator("return float('inf')"), "the score is inf, not a finite number"),
    "evaluator returns text": (evaluator("return '1'"), "the score is '1', not a finite number"),
    "evaluator returns more than sums can hold": (evaluator("return 1.7e308"), "±1e+100 is the most"),
    "evaluator ignores the answer": (evaluator("return 1"), "does not tell the seed (1) from a candidate that returns"),
    "evaluator does not end": (
        lambda folder: (evaluator("while 1: pass")(folder), manifest("[tasks]", "wall_seconds = 0.2\n[tasks]")(folder)),
        "scorer_timeout",
    ),
    "seed does not score": (holds("main.py", b"def run(n):\n    return n / 0\n"), "main.py:2: the seed fails on task"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_evolve_refuses_a_broken_folder_and_keeps_nothing(broken, folder, manage):
    spoil, told = BROKEN[broken]
    spoil(folder)
    said = manage("evolve", folder)
    assert said.code == 1
    assert_one_message(said)
    assert told in said.err
    assert said.out == ""
    assert_nothing_kept()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere", "nowhere: there is no such folder. Name the folder that holds evoweb.toml"),
        ("file", "file: this is a file, not a folder. Name the folder that holds evoweb.toml"),
        ("x" * 300, "the folder cannot be read: File name too long"),
        ("empty", "empty: there is no evoweb.toml in this folder"),
    ],
)
@pytest.mark.parametrize("command", ["evolve", "import_project", "check_project"])
def test_what_is_no_project_folder_is_named_with_its_whole_path(command, name, told, tmp_path, manage):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    said = manage(command, tmp_path / name)
    assert said.code == 1
    assert f"{tmp_path}/{name[:3]}" in said.out + said.err
    assert told in said.out + said.err
    assert_nothing_kept()


@pytest.mark.parametrize("name", ["two words", "Äpfel und Öl", "🦊 fox", "مشروع", "-x", "a'b\"c$d;e"])
def test_folders_and_files_may_be_called_anything(name, tmp_path, manage):
    folder = tmp_path / name
    folder.mkdir()
    for file, text in FILES.items():
        (folder / file).write_text(text)
    (folder / "main.py").rename(folder / f"{name}.py")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    change(folder, "evoweb.toml", '"main.py"', f'"{quoted}.py"')
    change(folder, "evoweb.toml", '"Steps"', f'"{quoted}"\nentry = "{quoted}.py:run"')
    said = manage("evolve", folder, "--candidates", "2")
    assert (said.code, said.err) == (0, "")
    assert said.lines[0].startswith("run ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_may_not_be_read_is_named(folder, manage):
    folder.chmod(0)
    said = manage("evolve", folder)
    folder.chmod(0o755)
    assert "the folder cannot be read: Permission denied" in said.err


def test_a_broken_folder_is_told_by_import_project_too(folder, manage):
    change(folder, "evoweb.toml", "hill_climb", "hil_climb")
    said = manage("import_project", folder)
    assert (said.code, said.out) == (1, "")
    assert 'evoweb.toml:16: unknown method "hil_climb"' in said.err
    assert_nothing_kept()
