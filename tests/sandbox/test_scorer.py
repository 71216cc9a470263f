"""The project's evaluator: what it may answer, and what happens when it fails."""

from dataclasses import replace

import pytest

from apps.sandbox.contract import Judging

GOOD = "def run(x):\n    return x"


def _scorer(body: str) -> str:
    return f"def score(asked, expected, output, seed):\n    {body}"


def test_metrics_and_feedback(measure):
    body = "return {'score': 2, 'metrics': {'speed': 1.5, 'ok': True}, 'feedback': 'well\\0 done' * 1000}"
    measured = measure(GOOD, scorer=_scorer(body))
    assert measured.score == 2.0
    assert measured.metrics == {"speed": 1.5, "ok": 1.0}
    assert len(measured.feedback) == 4_000
    assert "\0" not in measured.feedback


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError('no')",
        "return None",
        "return '1.0'",
        "return float('nan')",
        "return {'metrics': {}}",
        "return {'score': 1, 'metrics': {'a': float('inf')}}",
        "return {'score': 1, 'metrics': [1]}",
        "return {'score': 1, 'metrics': {str(n): n for n in range(1000)}}",
        "import sys; sys.exit(0)",
        "return bytearray(1 << 40)",
        "return 10 ** 400",
    ],
)
def test_what_is_no_score(measure, body):
    measured = measure(GOOD, scorer=_scorer(body))
    assert (measured.score, measured.failure) == (None, "scorer_error")
    assert measured.detail
    assert measured.output == b"null"


def test_a_scorer_that_does_not_load_says_why(measure):
    assert "invalid syntax" in measure(GOOD, scorer="def score(:").detail
    assert "no function" in measure(GOOD, scorer="x = 1").detail


def test_a_scorer_that_hangs_is_replaced(pool, make_job):
    body = "import time\n    time.sleep(60 if output == 1 else 0)\n    return 1"
    job = make_job(GOOD, [(n, n) for n in range(4)], scorer=_scorer(body), wall_seconds_scorer=0.5)
    outcome = pool.run(job)
    assert [result.failure for result in outcome.results] == ["", "scorer_timeout", "", ""]
    assert pool.run(job).results[2].score == 1.0


def test_a_scorer_that_dies_is_replaced(pool, make_job):
    body = "import os\n    output == 1 and os.kill(os.getpid(), 9)\n    return 1"
    outcome = pool.run(make_job(GOOD, [(n, n) for n in range(4)], scorer=_scorer(body)))
    assert [result.failure for result in outcome.results] == ["", "scorer_error", "", ""]


def test_the_scorers_process_is_kept(pool, make_job):
    scorer = "seen = []\ndef score(asked, expected, output, seed):\n    seen.append(1)\n    return len(seen)"
    scores = [pool.run(make_job(GOOD, scorer=scorer)).results[0].score for _ in range(3)]
    assert scores == [1.0, 2.0, 3.0]


def test_a_scorer_cannot_speak_out_of_turn(pool, make_job):
    """It shares a process with the code that answers for it; forged answers must not shift those of other tasks."""
    body = """import os, struct
    frame = b'{"score": 9.0, "parts": []}'
    for fd in range(3, 20):
        try: os.write(fd, struct.pack('>II', len(frame), 0) + frame)
        except OSError: pass
    return 1"""
    outcome = pool.run(make_job(GOOD, scorer=_scorer(body)))
    assert outcome.infrastructure or outcome.results[0].score == 9.0  # the evaluator's own word about its own task
    assert pool.run(make_job(GOOD)).results[0].score == 1.0


def test_scorer_has_no_network_and_no_host(measure):
    body = (
        "import os, socket\n"
        "    try: socket.socket()\n"
        "    except OSError: return float(not os.path.exists('/etc/passwd'))"
    )
    assert measure(GOOD, scorer=_scorer(body)).score == 1.0


def test_without_a_scorer_answers_are_collected(pool, make_job):
    job = replace(make_job("def run(asked):\n    return {'prompt': 1 / asked}\n", [(2, None), (0, None)]), scorer=None)
    first, second = pool.run(job).results
    assert (first.score, first.failure, first.output) == (None, "", b'{"prompt":0.5}')
    assert second.failure == "error"


def test_answers_that_are_there_already_are_judged_in_order(pool, make_job):
    job = make_job("unused", [(1, "a"), (2, "b"), (3, "c")])
    judging = Judging("judging", job.scorer, job.tasks, (b'"a"', b'"x"', b"no data"), job.runtime)
    results = pool.run(judging).results
    assert [(each.score, each.failure) for each in results] == [(1.0, ""), (0.0, ""), (None, "invalid_output")]
    assert [each.output for each in results] == [b'"a"', b'"x"', b""]


def test_a_scorer_that_breaks_on_one_of_them_judges_the_others(pool, make_job):
    scorer = (
        "import os\n\ndef score(asked, expected, output, seed):\n    return os._exit(1) if output == 'die' else 1.0\n"
    )
    job = make_job("unused", [(1, None), (2, None), (3, None)], scorer=scorer)
    results = pool.run(Judging("judging", job.scorer, job.tasks, (b'"a"', b'"die"', b'"c"'), job.runtime)).results
    assert [(each.score, each.failure) for each in results] == [(1.0, ""), (None, "scorer_error"), (1.0, "")]


def test_every_task_needs_its_answer(pool, make_job):
    job = make_job("unused", [(1, None), (2, None)])
    with pytest.raises(ValueError, match="1 answers to 2 tasks"):
        pool.submit(Judging("judging", job.scorer, job.tasks, (b"1",), job.runtime))
