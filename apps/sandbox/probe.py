"""Is this machine able to keep candidates in? Tried out from inside a sandbox, once per process.

Every target is real: the server listens, the file is readable, the process lives, the secret is in our
environment. A check that passes therefore says that the sandbox held, not that there was nothing to find.
"""

import functools
import json
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .contract import Job, Limits, Measured, Program, Scorer, TaskItem
from .isolation import ADVICE, Check, Isolation, NoIsolation, offered
from .pool import Pool
from .runtime import prepare

_SECRET = "EVOWEB_PROBE_SECRET"
_LIMITS = Limits(wall_seconds=10, cpu_seconds=5, memory_mb=256, processes=8, file_mb=4)
_ATTEMPT = Program({"probing.py": (Path(__file__).parent / "inside" / "probing.py").read_bytes()}, "probing.py:run")
_LOOP = Program({"loop.py": b"def run(asked):\n    while True:\n        pass\n"}, "loop.py:run")
_SCORER = Scorer({"zero.py": b"def score(asked, expected, output, seed):\n    return 0\n"}, "zero.py:score")


@functools.lru_cache(maxsize=4)
def probe(home: Path) -> Isolation:
    """The best isolation that holds here, with every check; kind "missing" and the failed ones if none does."""
    failed: tuple[Check, ...] = ()
    for isolation in offered():
        checks = _try(isolation, home)
        tried = replace(isolation, since=time.time(), checks=checks)
        if tried.isolated:
            return tried
        failed += tuple(replace(check, name=f"{isolation.kind}: {check.name}") for check in checks)
    return Isolation("missing", since=time.time(), checks=failed)


def require(home: Path, override: str = "") -> Isolation:
    """The isolation to run candidates with. Raises NoIsolation where none holds, unless `override` is "none".

    The override never weakens a sandbox that works; it only lets things go on where there is none.
    """
    found = probe(home)
    if found.isolated:
        return found
    if override == "none":
        return replace(found, kind="none", override=override)
    failed = "; ".join(f"{check.name} ({check.detail})" for check in found.checks if not check.passed)
    raise NoIsolation(f"{ADVICE} Tried: {failed}" if failed else ADVICE)


def _try(isolation: Isolation, home: Path) -> tuple[Check, ...]:
    with Pool(1, home, isolation) as pool:
        with _targets() as asked:
            attempt = _measure(pool, home, _ATTEMPT, asked)
        if isinstance(attempt, str):
            return (Check("starts", False, attempt),)
        loop = _measure(pool, home, _LOOP, None)
    return (Check("starts", True), *_findings(attempt), _ended(loop))


@contextmanager
def _targets() -> Iterator[dict[str, object]]:
    """What the attempt tries to reach."""
    secret = secrets.token_hex(16)
    os.environ[_SECRET] = secret  # sandboxes are started with an environment of their own
    try:
        with socket.create_server(("127.0.0.1", 0)) as server, tempfile.NamedTemporaryFile() as file:
            file.write(secret.encode())
            file.flush()
            os.chmod(file.name, 0o644)
            limits = {name: getattr(_LIMITS, name) for name in ("memory_mb", "file_mb", "processes")}
            port = server.getsockname()[1]
            yield {"port": port, "secret": secret, "secret_file": file.name, "pid": os.getpid(), **limits}
    finally:
        del os.environ[_SECRET]


def _measure(pool: Pool, home: Path, program: Program, asked: object) -> Measured | str:
    """The result of one task, or what broke."""
    limits = _LIMITS if program is _ATTEMPT else replace(_LIMITS, wall_seconds=1, cpu_seconds=0.2)
    task = TaskItem("probe", json.dumps(asked).encode(), b"null")
    outcome = pool.run(Job("probe", program, _SCORER, (task,), limits, prepare((), home)))
    return outcome.infrastructure or outcome.results[0]


def _findings(attempt: Measured) -> list[Check]:
    if attempt.failure:
        return [Check("can be tested", False, f"{attempt.failure}: {attempt.detail}")]
    found = json.loads(attempt.output)
    return [Check(name, held is True, str(detail)) for name, (held, detail) in found.items()]


def _ended(loop: Measured | str) -> Check:
    label = loop if isinstance(loop, str) else loop.failure
    return Check("endless loop ended", label in ("cpu", "timeout"), label)
