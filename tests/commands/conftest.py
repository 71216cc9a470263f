"""Commands as a person meets them: what they print, what they exit with, what they leave behind."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.projects.models import Project
from apps.records.models import Run

BASE = Path(__file__).parents[2]
MANAGE = [sys.executable, str(BASE / "manage.py")]
STUMBLING = BASE / "tests" / "commands" / "projects" / "stumbling"
FILES = {
    "evoweb.toml": """\
name = "Steps"

[[components]]
path = "main.py"

[evaluator]
file = "evaluator.py"

[tasks]
file = "tasks.jsonl"

[sandbox]
wall_seconds = 60.0

[run]
method = "hill_climb"
candidates = 12
""",
    "main.py": """\
# EVOLVE-BLOCK-START
STEPS = [0.5, -0.5, 0.25, 1.0]
# EVOLVE-BLOCK-END


def run(number):
    return STEPS
""",
    "evaluator.py": """\
def score(input, expected, output, seed):
    if not isinstance(output, list):
        return -1e9
    return -sum((a - b) ** 2 for a, b in zip(output, expected, strict=True))
""",
    "tasks.jsonl": '{"id": "one", "input": 1, "expected": [1.5, -2.0, 0.75, 3.0]}\n',
}


PATIENCE = 120.0  # seconds; the machine may be busy with other things


@dataclass(frozen=True, slots=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def write_project(root: Path) -> Path:
    root.mkdir(parents=True)
    for name, text in FILES.items():
        (root / name).write_text(text)
    return root


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def assert_nothing_kept() -> None:
    assert not Project.objects.exists()
    assert not Run.objects.exists()


def assert_one_message(said: Said) -> None:
    """Non-zero, and a message instead of a traceback."""
    assert said.code
    assert said.err.strip()
    assert "Traceback" not in said.err + said.out


def shell(home: Path, *arguments: object, **environment: str) -> Said:
    """The command as a process of its own, in that EVOWEB_HOME."""
    done = subprocess.run(
        [*MANAGE, *map(str, arguments)],
        env=product(home, **environment),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def product(home: Path, **environment: str) -> dict[str, str]:
    """The environment of the product itself, without what the tests set for themselves."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("EVOWEB_", "DJANGO_"))}
    return {**inherited, "EVOWEB_HOME": str(home), "EVOWEB_SLOTS": "2", **environment}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small project folder that is fine."""
    return write_project(tmp_path / "project")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A fresh EVOWEB_HOME that sandboxes may look through."""
    tmp_path.chmod(0o755)
    made = tmp_path / "home"
    made.mkdir(mode=0o755)
    return made


@pytest.fixture
def manage(transactional_db: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """A command in this process, with the tests' database."""

    def run(command: str, *arguments: object) -> Said:
        out, err, code = StringIO(), StringIO(), 0
        try:
            call_command(command, *map(str, arguments), stdout=out, stderr=err)
        except CommandError as error:
            code = error.returncode
            err.write(str(error))
        except SystemExit as left:
            code = int(left.code or 0)
        return Said(code, out.getvalue(), err.getvalue() + capsys.readouterr().err)

    return run
