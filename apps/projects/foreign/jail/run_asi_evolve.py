"""Runs an ASI-Evolve evaluator: eval.sh in a step's folder with the program in `code`; it writes results.json there."""

import json
import os
import subprocess
import threading
from typing import Any

from evoweb_jail import surroundings, verdict

_LARGEST = 4 << 20
_LAST = 3_000  # characters of what the script said
_OWN = ("eval_score", "success", "score", "temp", "error")


def run(given: dict[str, Any], seed: int) -> dict[str, Any]:
    """The verdict on one program."""
    surroundings.enter(seed)
    step = surroundings.path(f"steps/step_{seed}")
    os.makedirs(step, exist_ok=True)
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
        ["bash", script], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    kept = bytearray()
    reader = threading.Thread(target=_listen, args=(process, kept), daemon=True)
    reader.start()
    status = process.wait()
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
