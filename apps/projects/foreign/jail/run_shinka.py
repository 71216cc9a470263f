"""Runs a ShinkaEvolve evaluator: evaluate.py --program_path P --results_dir D, which writes two JSON files into D.

It runs as a program in a process of its own, as there: it may end by exit, by os._exit or with another status, what
counts are metrics.json and correct.json.
"""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from evoweb_jail import strictness, surroundings, verdict

_LARGEST = 4 << 20
_LAST = 3_000  # characters of what a failed evaluator said


def run(given: dict[str, Any], seed: int) -> dict[str, Any]:
    """The verdict on one program, and what it would be without tolerances."""
    file = surroundings.path(given["evaluator"])
    text = surroundings.text(given["evaluator"])

    def judge(code: Callable[[], CodeType]) -> dict[str, Any]:
        surroundings.enter(seed)
        return _judge(code, given)

    def plainly() -> dict[str, Any]:
        return judge(lambda: compile(text, file, "exec", dont_inherit=True))

    if not given["strict"]:
        return plainly()
    return strictness.compared(given["strict"], plainly, lambda: judge(lambda: strictness.closed(text, file)))


def _judge(code: Callable[[], CodeType], given: dict[str, Any]) -> dict[str, Any]:
    results = tempfile.mkdtemp(prefix="results_", dir=surroundings.JAIL)
    last_words = os.path.join(results, "last_words")
    program = surroundings.path(given["program"])
    words = ["--program_path", program, "--results_dir", results, *given["arguments"]]
    status = _apart(code, [surroundings.path(given["evaluator"]), *words], last_words)
    if (said := _json(results, "correct.json")) is None or (metrics := _json(results, "metrics.json")) is None:
        return verdict.refused(f"{given['evaluator']} ended with status {status} without results", _told(last_words))
    parts = [("feedback", metrics["text_feedback"])] if metrics.get("text_feedback") else []
    if said.get("correct") is not True:
        return verdict.refused(str(said.get("error") or "the evaluator says correct = false"), parts)
    public, private = _table(metrics, "public"), _table(metrics, "private")
    kept = public | {f"private.{name}": value for name, value in verdict.numbers(private).items()}
    others = {name: value for name, value in metrics.items() if name not in _KNOWN}
    return verdict.scored(metrics.get("combined_score"), verdict.numbers(others) | kept, parts)


_KNOWN = ("combined_score", "public", "private", "text_feedback", "extra_data")


def _apart(code: Callable[[], CodeType], words: list[str], last_words: str) -> int:
    """Run a program with these words in a forked process, with everything that is imported already. Its status."""
    child = os.fork()
    if child:
        return _status(child)
    status = 1
    try:
        sys.argv = words
        sys.path.insert(0, os.path.dirname(words[0]))
        main = sys.modules["__main__"] = ModuleType("__main__")
        main.__file__ = words[0]
        exec(code(), main.__dict__)
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        _leave_word(last_words, str(leaving.code))
    except BaseException as problem:  # noqa: BLE001 this is the edge: an evaluator may raise anything
        _leave_word(last_words, surroundings.described(problem)[-_LAST:])
    finally:
        os._exit(status & 0xFF)


def _status(child: int) -> int:
    """When it has ended; who does not wait so long ends it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise


def _leave_word(place: str, text: str) -> None:
    with open(place, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)


def _told(last_words: str) -> list[tuple[str, str]]:
    try:
        with open(last_words, encoding="utf-8", errors="replace") as file:
            return [("it said", file.read(_LAST))]
    except OSError:
        return []


def _json(folder: str, name: str) -> dict[str, Any] | None:
    """A JSON object that the evaluator wrote; None where there is none."""
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            value = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _table(metrics: dict[str, Any], name: str) -> dict[str, Any]:
    value = metrics.get(name)
    return dict(value) if isinstance(value, dict) else {}
