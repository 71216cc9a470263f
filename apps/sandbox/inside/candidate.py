"""The forked child in which one candidate runs: closes the door behind itself, loads the program, answers its tasks.

Everything from here on may be read and changed by the candidate, so nothing it says is more than a claim: an answer, or
the reason why there is none. What it used and how long it took is measured by the parent.
"""

import gc
import io
import json
import os
import resource
import sys

from . import landlock, loading, scratch, values
from .plan import KINDS, MAX_DETAIL, MEGABYTE, REPLY, Failure, Job, Limits, Place, Task


def become(job: Job, first: int, place: Place, pipe: int, heard: tuple[int, int] | None) -> None:
    """Run a job's tasks from `first` on, one reply each, and never return. heard: where to print to, if anywhere."""
    status = 1
    try:
        tasks = job.tasks[first:]
        pipe = _keep_only(pipe, heard)
        _enter(place, job.limits, len(tasks))
        _run(job._replace(tasks=tasks), place.scratch, pipe)
        status = 0
    finally:
        os._exit(status)  # no atexit hooks, no other cleaning up of the warm parent


def _keep_only(pipe: int, heard: tuple[int, int] | None) -> int:
    """Close everything but the pipe; read nothing, print nowhere unless somebody listens. The pipe's new number."""
    null = os.open("/dev/null", os.O_RDWR)
    for standard, target in enumerate((null, *(heard or (null, null)))):
        os.dup2(target, standard)
    os.dup2(pipe, 3, inheritable=False)
    if heard:
        sys.stdout, sys.stderr = _unbuffered(1), _unbuffered(2)
    return 3


def _unbuffered(handle: int) -> io.TextIOWrapper:
    """Printed is seen: nothing waits in a buffer, which a program that is killed would take with it."""
    raw = io.FileIO(handle, "w", closefd=False)
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True)


def _enter(place: Place, limits: Limits, tasks: int) -> None:
    """Give up what a candidate must not have. Limits hold for it and all its children, and cannot be raised again."""
    gc.enable()  # the warm parent runs without
    os.setsid()
    os.chdir(place.scratch)
    if place.rules is not None:
        landlock.restrict(place.rules)
    os.closerange(4, 1 << 16)
    own = (resource.RLIMIT_AS, place.address_space + limits.memory_mb * MEGABYTE)
    # A backstop only: the parent counts per task, and the seconds of all processes together.
    backstop = (resource.RLIMIT_CPU, int(limits.cpu_seconds * tasks) + 2)
    files = ((resource.RLIMIT_FSIZE, limits.file_mb * MEGABYTE), (resource.RLIMIT_NOFILE, limits.open_files))
    # One more than the candidate may have: the warm parent is counted too.
    processes = (resource.RLIMIT_NPROC, limits.processes + 1)
    for kind, limit in (own, backstop, *files, processes, (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (limit, limit))


def _run(job: Job, folder: str, pipe: int) -> None:
    """A program that cannot be loaded gives every task the same reason."""
    function, failure = None, None
    try:
        _unpack(job, folder)
        function = loading.load(job.program, folder)
    except Failure as problem:
        failure = problem
    for task in job.tasks:
        try:
            if function is None:
                raise failure or Failure("crashed")
            _reply(pipe, "", _answer(function, task, folder, job.limits.output_kb << 10))
        except Failure as problem:
            _reply(pipe, problem.kind, problem.detail.encode(errors="replace")[: 4 * MAX_DETAIL])


def _unpack(job: Job, folder: str) -> None:
    for ours in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[ours]  # a candidate's own file may have such a name
    sys.path.insert(0, folder)
    try:
        scratch.fill(folder, job.program.files)
    except OSError as problem:
        raise Failure("output_limit", f"the program's files do not fit: {problem.strerror}") from None


def _answer(function: loading.Function, task: Task, folder: str, allowed: int) -> bytes:
    asked = json.loads(task.input)
    arguments = (asked, task.seed) if loading.takes_seed(function) else (asked,)
    value = loading.call(lambda: function(*arguments), folder)
    answer: bytes = loading.call(lambda: _encode(value), folder)  # encoding may run the candidate's own classes
    if len(answer) > allowed:
        raise Failure("output_limit", f"{len(answer)} bytes, {allowed} are allowed")
    return answer


def _encode(value: object) -> bytes:
    try:
        return values.encode(value)
    except values.NotData as problem:
        raise Failure("invalid_output", str(problem)[:MAX_DETAIL]) from None


def _reply(pipe: int, kind: str, content: bytes) -> None:
    data = memoryview(REPLY.pack(KINDS.index(kind), len(content)) + content)
    while data:
        data = data[os.write(pipe, data) :]
