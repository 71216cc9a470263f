"""Options that make no sense, and what the options that do make of the output."""

import json
import time

import pytest

from apps.projects.models import Project
from apps.records.models import Run
from apps.rounds.verify import problems
from tests.commands.conftest import STUMBLING, assert_nothing_kept, assert_one_message, change

KEYS = {
    "run", "method", "seed", "seed_score", "best_score", "corrected_score", "gate_score", "candidates", "evaluations",
    "failures", "archive_digest", "wall_seconds", "baseline",
}  # fmt: skip

SENSELESS = {
    "--candidates=0": "A run measures between 1 and 10,000,000 candidates, not 0.",
    "--candidates=-1": "A run measures between 1 and 10,000,000 candidates, not -1.",
    "--candidates=1000000000": "A run measures between 1 and 10,000,000 candidates, not 1000000000.",
    "--candidates=abc": "argument --candidates: invalid int value: 'abc'",
    "--candidates=1e3": "argument --candidates: invalid int value: '1e3'",
    "--parallel=0": "A run keeps between 1 and 64 rounds open at a time, not 0.",
    "--parallel=1000": "A run keeps between 1 and 64 rounds open at a time, not 1000.",
    "--seed=9223372036854775808": "The seed 9223372036854775808 does not fit into 64 bits.",
    "--seed=-9223372036854775809": "does not fit into 64 bits.",
    "--seed=x": "argument --seed: invalid int value: 'x'",
    "--timeout=0": "argument --timeout: '0' is no number of seconds above 0",
    "--timeout=-1": "argument --timeout: '-1' is no number of seconds above 0",
    "--timeout=nan": "argument --timeout: 'nan' is no number of seconds above 0",
    "--timeout=inf": "argument --timeout: 'inf' is no number of seconds above 0",
    "--timeout=soon": "argument --timeout: 'soon' is no number of seconds above 0",
    "--method=hil_climb": "unknown method 'hil_climb'; known methods: ",
    "--method=": "unknown method ''; known methods: ",
    "--mode=auto": "unknown mode 'auto'; known modes: full-auto, gate-only, step-by-step",
    "--nonsense": "unrecognized arguments: --nonsense",
}


@pytest.mark.parametrize("option", SENSELESS)
def test_an_option_that_makes_no_sense_is_refused_before_anything_is_kept(option, folder, manage):
    said = manage("evolve", folder, option)
    assert_one_message(said)
    assert SENSELESS[option] in said.err
    assert said.out == ""
    assert_nothing_kept()


@pytest.mark.parametrize("seed", [-(2**63), 2**63 - 1])
def test_every_seed_of_64_bits_is_taken(seed, folder, manage):
    said = manage("evolve", folder, "--candidates=1", "--json", f"--seed={seed}")
    assert json.loads(said.lines[-1])["seed"] == seed


@pytest.mark.parametrize(
    ("command", "arguments", "told"),
    [
        ("resume", [], "There is no run to resume. Start one: manage.py evolve FOLDER"),
        ("resume", ["x"], "No run's id begins with 'x'. The first line that evolve prints is the run's id."),
        ("resume", ["%"], "No run's id begins with '%'"),
        ("verify_log", ["x"], "No project is called 'x'. Known: there is none"),
    ],
)
def test_what_is_not_there_is_said(command, arguments, told, manage):
    said = manage(command, *arguments)
    assert (said.code, said.out) == (1, "")
    assert told in said.err


def test_an_empty_installation_verifies(manage):
    said = manage("verify_log")
    assert (said.code, said.err) == (0, "")
    assert "nothing was recorded" in said.out


@pytest.mark.alone
def test_the_first_line_is_the_id_and_the_last_one_object(manage):
    said = manage("evolve", STUMBLING, "--json", "--seed=1", "--baseline")
    assert (said.code, said.err) == (0, "")
    last = json.loads(said.lines[-1], parse_constant=pytest.fail)
    assert last.keys() >= KEYS
    assert said.lines[0] == f"run {last['run']}"
    assert sum(line.startswith("{") for line in said.lines) == 1
    assert last["failures"].keys() >= {"error", "invalid_output", "scorer_error", "timeout"}
    assert sum(last["failures"].values()) < last["candidates"] == 60
    assert last["baseline"].keys() == {"null_run", "best_of_n"}
    for scores in last["baseline"].values():
        assert scores.keys() >= {"best_score", "corrected_score", "gate_score"}
        assert Run.objects.get(uuid=scores["run"]).measured == 60
    assert list(problems(Project.objects.get())) == []


