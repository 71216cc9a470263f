"""kill -9 of the command, again and again: what was finished is kept, and it comes to the same in the end."""

import os
import signal
import sqlite3
import time

import pytest

from tests.rounds.test_kills import BASE, PATIENCE, home  # noqa: F401

pytestmark = pytest.mark.slow
FILE = f"""\
name = "Killed"
projects = ["{BASE / "examples" / "parabola8"}"]
candidates = 25
seeds = 2
runs_at_once = 2
[[method]]
name = "hill_climb"
[[method]]
name = "best_of_n"
"""


def measured(home):  # noqa: F811
    try:
        return home.ask("SELECT coalesce(sum(measured), 0) FROM records_run")[0][0]
    except sqlite3.OperationalError:  # no table yet
        return 0


def test_an_experiment_whose_command_is_killed_comes_to_the_same(home, tmp_path):  # noqa: F811
    file = tmp_path / "experiment.toml"
    file.write_text(FILE)
    for goal in (5, 30, 60):
        command = home.manage("experiment", str(file))
        end = time.monotonic() + PATIENCE
        while measured(home) < goal and command.poll() is None:
            assert time.monotonic() < end, command.communicate(timeout=1)
            time.sleep(0.02)
        os.kill(command.pid, signal.SIGKILL)
        command.wait()
    found = home.result("experiment", str(file), "--json")
    assert found["runs"] == {"done": 4}
    assert home.ask("SELECT count(*), sum(measured) FROM records_run") == [(4, 100)]
    whole = home.result("experiment", str(file), "--json", "--anew")
    scores = [[(row["label"], row["iqm"]) for row in each["boards"][0]["rows"]] for each in (found, whole)]
    assert scores[0] == scores[1]
    assert home.manage("verify_log").wait(timeout=PATIENCE) == 0
