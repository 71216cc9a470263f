"""A new method is one file: the command writes it, and everything else finds it."""

import sys

import pytest

from apps.engine import methods, registry
from apps.engine.testing import conformance
from apps.rounds.forms import StartForm
from apps.rounds.method_list import page
from tests.commands.conftest import assert_one_message

CLAIM = "Mine climbs: a sentence of what it does better. Somebody, A Title, A Journal (1999)."


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """The folder that new methods go into; the product's own stays as it is."""
    monkeypatch.setattr(methods, "__path__", [str(tmp_path), *methods.__path__])
    registry.names.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    registry.names.cache_clear()
    for name in ("my_method", "run_all"):
        sys.modules.pop(f"{methods.__name__}.{name}", None)


def test_the_file_that_is_written_runs_and_lacks_only_its_claim_and_source(manage, mine):
    said = manage("start_method", "my_method")
    assert said.code == 0
    assert str(mine / "my_method.py") in said.out
    failing = []
    for check in conformance.CHECKS:
        try:
            check("my_method")
        except AssertionError:
            failing.append(check)
    assert failing == [conformance.has_claim_and_citation]


def test_with_a_claim_and_a_source_it_passes_and_registry_form_list_and_page_find_it(manage, mine):
    manage("start_method", "my_method")
    file = mine / "my_method.py"
    file.write_text(file.read_text().replace("What it claims.", CLAIM))
    conformance.has_claim_and_citation("my_method")
    assert "my_method" in registry.names()
    assert ("my_method", "my_method") in StartForm.base_fields["method"].choices
    assert f"my_method\n    {CLAIM}" in manage("list_methods").out
    assert f"## my_method\n\n{CLAIM}" in page()


def test_it_evolves_a_project(manage, mine, folder):
    manage("start_method", "my_method")
    assert manage("evolve", folder, "--method=my_method", "--candidates=5").code == 0


@pytest.mark.parametrize(
    "name", ["hill_climb", "1st", "Mine", "a", "for", "my-method", "../up", "x" * 41, "café", "_no"]
)
def test_a_name_that_is_taken_or_none_is_refused_and_nothing_is_written(manage, mine, name):
    said = manage("start_method", name)
    assert said.code == 1
    assert_one_message(said)
    assert list(mine.iterdir()) == []


def test_a_method_that_was_begun_is_not_begun_again(manage, mine):
    manage("start_method", "my_method")
    (mine / "my_method.py").write_text("mine\n")
    assert "There is a method my_method already" in manage("start_method", "my_method").err
    assert (mine / "my_method.py").read_text() == "mine\n"
