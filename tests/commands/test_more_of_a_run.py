"""The same again, more of it, and going on from a candidate, in a terminal."""

import json

import pytest

from apps.records.archive import archive_digest
from apps.records.models import Run
from tests.commands.conftest import assert_one_message


def done(said):
    assert said.code == 0, said.err
    return json.loads(said.lines[-1])


@pytest.fixture
def first(folder, manage):
    return done(manage("evolve", folder, "--candidates=5", "--seed=3", "--json"))["run"]


def test_like_another_run_it_is_the_same_but_for_what_is_told(first, folder, manage):
    again = done(manage("evolve", folder, f"--like={first}", "--json"))
    other = done(manage("evolve", folder, f"--like={first[:12]}", "--seed=4", "--json"))
    assert (again["seed"], again["candidates"], other["seed"], other["candidates"]) == (3, 5, 4, 5)
    same = archive_digest(Run.objects.get(uuid=first))
    assert (again["archive_digest"] == same, other["archive_digest"] == same) == (True, False)


def test_a_candidate_is_where_the_next_run_begins(first, folder, manage):
    found = done(manage("evolve", folder, f"--from-candidate={first[:8]}:2", "--candidates=3", "--json"))
    run = Run.objects.get(uuid=found["run"])
    assert run.origin % (1 << 32) == 2


def test_more_of_a_run_that_has_ended_is_a_new_run_with_what_is_left(first, manage):
    said = manage("resume", first, "--candidates=9")
    assert said.code == 0, said.err
    latest = Run.objects.latest("pk")
    assert (Run.objects.count(), latest.candidates, latest.seed) == (2, 4, 4)
    assert latest.origin is not None


def test_more_of_an_open_run_is_a_larger_budget(folder, manage):
    manage("evolve", folder, "--candidates=500", "--timeout=0.5")
    run = Run.objects.get()
    assert run.state == "open"
    assert manage("resume", "--candidates=501").code == 0
    run.refresh_from_db()
    assert run.candidates == 501


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--from-candidate=x", "Name a candidate as run id and number, such as 3f2a:12, not 'x'."),
        ("--from-candidate=zz:1", "No run's id begins with 'zz'."),
        ("--like=zz", "No run's id begins with 'zz'."),
        ("--parameter=x=1", "unknown parameter 'x'"),
        ("--parameter=x", "this is not valid TOML"),
    ],
)
def test_what_makes_no_sense_is_said(option, told, folder, manage):
    said = manage("evolve", folder, option)
    assert_one_message(said)
    assert told in said.err
    assert not Run.objects.exists()


def test_no_less_than_it_has_is_more(first, manage):
    said = manage("resume", first, "--candidates=5")
    assert_one_message(said)
    assert "has measured 5 candidates. Name more than that." in said.err
