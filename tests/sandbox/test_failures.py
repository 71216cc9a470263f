"""Every way to fail has its label, and the rest of the job goes on."""

import pytest

pytestmark = pytest.mark.alone

LABELS = {
    "syntax": "def run(x:\n    return x",
    "no_entry": "def other(x):\n    return x",
    "error": "def run(x):\n    return 1 / 0",
    "timeout": "import time\ndef run(x):\n    time.sleep(60)",
    "cpu": "def run(x):\n    while True: pass",
    "memory": "def run(x):\n    return len('x' * (1 << 32))",
    "crashed": "import os\ndef run(x):\n    os.kill(os.getpid(), 9)",
    "output_limit": "def run(x):\n    return 'x' * 300_000",
    "invalid_output": "def run(x):\n    return {1: 2}",
}


@pytest.mark.parametrize("label", LABELS)
def test_label(measure, label):
    measured = measure(LABELS[label], wall_seconds=0.8, cpu_seconds=0.4)
    assert measured.failure == label, measured.detail
    assert measured.score is None
    assert measured.detail


@pytest.mark.parametrize(
    "value",
    [
        "float('nan')",
        "float('-inf')",
        "[[1e400]]",
        "{1, 2}",
        "b'x'",
        "{None: 1}",
        "object()",
        "'\\ud800'",
        "10 ** 5000",
    ],
)
def test_what_is_no_data(measure, value):
    assert measure(f"def run(x):\n    return {value}").failure == "invalid_output"


def test_nesting_is_bounded_exactly(measure):
    program = "def run(x):\n    v = 1\n    for _ in range(x): v = [v]\n    return v"
    assert measure(program, 64).failure == ""
    assert measure(program, 65).failure == "invalid_output"


def test_an_error_shows_the_candidates_own_frames_only(measure):
    measured = measure("def run(x):\n    return help_me(x)\ndef help_me(x):\n    return int('no number')")
    assert "help_me(x)" in measured.detail
    assert "ValueError: invalid literal" in measured.detail
    assert "/box" not in measured.detail
    assert "loading.py" not in measured.detail


def test_a_syntax_error_says_where(measure):
    measured = measure("x = 1\ndef run(:\n")
    assert "program.py" in measured.detail
    assert "line 2" in measured.detail


def test_memory_error_is_memory_even_when_raised_while_loading(measure):
    assert measure("big = 'x' * (1 << 33)\ndef run(x):\n    return 1").failure == "memory"


@pytest.mark.parametrize(
    ("deed", "label"),
    [
        ("os._exit(7)", "crashed"),
        ("os.abort()", "crashed"),
        ("sys.exit()", "crashed"),
        ("time.sleep(60)", "timeout"),
        ("raise KeyboardInterrupt", "error"),
        ("bytearray(1 << 34)", "memory"),
    ],
)
def test_the_other_tasks_go_on(pool, make_job, deed, label):
    program = f"import os, sys, time\ndef run(x):\n    if x == 1:\n        {deed}\n    return x"
    outcome = pool.run(make_job(program, [(0, 0), (1, 1), (2, 2), (1, 1), (3, 3)], wall_seconds=0.3))
    assert [result.failure for result in outcome.results] == ["", label, "", label, ""]
    assert [result.score for result in outcome.results] == [1.0, None, 1.0, None, 1.0]


def test_time_is_counted_per_task(pool, make_job):
    program = "import time\ndef run(x):\n    time.sleep(0.5)\n    return x"
    outcome = pool.run(make_job(program, [(n, n) for n in range(4)], wall_seconds=1.6))
    assert [result.score for result in outcome.results] == [1.0] * 4
    assert all(0.4 < result.seconds < 1.6 for result in outcome.results)


def test_processor_time_is_counted_over_all_processes(measure):
    program = (
        "import os, time\n"
        "def run(x):\n"
        "    for _ in range(2):\n"
        "        if os.fork() == 0:\n"
        "            while True: pass\n"
        "    time.sleep(60)"
    )
    measured = measure(program, cpu_seconds=0.5, wall_seconds=60)
    assert measured.failure == "cpu"
    assert measured.seconds < 60


def test_a_program_that_cannot_be_loaded_fails_every_task(pool, make_job):
    outcome = pool.run(make_job("import missing_module", [(0, 0)] * 3))
    assert [result.failure for result in outcome.results] == ["error"] * 3


def test_limits_leave_room_for_what_they_allow(measure):
    program = (
        "import os\n"
        "def run(x):\n"
        "    big = b'x' * (150 << 20)\n"
        "    open('file', 'wb').write(b'x' * (6 << 20))\n"
        "    return len(big)"
    )
    assert measure(program, None, 150 << 20).score == 1.0


def test_exactly_the_allowed_processes_can_be_made(measure):
    program = """
import os, signal
def run(x):
    made = 1
    try:
        while True:
            if os.fork() == 0:
                signal.pause()
            made += 1
    except OSError:
        return made
"""
    assert measure(program, None, 5, processes=5).score == 1.0


def test_processor_time_of_children_does_not_add_up_over_tasks(pool, make_job):
    program = """
import os, time
def run(x):
    if (pid := os.fork()) == 0:
        end = time.process_time() + 0.2
        while time.process_time() < end: pass
        os._exit(0)
    os.waitpid(pid, 0)
    time.sleep(0.06)
    return x
"""
    outcome = pool.run(make_job(program, [(n, n) for n in range(6)], cpu_seconds=0.6, wall_seconds=60))
    assert [result.failure for result in outcome.results] == [""] * 6
