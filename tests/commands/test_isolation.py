"""Where candidates cannot be kept in, nothing runs, unless somebody takes the risk."""

import pytest

from apps.sandbox import probe
from tests.commands.conftest import assert_nothing_kept


@pytest.fixture
def no_isolation(monkeypatch):
    monkeypatch.setattr(probe, "offered", list)
    probe.probe.cache_clear()
    yield
    probe.probe.cache_clear()


@pytest.mark.parametrize("command", ["evolve", "check_project", "import_project"])
def test_without_a_sandbox_nothing_runs_and_the_remedy_is_told(command, no_isolation, folder, manage):
    said = manage(command, folder)
    assert (said.code, said.out) == (1, "")
    assert "No sandbox is available, so no candidate can run. Install bubblewrap" in said.err
    assert "EVOWEB_SANDBOX=none" in said.err
    assert_nothing_kept()


def test_whoever_takes_the_risk_is_told_in_one_line(no_isolation, folder, manage, settings):
    settings.EVOWEB_SANDBOX = "none"
    said = manage("evolve", folder, "--candidates=2", "--baseline")
    assert said.code == 0
    assert said.err.splitlines() == [
        "Candidates run WITHOUT isolation: no sandbox works here, and EVOWEB_SANDBOX=none allows it."
    ]
