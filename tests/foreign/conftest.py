"""Folders of other engines, read and measured in the real sandbox."""

from pathlib import Path

import pytest

from apps.projects.package import read_package
from apps.rounds.selftest import Laboratory
from apps.sandbox.pool import Pool
from apps.sandbox.probe import require
from apps.sandbox.runtime import prepare
from tests.foreign import asi_evolve_style, gepa_style, openevolve_style, shinka_style

STYLES = {
    "openevolve": (openevolve_style.CASES, {"initial_program.py": openevolve_style.PROGRAM}),
    "shinka": (shinka_style.CASES, {"initial.py": shinka_style.PROGRAM}),
    "gepa": (gepa_style.CASES, {}),
    "asi_evolve": (asi_evolve_style.CASES, {"initial_program": asi_evolve_style.PROGRAM, "input.md": "Do better.\n"}),
}


def write(folder: Path, files) -> Path:
    """The files in a folder; an empty text leaves one out."""
    for path, content in files.items():
        if content or path.endswith("__init__.py"):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
    return folder


def folder_of(style: str, case, place: Path) -> Path:
    """A case's folder; a prompt or a program of its own takes the place of the shared one."""
    shared = STYLES[style][1]
    own = any(path.startswith("initial_prompt") for path in case.files)
    return write(place / "task", {**({} if own else shared), **case.files})


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    made = tmp_path_factory.mktemp("home")
    made.chmod(0o755)
    return made


@pytest.fixture(scope="session")
def pool(home):
    with Pool(1, home, require(home)) as made:
        yield made


@pytest.fixture
def measured(pool, home):
    """The first validation task's result for the seed of a folder."""

    def measure(folder: Path):
        package = read_package(folder)
        runtime = prepare(package.settings.packages, home, package.settings.preload)
        return Laboratory(package, runtime, pool).measure(package.files, package.of("validation"), 1)[0]

    return measure
