"""The warm parent of candidates: everything slow is done once, then every candidate is a fork.

Started as the first process of its pid namespace, so no candidate can signal it. It serves one job at a time: reads a
frame, answers one frame per task and a last one when the place is clean again. It ends when the host side hangs up.
"""

import gc
import importlib
import json
import os
import sys
from typing import Any

from . import kernel, landlock, loading, processes, seccomp, values
from .channel import Channel, HungUp, ordinary_signals
from .plan import Failure, Job, Limits, Place, Program, Task
from .supervision import Child, Reply

_MAX_JOB = 256 << 20


def main() -> None:
    ordinary_signals()
    channel = Channel(_MAX_JOB)
    try:
        settings, _ = channel.receive()
        place = _prepare(settings)
        channel.send({"ready": True})
        while True:
            job = _job(*channel.receive())
            channel.send({"done": True, "clean": _serve(job, place, channel)})
    except HungUp:
        return


def _prepare(settings: dict[str, Any]) -> Place:
    sys.path = loading.search_path(settings["packages"])
    for name in settings["preload"]:
        importlib.import_module(name)
    _warm_up()
    kernel.hide_memory()
    rules = None
    if settings["confine"]:
        kernel.give_up_privileges()
        readable = settings["readable"]
        rules = landlock.ruleset(readable, [settings["scratch"], "/dev/null"]) if landlock.version() else None
        seccomp.install()
    if os.getpid() != 1:
        kernel.adopt_orphans()
    gc.collect()
    gc.freeze()
    gc.disable()
    return Place(settings["scratch"], rules, processes.address_space(), processes.resident("self"), os.getpid() != 1)


def _warm_up() -> None:
    """Do once what every candidate does, so that parser, encoder and traceback are in memory before the fork."""
    program = Program(
        [("warm.py", b"def run(x, seed):\n    return [sum(i * x for i in range(3)), 'a']\n")], "warm.py:run"
    )
    function = loading.load(program, "/warm")
    loading.takes_seed(function)
    values.decode(values.encode(function(json.loads(b"0.5"), 1)))
    try:
        loading.call(lambda: function(None, 1), "/warm")
    except Failure:
        del sys.modules["warm"]


def _job(header: dict[str, Any], parts: list[bytes]) -> Job:
    names, seeds = header["files"], header["seeds"]
    files = list(zip(names, parts[: len(names)], strict=True))
    tasks = [Task(asked, seed) for asked, seed in zip(parts[len(names) :], seeds, strict=True)]
    return Job(Program(files, header["entry"]), tasks, Limits(*header["limits"]), bool(header.get("watched")))


def _serve(job: Job, place: Place, channel: Channel) -> bool:
    """Answer every task; a child that cannot go on is followed by a fresh one. Whether the place is clean now."""
    position = 0
    while position < len(job.tasks):
        with Child(job, position, place, channel) as child:
            position = _relay(child, position, len(job.tasks), channel)
        if not child.clean:
            break
    for skipped in range(position, len(job.tasks)):
        _send(channel, skipped, Reply("crashed", b"left files behind that could not be removed", 0.0, 0.0))
    return child.clean


def _relay(child: Child, position: int, count: int, channel: Channel) -> int:
    """Send replies on until the tasks are done or the child cannot go on. The next task's position."""
    while position < count:
        try:
            reply = child.reply()
        except Failure as problem:
            _send(channel, position, child.last_words(problem))
            return position + 1
        _send(channel, position, reply)
        position += 1
    return position


def _send(channel: Channel, task: int, reply: Reply) -> None:
    header = {"task": task, "failure": reply.failure, "seconds": reply.seconds, "cpu": reply.cpu_seconds}
    channel.send(header, reply.content)


if __name__ == "__main__":
    main()
