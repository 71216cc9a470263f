"""Every attack is contained and labelled, leaves nothing behind, and the next candidate is measured as before."""

import json
import os
import time
from dataclasses import dataclass
from types import ModuleType

import pytest
from ranges import Range, Targets, attacks

from apps.sandbox.contract import Measured

pytestmark = pytest.mark.alone

# What a candidate can see of the place it runs in; nothing of it may differ after an attack.
WELL_BEHAVED = """
import builtins
import json
import os
import resource
import sys

def run(asked):
    limits = [resource.getrlimit(kind) for kind in range(16)]
    files = [sorted(os.listdir(folder)) for folder in (".", os.environ["TMPDIR"])]
    modules = sorted(name for name in sys.modules if sys.modules[name] is not None)
    place = [os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0)), os.sched_getscheduler(0), sys.path]
    sums = [len([1, 2]), sum([1, 2]), sorted([2, 1]), json.loads(json.dumps([1.5]))]
    return [limits, files, modules, len(dir(builtins)), place, sums]
"""


def test_enough_attacks_are_tried() -> None:
    assert len(attacks()) >= 25


@dataclass
class Calm:
    """How things are before any attack."""

    seen: bytes  # by the well-behaved candidate
    processes: int  # that stay warm under the sandboxes' users


@pytest.fixture(scope="module")
def calm(shooting_range: Range) -> Calm:
    return Calm(_well(shooting_range).output, len(_processes_of(shooting_range.pool.uids)))


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.__name__.removeprefix("attack_"))
def test_attack_is_contained(attack: ModuleType, shooting_range: Range, calm: Calm, targets: Targets) -> None:
    measured = shooting_range.run(attack.PROGRAM)
    assert measured.failure in getattr(attack, "EXPECT", {""}), measured.detail
    assert targets.secret not in f"{measured.detail} {measured.feedback} {measured.output!r}"
    assert measured.score in (None, 0.0)
    if hasattr(attack, "check"):
        attack.check(measured)
    elif not measured.failure:
        assert json.loads(measured.output) == [], "it reached something"
    assert _well(shooting_range).output == calm.seen
    assert targets.unchanged()
    _assert_nobody_left(shooting_range, calm.processes)


def _well(shooting_range: Range) -> Measured:
    measured = shooting_range.run(WELL_BEHAVED)
    assert measured.failure == "", measured.detail
    return measured


def _assert_nobody_left(shooting_range: Range, warm: int) -> None:
    """A sandbox that was replaced may take a moment to end."""
    until = time.monotonic() + 5
    while len(_processes_of(shooting_range.pool.uids)) > warm and time.monotonic() < until:
        shooting_range.pool.collect(0.02)
    assert len(_processes_of(shooting_range.pool.uids)) == warm


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
