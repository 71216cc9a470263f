"""The holes that were found by experiment (reference/foundations.md, section 3), each with a test under its number."""

import json
import os
from pathlib import Path

import pytest

from apps.sandbox.pool import Pool

FORK_MANY = """
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


def _processes(uids: frozenset[int]) -> list[Path]:
    return [path for path in Path("/proc").glob("[0-9]*") if _user(path) in uids]


def _user(process: Path) -> int:
    """The real user of a process: what it owns in /proc may belong to root. -1 if it is gone."""
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:
        return -1
    return next(int(line.split()[1]) for line in lines if line.startswith("Uid:"))


def test_1_the_launchers_environment_is_not_in_the_sandbox(home, isolation, make_job, monkeypatch):
    monkeypatch.setenv("API_KEY", "TOPSECRET-31")
    with Pool(1, home, isolation) as pool:
        pool.run(make_job("def run(x): return 1"))
        processes = _processes(pool.uids)
        assert len(processes) == 5 or os.geteuid()
        for process in processes:
            assert b"TOPSECRET-31" not in (process / "environ").read_bytes() + (process / "cmdline").read_bytes()


def test_2_the_limit_of_processes_binds_in_every_sandbox_apart(home, isolation, make_job):
    with Pool(2, home, isolation) as pool:
        for name in ("a", "b"):
            pool.submit(make_job(FORK_MANY, [(None, 9)], name=name, processes=9))
        finished = []
        while len(finished) < 2:
            finished += pool.collect(5)
    assert [outcome.results[0].score for outcome in finished] == [1.0, 1.0]


def test_3_everything_writable_is_bounded_together(measure):
    program = """
import os
def run(x):
    written = 0
    for folder in (".", "/tmp", "/dev/shm", "/dev", "/var/tmp"):
        for number in range(4):
            try:
                with open(f"{folder}/{number}{folder.count('/')}{len(folder)}", "wb") as file:
                    while True:
                        written += file.write(bytes(1 << 20))
            except OSError:
                continue
    return written
"""
    assert int(measure(program, file_mb=8).output) <= 8 << 20


def test_4_memory_is_bounded_over_all_processes(measure):
    program = (
        "import os, signal, time\n"
        "def run(x):\n"
        "    for _ in range(8):\n"
        "        if os.fork() == 0:\n"
        "            held = b'x' * (100 << 20)\n"
        "            signal.pause()\n"
        "    time.sleep(60)"
    )
    assert measure(program, memory_mb=256, cpu_seconds=5, wall_seconds=5).failure == "memory"


def test_5_the_filter_is_on(measure):
    program = (
        "import ctypes\n"
        "def run(x):\n"
        "    c = ctypes.CDLL(None, use_errno=True)\n"
        "    return [c.prctl(21, 0, 0, 0, 0), c.unshare(0x10000000), ctypes.get_errno()]"
    )
    assert json.loads(measure(program).output) == [2, -1, 1]


def test_6_mounts_below_tmp_are_there(measure, runtime):
    program = "import os\ndef run(x):\n    return [os.path.islink('/tmp'), os.path.realpath('/tmp'), os.getcwd()]"
    assert json.loads(measure(program).output) == [True, "/box/scratch", "/box/scratch"]


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has nothing to drop")
def test_7_no_sandbox_belongs_to_root_and_no_two_to_the_same_user(home, isolation):
    with Pool(2, home, isolation) as first, Pool(1, home, isolation) as second:
        assert len(first.uids) == 4
        assert len(first.uids | second.uids) == 6
        assert all(uid > 60_000 for uid in first.uids | second.uids)


def test_8_processor_time_and_memory_have_different_labels(measure):
    assert measure("def run(x):\n    while True: pass", cpu_seconds=0.3).failure == "cpu"
    assert measure("def run(x):\n    return len(bytearray(1 << 33))").failure == "memory"
