"""Answers that are known, measured by an evaluator in the sandbox: what the benches of task sets share."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.common import home

PROGRAM = b"""\
import json
from pathlib import Path

ANSWERS = json.loads(Path(__file__).with_name("answers.json").read_text())


def run(key):
    return ANSWERS[key]
"""
BATCH = 20  # tasks of one job
SLOTS = os.cpu_count() or 1


class Item(NamedTuple):
    """An answer, and what the evaluator is told beside it."""

    key: str
    answer: str
    expected: Any


def measure(evaluator: str, items: Sequence[Item], helpers: Mapping[str, bytes] | None = None) -> tuple[Any, float]:
    """(results by key, seconds): answers are returned in one sandbox, judged in another, SLOTS jobs at once.

    The evaluator's text imports evoweb_scorers; helpers lie beside it. Time runs from the first job to the last result,
    sandboxes warm.
    """
    from apps.projects.scorers import library
    from apps.sandbox.contract import Job, Limits, Program, Scorer, TaskItem
    from apps.sandbox.pool import Pool
    from apps.sandbox.probe import require
    from apps.sandbox.runtime import prepare

    texts = {"evaluator.py": evaluator, **library()}
    files = {path: text.encode() for path, text in texts.items()} | dict(helpers or {})
    scorer = Scorer(files, "evaluator.py:score", wall_seconds=60.0, key="bench")

    def job(number: int, part: Sequence[Item]) -> Job:
        answers = json.dumps({item.key: item.answer for item in part}).encode()
        tasks = tuple(TaskItem(item.key, _json(item.key), _json(item.expected)) for item in part)
        return Job(
            str(number),
            Program({"main.py": PROGRAM, "answers.json": answers}, "main.py:run"),
            scorer,
            tasks,
            limits,
            runtime,
        )

    limits = Limits(output_kb=1024)
    with home() as place:
        runtime = prepare((), place)
        with Pool(SLOTS, place, require(place)) as pool:
            for number in range(SLOTS):
                pool.submit(job(-1 - number, items[:1]))
            _collect(pool, SLOTS)
            jobs = [job(at, items[at : at + BATCH]) for at in range(0, len(items), BATCH)]
            begun = time.monotonic()
            results = _run(pool, jobs)
            return results, time.monotonic() - begun


def _run(pool: Any, jobs: Sequence[Any]) -> dict[str, Any]:
    waiting, results = list(reversed(jobs)), {}
    left = len(jobs)
    while left:
        while waiting and pool.free:
            pool.submit(waiting.pop())
        for outcome in _collect(pool, 1):
            left -= 1
            results.update({result.task: result for result in outcome.results})
    return results


def _collect(pool: Any, count: int) -> list[Any]:
    """At least so many outcomes. Raises SystemExit where the sandbox itself broke."""
    found: list[Any] = []
    while len(found) < count:
        found += pool.collect(60.0)
    for outcome in found:
        if outcome.infrastructure:
            raise SystemExit(outcome.infrastructure)
    return found


def failed(results: Mapping[str, Any]) -> list[str]:
    """Keys of the answers that are not right."""
    return [key for key, result in results.items() if result.score != 1.0]


def lines_of(file: Path) -> list[dict[str, Any]]:
    """Records of a JSON Lines file, packed or not."""
    import gzip

    data = file.read_bytes()
    text = gzip.decompress(data) if file.suffix == ".gz" else data
    return [json.loads(line) for line in text.decode().splitlines()]


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
