"""A small valid project folder that each test breaks in its own way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from apps.projects.facts import Facts
from apps.projects.package import Package, PackageError, read_package

METHODS = ("hill_climb", "best_of_n")

MANIFEST = """\
name = "Doubling"
entry = "main.py:run"

[[components]]
path = "main.py"

[evaluator]
file = "evaluator.py"

[tasks]
file = "tasks.jsonl"

[run]
method = "hill_climb"
"""
FILES = {
    "evoweb.toml": MANIFEST,
    "main.py": "FACTOR = 1\n\n\ndef run(number):\n    return FACTOR * number\n",
    "evaluator.py": "def score(input, expected, output, seed):\n    return -abs(expected - output)\n",
    "tasks.jsonl": '{"id": "one", "input": 1, "expected": 2}\n{"id": "two", "input": 2, "expected": 4}\n',
}


class Workspace:
    """A folder under test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for path, text in FILES.items():
            self.write(path, text)

    def write(self, path: str, content: str | bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text
        self.write(path, text.replace(old, new))

    def package(self) -> Package:
        return read_package(self.root, METHODS)

    def problems(self) -> list[str]:
        """What reading the folder complains about, one line each; empty when it reads."""
        try:
            self.package()
        except PackageError as error:
            return str(error).splitlines()
        return []


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "project")


@pytest.fixture
def facts() -> Facts:
    return Facts(repeatable=True, noise=0.0, seed_score=-1.5, seconds=0.01, tasks=2)


@pytest.fixture
def only_problem(workspace: Workspace) -> Callable[[], str]:
    """The single problem of the folder."""

    def only() -> str:
        found = workspace.problems()
        assert len(found) == 1, found
        return found[0]

    return only
