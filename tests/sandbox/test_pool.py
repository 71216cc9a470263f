"""The pool's own promises: slots, waiting, stopping, replacing."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from apps.sandbox import candidates
from apps.sandbox.contract import Runtime, Stopped
from apps.sandbox.pool import Pool

GOOD = "def run(x):\n    return x"
ENDLESS = "import time\ndef run(x):\n    time.sleep(600)"


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


def test_slots_are_counted(home, isolation, make_job):
    with Pool(2, home, isolation) as pool:
        assert pool.free == 2
        pool.submit(make_job(GOOD, name="a"))
        pool.submit(make_job(GOOD, name="b"))
        assert pool.free == 0
        with pytest.raises(RuntimeError, match="no slot"):
            pool.submit(make_job(GOOD, name="c"))
        finished = []
        while len(finished) < 2:
            finished += pool.collect(5)
        assert {outcome.job for outcome in finished} == {"a", "b"}
        assert pool.free == 2


def test_collect_waits_no_longer_than_told(pool, make_job):
    started = time.monotonic()
    assert pool.collect(0.1) == []
    pool.submit(make_job(ENDLESS, wall_seconds=60))
    assert pool.collect(0.1) == []
    assert pool.collect(0) == []
    assert time.monotonic() - started < 30
    pool.stop("job")


def test_collect_waits_for_something_else_too(pool):
    rung, bell = socket.socketpair()
    with rung, bell:
        bell.send(b"1")
        begun = time.monotonic()
        assert pool.collect(60, rung.fileno()) == []
        assert time.monotonic() - begun < 30
        rung.recv(1)
        assert pool.collect(0.01, rung.fileno()) == []


def test_stop_kills_at_once_and_delivers_nothing(pool, make_job):
    pool.run(make_job(GOOD))
    pool.submit(make_job(ENDLESS, name="long", wall_seconds=60))
    assert pool.collect(0.1) == []
    pool.stop("unknown")
    assert pool.free == 0
    pool.stop("long")
    assert pool.free == 1
    assert pool.run(make_job(GOOD, name="next")).job == "next"
    assert pool.collect(0.05) == []


def test_stop_while_the_scorer_works(pool, make_job):
    hanging = "import time\ndef score(asked, expected, output, seed):\n    time.sleep(60)"
    pool.submit(make_job(GOOD, scorer=hanging))
    assert pool.collect(0.3) == []
    pool.stop("job")
    assert pool.run(make_job(GOOD)).results[0].score == 1.0


def test_run_beats_and_can_be_stopped(pool, make_job, monkeypatch):
    monkeypatch.setattr("apps.sandbox.pool._BEAT_SECONDS", 0.05)
    beats = []

    def beat() -> None:
        beats.append(1)
        if len(beats) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        pool.run(make_job(ENDLESS, wall_seconds=60), beat)
    assert pool.free == 1
    assert pool.run(make_job(GOOD)).results[0].score == 1.0


def test_a_slot_is_recycled_and_goes_on(pool, make_job, monkeypatch):
    monkeypatch.setattr(candidates, "_RECYCLE_AFTER", 2)
    assert [pool.run(make_job(GOOD)).results[0].score for _ in range(7)] == [1.0] * 7


def test_a_job_with_another_runtime_gets_its_own(pool, make_job, runtime):
    other = Runtime("other", runtime.python, runtime.mounts, {**runtime.environment, "MARK": "here"})
    program = "import os\ndef run(x):\n    return os.environ.get('MARK')"
    assert pool.run(make_job(program, [(0, "here")], runtime=other)).results[0].score == 1.0
    assert pool.run(make_job(program, [(0, None)])).results[0].score == 1.0


def test_an_interpreter_that_is_missing_is_infrastructure(pool, make_job, runtime):
    broken = Runtime("broken", Path("/no/python"), runtime.mounts)
    outcome = pool.run(make_job(GOOD, runtime=broken))
    assert "No such file" in outcome.infrastructure
    assert outcome.results == ()
    assert pool.run(make_job(GOOD)).results[0].score == 1.0


def test_a_module_that_cannot_be_preloaded_is_infrastructure(pool, make_job, runtime):
    broken = Runtime("preload", runtime.python, runtime.mounts, runtime.environment, ("no_such_module",))
    assert "no_such_module" in pool.run(make_job(GOOD, runtime=broken)).infrastructure


def test_a_killed_sandbox_is_infrastructure_and_rebuilt(home, isolation, make_job):
    others = _children()
    with Pool(1, home, isolation) as pool:
        pool.run(make_job(GOOD))
        pool.submit(make_job(ENDLESS, wall_seconds=60))
        assert pool.collect(0.2) == []
        for pid in _children() - others:
            with contextlib.suppress(ProcessLookupError):  # gone with the one before
                os.killpg(int(pid), 9)
        outcomes = pool.collect(10)
        assert "ended" in outcomes[0].infrastructure
        assert pool.run(make_job(GOOD)).results[0].score == 1.0


def test_a_warm_slot_is_preferred(home, isolation, make_job, runtime):
    other = Runtime("other", runtime.python, runtime.mounts, runtime.environment)
    with Pool(2, home, isolation) as pool:
        pool.submit(make_job(GOOD, name="a"))
        pool.submit(make_job(GOOD, name="b", runtime=other))
        finished = []
        while len(finished) < 2:
            finished += pool.collect(5)
        before = _children()
        for used in (other, None, other):
            pool.run(make_job(GOOD, **({"runtime": used} if used else {})))
        assert _children() == before


def test_works_from_another_thread_and_leaves_nothing(home, isolation, make_job):
    before, scores = _children(), []

    def work() -> None:
        with Pool(1, home, isolation) as pool:
            scores.append(pool.run(make_job(GOOD)).results[0].score)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert scores == [1.0]
    assert _children() == before


def test_the_sandboxes_survive_the_thread_that_started_them(home, isolation, make_job):
    pools = []

    def begin() -> None:
        pools.append(Pool(1, home, isolation))
        pools[0].run(make_job(GOOD))

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    with pools[0] as pool:
        assert pool.run(make_job(GOOD)).results[0].score == 1.0


ORPHANS = """
import os, sys
from pathlib import Path
from apps.sandbox.contract import *
from apps.sandbox.pool import Pool
from apps.sandbox.runtime import prepare

