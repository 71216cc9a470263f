"""What comes back when a candidate behaves."""

import json
from dataclasses import fields

import pytest

from apps.sandbox.contract import Limits
from apps.sandbox.inside import plan
from apps.sandbox.pool import Pool


def test_score_and_output(measure):
    measured = measure("def run(x):\n    return x * 2", 4, 8)
    assert (measured.score, measured.failure, measured.output) == (1.0, "", b"8")
    assert 0 < measured.seconds < 2
    assert measured.cpu_seconds >= 0


def test_results_come_in_the_order_of_the_tasks(pool, make_job):
    outcome = pool.run(make_job("def run(x):\n    return x", [(n, n % 2) for n in range(20)]))
    assert [result.task for result in outcome.results] == [str(n) for n in range(20)]
    assert [result.score for result in outcome.results] == [float(n == n % 2) for n in range(20)]


def test_tasks_of_a_job_share_a_process(pool, make_job):
    outcome = pool.run(
        make_job("seen = []\ndef run(x):\n    seen.append(x)\n    return len(seen)", [(0, 1), (0, 2), (0, 3)])
    )
    assert [result.score for result in outcome.results] == [1.0, 1.0, 1.0]


def test_jobs_do_not_share_a_process(pool, make_job):
    program = "import math\ndef run(x):\n    math.seen = getattr(math, 'seen', 0) + 1\n    return math.seen"
    for _ in range(3):
        assert pool.run(make_job(program, [(0, 1)])).results[0].score == 1.0


def test_seed_reaches_candidate_and_scorer(measure):
    scorer = "def score(asked, expected, output, seed):\n    return 1 if output == seed == 100 else 0"
    assert measure("def run(x, seed):\n    return seed", scorer=scorer).score == 1.0


@pytest.mark.parametrize(
    ("program", "output"),
    [
        ("def run(x):\n    return (1, [2.5], None, True, {'a': 'ü'})", [1, [2.5], None, True, {"a": "ü"}]),
        ("run = lambda x: {'k': (1,)}", {"k": [1]}),
        ("class Run:\n    def __call__(self, x, seed):\n        return seed\nrun = Run()", 100),
        ("import functools\nrun = functools.partial(lambda y, x: [y, x], 1)", [1, None]),
        ("def run(x, *, option=1):\n    return option", 1),
        ("def run(*parts):\n    return len(parts)", 1),
    ],
)
def test_answers(measure, program, output):
    assert json.loads(measure(program).output) == output


def test_garbage_is_collected_while_a_candidate_runs(measure):
    program = "import gc\ndef run(x):\n    return gc.isenabled()"
    assert measure(program, None, True).score == 1.0


def test_large_inputs_and_answers(measure):
    text = "ä" * 2_000_000
    measured = measure("def run(x):\n    return x", text, text, output_kb=8_000)
    assert measured.score == 1.0


def test_sets_have_the_same_order_in_every_sandbox(home, isolation, make_job):
    outputs = set()
    for _ in range(2):
        with Pool(1, home, isolation) as pool:
            outputs.add(pool.run(make_job("def run(x):\n    return hash('order')")).results[0].output)
    assert len(outputs) == 1


def test_limits_are_handed_over_in_the_same_order():
    assert plan.Limits._fields == tuple(field.name for field in fields(Limits))
