"""Every attack is contained and labelled, leaves nothing behind, and the next candidate is measured as before."""

import json
import os
import time
from types import ModuleType

import pytest
from ranges import Range, Targets, attacks

from apps.sandbox.contract import Measured

# What a candidate can see of the place it runs in; nothing of it may differ after an attack.
WELL_BEHAVED = """
import builtins
import json
import os
import resource
import sys

def run(asked):
    limits = [resource.getrlimit(kind) for kind in range(16)]
    files = [sorted(os.listdir(folder)) for folder in (".", "/tmp", "/dev/shm")]
    modules = sorted(name for name in sys.modules if sys.modules[name] is not None)
    place = [os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0)), os.sched_getscheduler(0), sys.path]
    sums = [len([1, 2]), sum([1, 2]), sorted([2, 1]), json.loads(json.dumps([1.5]))]
    return [limits, files, modules, len(dir(builtins)), place, sums]
"""


def test_enough_attacks_are_tried() -> None:
    assert len(attacks()) >= 25


@pytest.fixture(scope="module")
def undisturbed(shooting_range: Range) -> bytes:
    """What the well-behaved candidate sees before any attack."""
    return _well(shooting_range).output


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.__name__.removeprefix("attack_"))
def test_attack_is_contained(attack: ModuleType, shooting_range: Range, undisturbed: bytes, targets: Targets) -> None:
    measured = shooting_range.run(attack.PROGRAM)
    assert measured.failure in getattr(attack, "EXPECT", {""}), measured.detail
    assert targets.secret not in f"{measured.detail} {measured.feedback} {measured.output!r}"
    assert measured.score in (None, 0.0)
    if hasattr(attack, "check"):
        attack.check(measured)
    elif not measured.failure:
        assert json.loads(measured.output) == [], "it reached something"
    assert _well(shooting_range).output == undisturbed
    assert targets.unchanged()
    _assert_nobody_left(shooting_range)


def _well(shooting_range: Range) -> Measured:
    measured = shooting_range.run(WELL_BEHAVED)
    assert measured.failure == "", measured.detail
    return measured


def _assert_nobody_left(shooting_range: Range) -> None:
    """Two processes of the candidate's sandbox and three of the scorer's stay warm; nothing else is theirs."""
    if not shooting_range.pool.uids:
        return
    until = time.monotonic() + 5
    while len(_processes_of(shooting_range.pool.uids)) > 5 and time.monotonic() < until:
        shooting_range.pool.collect(0.02)
    assert len(_processes_of(shooting_range.pool.uids)) == 5


def _processes_of(uids: frozenset[int]) -> list[str]:
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/status") as status:
                owner = int(next(line for line in status if line.startswith("Uid:")).split()[1])
        except (OSError, StopIteration):
            continue
        if owner in uids:
            found.append(pid)
    return found