def test_a_gain_over_one_noisy_task_has_no_ends_and_still_is_json(folder, manage):
    noisy = "from random import Random\n\n\ndef score(input, expected, output, seed):\n"
    body = "    return (Random(seed).random() if output else -9)\n"
    (folder / "evaluator.py").write_text(noisy + body)
    change(folder, "evoweb.toml", "[tasks]", "weak_seed = true\n[tasks]")
    said = manage("evolve", folder, "--json", "--candidates=4")
    assert said.code == 0
    json.loads(said.lines[-1], parse_constant=pytest.fail)


@pytest.mark.alone
def test_a_timeout_is_no_error_leaves_the_run_open_and_counts_anew(folder, manage):
    begun = time.monotonic()
    said = manage("evolve", folder, "--candidates=100000", "--timeout=1.5", "--json")
    assert time.monotonic() - begun < 60, "without it, it would be an hour"
    last = json.loads(said.lines[-1])
    assert (said.code, last["state"]) == (0, "open")
    assert f"go on with       manage.py resume {last['run']}" in said.out
    assert 0 < last["candidates"] < 100_000
    again = json.loads(manage("resume").lines[-1])
    assert (again["run"], again["state"]) == (last["run"], "open")
    assert again["candidates"] > last["candidates"] + 5
    assert manage("verify_log").code == 0


def test_a_timeout_bounds_the_baselines_too_and_resume_finishes_them(folder, manage):
    said = manage("evolve", folder, "--candidates=80", "--timeout=0.6", "--baseline", "--json")
    for _ in range(100):  # a slow machine measures little in a turn, but never nothing
        if "go on with" not in said.out:
            break
        said = manage("resume")
        assert said.code == 0
    last = json.loads(said.lines[-1])
    assert {scores["state"] for scores in last["baseline"].values()} == {"finished"}
    assert Run.objects.count() == 3


def test_resume_of_a_run_that_has_ended_tells_the_same_again(folder, manage):
    first = json.loads(manage("evolve", folder, "--json").lines[-1])
    assert json.loads(manage("resume", first["run"][:8]).lines[-1]) == first


def test_a_run_left_to_the_workers_is_told_with_what_starts_them(folder, manage, monkeypatch):
    monkeypatch.setattr("apps.rounds.management.commands.evolve.signs", lambda names: None)
    said = manage("evolve", folder, "--no-wait", "--json")
    last = json.loads(said.lines[-1])
    assert (said.code, last["state"], said.lines[0]) == (0, "open", f"run {last['run']}")
    assert f"No worker runs. Start them with: make run, or drive it: manage.py resume {last['run']}" in said.err
    assert json.loads(manage("resume").lines[-1])["state"] == "finished"


def test_a_changed_folder_is_said_to_be_a_new_version(folder, manage):
    manage("evolve", folder, "--candidates=1")
    change(folder, "main.py", "0.25", "0.75")
    said = manage("evolve", folder, "--candidates=1")
    assert said.err.startswith("The folder changed since it was first imported; its new version is “Steps (2)”.")
    assert "--update NAME" in said.err


def test_where_nobody_looks_there_is_no_progress_line(folder, manage):
    said = manage("evolve", folder)
    assert (said.err, "\r" in said.out, "\x1b" in said.out) == ("", False, False)


def test_a_run_that_fails_says_why_and_exits_with_one(folder, manage, monkeypatch):
    monkeypatch.setattr("apps.rounds.driver.Driver.step", lambda driver: 1 / 0)
    said = manage("evolve", folder, "--json")
    assert said.code == 1
    assert "The run failed: ZeroDivisionError: division by zero" in said.err
    assert json.loads(said.lines[-1])["state"] == "failed"
