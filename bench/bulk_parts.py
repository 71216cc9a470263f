"""Single rows that bulk_runs.py makes: what a candidate changes and claims, what a measurement of it leaves."""

import os
import zlib
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from apps.common.ids import row_id
from apps.engine.canonical import digest, encode
from apps.engine.effects import Contract, Propose
from apps.projects.models import Task
from bench.bulk_rows import Row

METHOD = "hill_climb"
OPERATORS = ("adaptive_step", "numbers", "python_statements")
OUTPUTS = [zlib.compress(encode([round(step * scale, 6) for step in range(60)]), 1) for scale in range(1, 21)]


def edit(random: Random, seed: Mapping[str, bytes], number: int, skill: float) -> dict[str, bytes]:
    """A file or two, changed so that no two candidates are equal."""
    gains = {"position": round(0.4 + skill, 6), "speed": round(0.3 + random.random() / 10, 6)}
    config = f'{{\n  "believed": {{\n    "friction": {0.1 + number / 1e7:.7f}\n  }},\n  "gains": {{\n'
    config += f'    "position": {gains["position"]},\n    "speed": {gains["speed"]}\n  }}\n}}\n'
    changed = {"config.json": config.encode()}
    if number % 5 == 0:
        limit = f"    # at most {number % 97} N\n    return -gains"
        changed["main.py"] = seed["main.py"].replace(b"    return -gains", limit.encode())
    return changed


def contract(tasks: Sequence[Task], number: int) -> Contract:
    """What a candidate claims."""
    fixes = tuple(task.key for task in tasks if (number + task.position) % 3 == 0)
    return Contract(f"gain {number % 40} is too small for heavy carts", "trajectories of its parent", fixes)


def candidate_row(run: int, round_id: int, number: int, files: Mapping[str, str], effect: Propose) -> Row:
    """A candidate edit, without its cached columns but for its base."""
    listed, parents = encode(files), effect.parents
    claimed = {name: getattr(effect.contract, name) for name in Contract.__slots__ if getattr(effect.contract, name)}
    return {
        "id": row_id(run, number),
        "run_id": run,
        "round_id": round_id,
        "parents": encode({"parents": parents}),
        "content": listed,
        "content_digest": digest(listed),
        "authors": encode({"method": METHOD, "operator": effect.operator}),
        "contract": encode(claimed),
        "traits": b"{}",
        "graded": b"",
        "size": 0,
        "salt": os.urandom(16),
        "base": row_id(run, parents[0]) if parents else None,
    }


def trajectory_row(random: Random, protocol: int, effect: Row, task: Task, score: float | None, failure: str) -> Row:
    """One measurement on one task."""
    seconds = round(0.002 + random.random() / 200, 6)
    report: dict[str, Any] = {"detail": "the force grew beyond all bounds"} if failure else {}
    return {
        "candidate_id": effect["candidate"],
        "task_id": task.pk,
        "round": effect["round_id"],
        "position": effect["position"],
        "child": -1,
        "protocol_id": protocol,
        "repeat": 0,
        "seed": effect["candidate"] % 1_000_003 + task.position,
        "score": score,
        "failure": failure,
        "report": encode(report),
        "output": b"" if failure else OUTPUTS[random.randrange(len(OUTPUTS))],
        "seconds": seconds,
        "cpu_seconds": round(seconds * 0.9, 6),
        "salt": os.urandom(16),
    }
