"""Runs an ASI-Evolve evaluator: eval.sh in a step's folder with the program in `code`; it writes results.json there.

Strictly, it is run once more while the Python files that it starts stand there with their tolerances closed.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from evoweb_jail import strictness, surroundings, verdict

_LARGEST = 4 << 20
_LAST = 3_000  # characters of what the script said
_OWN = ("eval_score", "success", "score", "temp", "error")


def run(given: dict[str, Any], seed: int) -> dict[str, Any]:
    """The verdict on one program, and what it would be without tolerances."""

    def strictly() -> dict[str, Any]:
        with _closed(given["started"]):
            return _judge(given, seed)

    if not given["strict"]:
        return _judge(given, seed)
    return strictness.compared(given["strict"], lambda: _judge(given, seed), strictly)


@contextlib.contextmanager
def _closed(files: Sequence[str]) -> Iterator[None]:
    """Files of the folder with their tolerances closed, and then again as they were."""
    before = [(surroundings.path(name), surroundings.text(name)) for name in files]
    try:
        for file, text in before:
            _write(file, strictness.closed_text(text), 2)
        yield
    finally:
        for file, text in before:
            _write(file, text, -2)


def _write(file: str, text: str, later: int) -> None:
    """Write a file with a time that no compiled copy of it has: those are told apart by whole seconds and size."""
    moment = os.stat(file).st_mtime + later
    with open(file, "w", encoding="utf-8") as opened:
        opened.write(text)
    os.utime(file, (moment, moment))


def _judge(given: dict[str, Any], seed: int) -> dict[str, Any]:
    surroundings.enter(seed)
    step = surroundings.path(f"steps/step_{seed}")
    shutil.rmtree(step, ignore_errors=True)  # what an evaluation before this one left is no result of this one
    os.makedirs(step)
    with open(os.path.join(step, "code"), "w", encoding="utf-8") as file:
        file.write(surroundings.text(given["program"]))
    status, said = _script(surroundings.path(given["evaluator"]), step)
    told = [("it said", said)] if said else []
    if status:
        return verdict.refused(f"{given['evaluator']} ended with status {status}", told)
    results = _results(step)
    if results is None:
        return verdict.refused(f"{given['evaluator']} wrote no results.json that can be read", told)
    if results.get("success") is not True:
        return verdict.refused(_error(results), told)
    if "eval_score" not in results:
        return verdict.refused("results.json has no eval_score", told)
    metrics = {name: value for name, value in results.items() if name not in _OWN}
    return verdict.scored(results["eval_score"], metrics, _temporary(results))


def _script(script: str, folder: str) -> tuple[int, str]:
    """(status, the end of what it said). Who keeps its output open after it ended is not waited for."""
    process = subprocess.Popen(
        ["bash", script],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    kept = bytearray()
    reader = threading.Thread(target=_listen, args=(process, kept), daemon=True)
    reader.start()
    try:
        status = process.wait()
    except BaseException:  # who does not wait so long ends all that it started
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    reader.join(0.5)
    return status, bytes(kept).decode(errors="replace").strip()


def _listen(process: "subprocess.Popen[bytes]", kept: bytearray) -> None:
    assert process.stdout is not None
    while chunk := os.read(process.stdout.fileno(), 1 << 16):
        os.write(1, chunk)  # for a person who tries this candidate
        kept += chunk
        del kept[:-_LAST]


def _results(step: str) -> dict[str, Any] | None:
    try:
        with open(os.path.join(step, "results.json"), encoding="utf-8") as file:
            value = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _error(results: dict[str, Any]) -> str:
    temporary = results.get("temp")
    inner = temporary.get("error") if isinstance(temporary, dict) else None
    return str(inner or results.get("error") or "the evaluator says success = false")


def _temporary(results: dict[str, Any]) -> list[tuple[str, Any]]:
    """What the evaluator tells beside its numbers."""
    told = results.get("temp")
    return [
        *(told.items() if isinstance(told, dict) else ()),
        *([("error", results["error"])] if "error" in results else []),
    ]
