"""What the processes below this one use, read from /proc, and how all of them are ended.

Only looked at when a candidate runs longer than a moment, so quick evaluations pay nothing.
"""

import os
import resource
import signal
from typing import NamedTuple

_TICK = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    cpu_seconds: float
    memory: int  # bytes that are held beyond what the warm parent had when it forked
    processes: int


class _Process(NamedTuple):
    parent: int
    cpu_seconds: float
    memory: int


def resident(pid: int | str) -> int:
    """Bytes of anonymous and shared memory a process holds (files it maps do not count), 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/status", "rb") as status:
            lines = status.read().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith((b"RssAnon:", b"RssShmem:")))


def address_space() -> int:
    """Bytes that this process has mapped."""
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[0]) * resource.getpagesize()


def usage(root: int, inherited: int) -> Usage:
    """What all descendants of `root` use; `inherited` bytes of each process are shared with it since the fork."""
    table = {pid: process for pid in filter(str.isdigit, os.listdir("/proc")) if (process := _look(pid))}
    below = _descendants(table, root)
    memory = sum(max(0, table[pid].memory - inherited) for pid in below)
    return Usage(sum(table[pid].cpu_seconds for pid in below), memory, len(below))


def end_all() -> None:
    """Kill and reap every process below this one; returns when none is left.

    As the first process of a pid namespace one call reaches them all at once. Elsewhere that call would reach every
    process of the user, so children are killed one by one; orphans become our children and are met in the next turn.
    """
    alone = os.getpid() == 1
    while True:
        try:
            if alone:
                os.kill(-1, signal.SIGKILL)
            else:
                _kill_children()
        except ProcessLookupError:
            pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _look(pid: str) -> _Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
    except OSError:
        return None
    ticks = sum(map(int, fields[11:15]))  # user and system time, its own and of children it has waited for
    return _Process(int(fields[1]), ticks / _TICK, resident(pid))


def _descendants(table: dict[str, _Process], root: int) -> list[str]:
    children: dict[int, list[str]] = {}
    for pid, process in table.items():
        children.setdefault(process.parent, []).append(pid)
    found: list[str] = []
    front = [root]
    while front:
        level = [pid for parent in front for pid in children.get(parent, ())]
        found += level
        front = [int(pid) for pid in level]
    return found


def _kill_children() -> None:
    with open(f"/proc/self/task/{os.getpid()}/children") as children:
        for pid in children.read().split():
            os.kill(int(pid), signal.SIGKILL)
