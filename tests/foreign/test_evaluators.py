"""Evaluators in the styles of four engines, with their quirks, run in the real sandbox."""

import pytest

from apps.projects.package import read_package
from tests.foreign.conftest import STYLES, folder_of

ALL = [(style, name) for style, (cases, _) in STYLES.items() for name in cases]


@pytest.mark.parametrize(("style", "name"), ALL, ids=[f"{style}: {name}" for style, name in ALL])
def test_an_evaluator_runs_as_in_its_own_engine(style, name, tmp_path, measured):
    case = STYLES[style][0][name]
    folder = folder_of(style, case, tmp_path)
    before = sorted(folder.rglob("*"))

    result = measured(folder)

    told = result.detail if result.failure else result.feedback
    assert (result.failure, result.score) == (case.failure, case.score), told
    assert [part for part in case.says if part not in told] == [], told
    assert {name: result.metrics.get(name) for name in case.metrics} == case.metrics
    assert not set(case.without) & result.metrics.keys()
    assert sorted(folder.rglob("*")) == before, "something was written into the user's folder"


@pytest.mark.parametrize("style", STYLES)
def test_each_engine_has_twelve(style):
    assert len(STYLES[style][0]) >= 12


@pytest.mark.parametrize("style", STYLES)
def test_a_folder_is_recognised_and_marked(style, tmp_path):
    case = next(iter(STYLES[style][0].values()))
    package = read_package(folder_of(style, case, tmp_path))
    assert (package.style, package.forgeable, package.name) == (style, True, "task")
