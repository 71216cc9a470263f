"""Files that cannot be part of a project are refused by name."""

import os

import pytest


def test_a_symbolic_link_out_of_the_folder_is_refused(workspace, only_problem, tmp_path):
    (tmp_path / "secret.py").write_text("def run(x): return x")
    (workspace.root / "main.py").unlink()
    (workspace.root / "main.py").symlink_to(tmp_path / "secret.py")
    workspace.change("evoweb.toml", 'entry = "main.py:run"', 'entry = "other.py:run"')
    workspace.write("other.py", "def run(x): return x")
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "other.py"\n[evaluator]')
    told = only_problem()
    assert told.startswith("evoweb.toml:5:")
    assert "symbolic link that leaves the project folder" in told


def test_a_folder_that_is_a_link_out_is_refused(workspace, only_problem, tmp_path):
    (workspace.root / "data").symlink_to(tmp_path)
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "data/"\n[evaluator]')
    assert "symbolic link that leaves" in only_problem()


def test_links_inside_the_folder_are_fine(workspace):
    (workspace.root / "again.md").symlink_to("tasks.jsonl")
    workspace.write("text.md", "x")
    (workspace.root / "link.md").symlink_to("text.md")
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "link.md"\n[evaluator]')
    assert workspace.problems() == []


def test_a_link_to_what_must_stay_hidden_is_refused(workspace, only_problem):
    (workspace.root / "notes.py").symlink_to("evaluator.py")
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "notes.py"\n[evaluator]')
    assert "must stay hidden from candidates" in only_problem()


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (b"x = 1\n\x00\x01", 2, "binary, not text"),
        (b"x = 1\ny = '\xff'", 2, "not UTF-8"),
        (b"x = 1\n\n# \x1b[31m", 3, "control character U+001B"),
    ],
)
def test_text_that_is_none_is_told_with_its_line(workspace, only_problem, content, line, what):
    workspace.write("notes.md", content)
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "notes.md"\n[evaluator]')
    told = only_problem()
    assert told.startswith(f"notes.md:{line}:")
    assert what in told


def test_a_folder_of_protected_data_comes_with_the_program(workspace):
    workspace.write("data/deep/table.csv", "1,2\n")
    workspace.write("data/__pycache__/x.pyc", b"\x00")
    workspace.write("data/.hidden", b"\x00")
    addition = '[[components]]\npath = "data/"\nkind = "data"\nedit = "protected"\n[evaluator]'
    workspace.change("evoweb.toml", "[evaluator]", addition)
    assert workspace.package().files["data/deep/table.csv"] == b"1,2\n"


def test_a_huge_file_is_refused_unread(workspace, only_problem):
    with (workspace.root / "notes.md").open("wb") as file:
        file.truncate(2**40)
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "notes.md"\n[evaluator]')
    told = only_problem()
    assert "1,099,511,627,776 bytes" in told
    assert "At most 1,000,000" in told


def test_all_files_together_must_fit_into_the_scratch_space(workspace, only_problem):
    for name in "ab":
        workspace.write(f"data/{name}.md", "x" * 700_000)
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "data/"\n[evaluator]')
    workspace.change("evoweb.toml", "[run]", "[sandbox]\nfile_mb = 1\n[run]")
    assert "at most 500 with 1,000,000 bytes (file_mb under [sandbox])" in only_problem()


def test_what_is_no_file_is_refused_without_waiting_for_it(workspace, only_problem):
    os.mkfifo(workspace.root / "notes.md")
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "notes.md"\n[evaluator]')
    assert "is not a file" in only_problem()


def test_a_missing_folder_says_so(workspace, only_problem):
    workspace.root = workspace.root / "nowhere"
    assert "there is no such folder" in only_problem()
