"""The scorers that come with evoweb, where they are used: in a scorer's sandbox, on what candidates return."""

import json
import sqlite3

import pytest

from apps.projects.scorers import library

UNIT_TESTS = """
from evoweb_scorers import unit_tests

def score(asked, expected, output, seed):
    return unit_tests(output, expected, seconds=2.0)
"""
SQL = """
from pathlib import Path
from evoweb_scorers import Database, sql

PETS = Database(Path(__file__).with_name("pets.sqlite"))

def score(asked, expected, output, seed):
    return sql(output, expected, PETS)
"""
RETURNS = "def run(asked):\n    return asked\n"
TEST = ["assert double(2) == 4"]


@pytest.fixture
def judged(pool, make_job):
    """What the scorer's sandbox makes of each answer: (score, failure, feedback)."""

    def judge(scorer, answers, expected, **files):
        job = make_job(RETURNS, [(answer, expected) for answer in answers], scorer=scorer)
        packed = {**job.scorer.files, **{path: text.encode() for path, text in library().items()}, **files}
        object.__setattr__(job.scorer, "files", packed)
        return [(each.score, each.failure, each.feedback) for each in pool.run(job).results]

    return judge


def test_unit_tests_run_in_the_scorers_sandbox(judged):
    right = "import json, re, math\ndef double(x):\n    return 2 * x\n"
    wrong = "def double(x):\n    return x\n"
    assert [score for score, _, _ in judged(UNIT_TESTS, [right, wrong, None], TEST)] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "attack",
    [
        "import os\nos.kill(os.getppid(), 9)",
        "import os\nos.kill(-1, 9)",
        "import os\nwhile True: os.fork()",
        "import socket\nsocket.socket()",
        "import os, glob\nopen(glob.glob('/proc/[0-9]*/mem')[0], 'rb')",
        "import os\nfor number in range(3, 64):\n    try: os.write(number, b'x' * 1000)\n    except OSError: pass",
        "while True: pass",
        "x = 'x' * (1 << 40)",
    ],
)
def test_a_hostile_program_never_scores_and_the_next_one_is_judged_all_the_same(judged, attack):
    hostile = f"{attack}\ndef double(x):\n    return 5\n"
    right = "def double(x):\n    return 2 * x\n"
    results = judged(UNIT_TESTS, [hostile, right], TEST)
    assert not results[0][0]
    assert results[1][0] == 1.0


def test_a_database_comes_as_a_file_beside_the_evaluator(judged):
    connection = sqlite3.connect(":memory:")
    connection.executescript("CREATE TABLE pet (name); INSERT INTO pet VALUES ('Rex'), ('Tom');")
    answers = ["SELECT name FROM pet ORDER BY 1 DESC", "SELECT 'Rex'", "DELETE FROM pet", "SELECT name FROM pet"]
    results = judged(SQL, answers, "SELECT name FROM pet", **{"pets.sqlite": connection.serialize()})
    assert [score for score, _, _ in results] == [1.0, 0.0, 0.0, 1.0]
    assert json.dumps(results[2][2]) == '"the query cannot be run: not authorized"'
