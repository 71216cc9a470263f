"""One folder per engine as its user would have it: it scores as the check does it, and every setting is told."""

import pytest

from apps.projects.foreign.yaml_reader import read_settings
from apps.projects.package import read_package
from apps.projects.problems import Report
from apps.rounds.selftest import Laboratory, self_test
from apps.sandbox.runtime import prepare
from tests.foreign.conftest import write
from tests.foreign.whole import FOLDERS

SEEDS = {"openevolve": 0.3, "shinka": -0.845, "gepa": 0.5, "asi_evolve": 0.044}
BUDGETS = {"openevolve": 30, "shinka": 25, "gepa": 30}
CONFIGS = {"openevolve": "config.yaml", "shinka": "shinka_small.yaml", "asi_evolve": "config.yaml"}


@pytest.fixture(params=FOLDERS)
def style(request):
    return request.param


@pytest.fixture
def package(style, tmp_path):
    return read_package(write(tmp_path / "mine", FOLDERS[style]))


def test_its_seed_scores_and_a_sabotaged_one_does_not_score_the_same(style, package, pool, home):
    runtime = prepare(package.settings.packages, home, package.settings.preload)
    facts = self_test(Laboratory(package, runtime, pool))
    assert facts.seed_score == pytest.approx(SEEDS[style])
    assert facts.repeatable


def test_it_is_a_project_for_the_method_of_its_engine(style, package):
    assert (package.style, package.settings.method) == (style, style)
    assert package.settings.budget.get("candidates") == BUDGETS.get(style, package.settings.budget.get("candidates"))


@pytest.mark.parametrize("style", CONFIGS, indirect=True)
def test_every_setting_is_taken_over_or_listed_with_its_line(style, package):
    told = "\n".join(map(str, package.notes))
    settings = read_settings(CONFIGS[style], FOLDERS[style][CONFIGS[style]], Report())
    assert len(settings) > 15
    assert [each.path for each in settings if each.path not in told] == []
