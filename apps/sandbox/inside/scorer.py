"""The scorer host: a process with the project's evaluator in it, which judges answers of candidates one by one.

It is the first process of a sandbox of its own and only watches; the evaluator runs in one child, so that a scorer that
loops for ever still ends when the host side hangs up. The host side enforces the time limit by ending everything.
"""

import json
import math
import os
import resource
import select
import sys
from typing import Any

from . import kernel, loading, processes, scratch, seccomp, values
from .channel import Channel, HungUp, ordinary_signals
from .plan import MAX_DETAIL, MEGABYTE, Failure, Program

_MAX_ITEM = 256 << 20
_MAX_FEEDBACK = 4_000
_MAX_METRICS = 256
_MAX_PROCESSES = 64


class Misjudged(Exception):
    """The evaluator's answer is no score."""


def main() -> None:
    ordinary_signals()
    worker = os.fork()
    if worker:
        _watch(worker)
        return
    try:
        _work(Channel(_MAX_ITEM))
    except HungUp:
        return


def _watch(worker: int) -> None:
    """Until the worker ends or the host side hangs up; leaving ends the whole sandbox."""
    poll = select.poll()
    poll.register(0, select.POLLRDHUP)
    poll.register(os.pidfd_open(worker), select.POLLIN)
    poll.poll()
    if os.getpid() != 1:
        os.kill(worker, 9)


def _work(channel: Channel) -> None:
    settings, _ = channel.receive()
    evaluator, contents = channel.receive()
    program = Program(list(zip(evaluator["files"], contents, strict=True)), evaluator["entry"])
    failure = _enter(settings, program, evaluator["memory_mb"])
    function: loading.Function | None = None
    if not failure:
        try:
            function = loading.load(program, settings["scratch"])
        except Failure as problem:
            failure = f"{problem.kind}: {problem.detail}"
    channel.send({"ready": True})
    while True:
        header, parts = channel.receive()
        if function is None:
            channel.send({"failure": "scorer_error", "detail": failure})
        else:
            channel.send(_judge(function, header["seed"], parts, settings["scratch"]))


def _enter(settings: dict[str, Any], program: Program, memory_mb: int) -> str:
    """Close the door before any of the evaluator's code runs. Why that is not possible, or nothing."""
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    folder = settings["scratch"]
    sys.path = [folder, *loading.search_path(settings["packages"])]
    os.chdir(folder)
    if settings["confine"]:
        kernel.give_up_privileges()
        seccomp.install()
    kernel.hide_memory()
    memory = processes.address_space() + memory_mb * MEGABYTE
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_NPROC, _MAX_PROCESSES), (resource.RLIMIT_CORE, 0))
    for kind, limit in limits:
        resource.setrlimit(kind, (limit, limit))
    try:
        scratch.fill(folder, program.files)
    except OSError as problem:
        return f"the scorer's files do not fit: {problem.strerror}"
    return ""


def _judge(function: loading.Function, seed: int, parts: list[bytes], folder: str) -> dict[str, Any]:
    """The header of a reply: a score with metrics and feedback, or a failure label with a detail."""
    try:
        output = values.decode(parts[2])
    except (values.NotData, MemoryError) as problem:
        return {"failure": "invalid_output", "detail": str(problem)[:MAX_DETAIL]}
    asked, expected = json.loads(parts[0]), json.loads(parts[1])
    try:
        verdict = loading.call(lambda: function(asked, expected, output, seed), folder)
        understood: dict[str, Any] = loading.call(lambda: _understand(verdict), folder)
    except Failure as problem:
        return {"failure": "scorer_error", "detail": problem.detail}
    return understood


def _understand(verdict: Any) -> dict[str, Any]:
    if not isinstance(verdict, dict):
        return {"score": _number(verdict, "the score")}
    if "incorrect" in verdict:
        return {"failure": "incorrect", "detail": str(verdict["incorrect"])[:_MAX_FEEDBACK]}
    metrics = verdict.get("metrics") or {}
    if not isinstance(metrics, dict) or len(metrics) > _MAX_METRICS:
        raise Misjudged(f"metrics must be a dict of at most {_MAX_METRICS} numbers")
    return {
        "score": _number(verdict.get("score"), "the score"),
        "metrics": {str(name)[:100]: _number(value, f"metric {name}") for name, value in metrics.items()},
        "feedback": str(verdict.get("feedback") or "")[:_MAX_FEEDBACK],
    }


def _number(value: Any, what: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise Misjudged(f"{what} is a {type(value).__name__}, not a number") from None
    if isinstance(value, str) or not math.isfinite(number):
        raise Misjudged(f"{what} is {value!r:.100}, not a finite number")
    if abs(number) > values.MAX_SCORE:
        raise Misjudged(f"{what} is {number!r}; ±{values.MAX_SCORE:g} is the most")
    return number


if __name__ == "__main__":
    main()
