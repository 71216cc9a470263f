"""Experiment files, the command that runs them, and plans of small projects."""

from collections.abc import Callable
from pathlib import Path

import pytest

from apps.experiments.plan import Contender, Ground, Plan
from tests.commands.conftest import folder, home, manage
from tests.rounds import world

__all__ = ["folder", "home", "manage"]

FILE = """\
name = "Steps: climbing against luck"
projects = ["project"]
candidates = 4
seeds = 2
baseline = "luck"

[[method]]
name = "hill_climb"

[[method]]
name = "best_of_n"
label = "luck"
"""


@pytest.fixture
def file(tmp_path: Path, folder: Path) -> Path:
    """An experiment file beside a small project folder; both are fine."""
    made = tmp_path / "experiment.toml"
    made.write_text(FILE)
    return made


@pytest.fixture
def written(tmp_path: Path, folder: Path) -> Callable[..., Path]:
    """Writes an experiment file beside the project folder."""

    def write(text: str, name: str = "experiment.toml") -> Path:
        made = tmp_path / name
        made.write_text(text)
        return made

    return write


def plan(*projects, methods=("hill_climb", "best_of_n"), seeds=(1, 2), candidates=4, **more):
    """A small plan over projects that are imported."""
    contenders = tuple(Contender(name, name, {}) for name in methods)
    grounds = tuple(Ground(project.pk, more.get("target")) for project in projects)
    return Plan("Small", candidates, more.get("seconds"), contenders, tuple(seeds), grounds, methods[-1])


@pytest.fixture
def toy(transactional_db):
    return world.project()


@pytest.fixture(autouse=True)
def shared_evaluators(monkeypatch):
    world.use_shared_pool(monkeypatch)


@pytest.fixture
def loop(transactional_db):
    made = world.new_loop()
    yield made
    made.close()