pool = Pool(1, Path("."))
program = Program({"p.py": b"def run(x):\\n    while True: pass"}, "p.py:run")
scorer = Scorer({"s.py": b"while True: pass"}, "s.py:score")
pool.submit(Job("a", program, scorer, (TaskItem("t", b"1", b"1"),), Limits(60, 60), prepare((), Path("."))))
pool.collect(0.5)
print(*pool.uids, flush=True)
os.kill(os.getpid(), 9)
"""


def test_sandboxes_end_with_the_process_that_started_them():
    ended = subprocess.run([sys.executable, "-c", ORPHANS], capture_output=True, text=True, check=False)
    uids = set(ended.stdout.split())
    assert uids or os.geteuid(), ended.stderr
    until = time.monotonic() + 60
    while _owned_by(uids) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _owned_by(uids)


def _owned_by(uids: set[str]) -> list[str]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = status.read_text().splitlines()
        except OSError:
            continue
        if (
            any(line.startswith("Uid:") and line.split()[1] in uids for line in lines)
            and "State:\tZ (zombie)" not in lines
        ):
            found.append(status.parent.name)
    return found


def test_close_leaves_no_process_and_no_file(home, isolation, make_job):
    before = set(os.listdir("/proc/self/fd"))
    with Pool(2, home, isolation) as pool:
        pool.submit(make_job(ENDLESS, wall_seconds=60))
        pool.collect(0.2)
        uids = set(map(str, pool.uids))
    assert not _owned_by(uids)
    assert set(os.listdir("/proc/self/fd")) == before


def test_no_job_without_tasks(pool, make_job):
    with pytest.raises(ValueError, match="at least one task"):
        pool.submit(replace(make_job(GOOD), tasks=()))
