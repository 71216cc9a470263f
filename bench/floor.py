"""The floor: a bare in-process hill climber on parabola8, without journal, isolation or oversight.

Same operator, same step rule, same program, same scorer; candidates are compiled and run in this very process. It is
what evoweb's speed is compared with (bench/speed.py runs the two in turn).
"""

import json
import sys
import time
from random import Random

from bench.common import EXAMPLES, table


def climb(candidates: int, seed: int) -> tuple[float, float]:
    """(candidates per second, best score) of a bare hill climb."""
    from apps.engine.methods.hill_climb import STEP

    folder = EXAMPLES / "parabola8"
    task = json.loads((folder / "tasks.jsonl").read_text().splitlines()[0])
    scorer: dict[str, object] = {}
    exec((folder / "evaluator.py").read_text(), scorer)
    texts, edits = {"main.py": (folder / "main.py").read_text()}, {"main.py": "regions"}
    best, memory = measure(texts, task, scorer), STEP.initial()
    begun = time.perf_counter()
    for number in range(candidates):
        edit = STEP.edit(texts, edits, Random(f"{seed}/{number}"), sigma=STEP.sigma(memory))
        if edit is None:
            continue
        score = measure({**texts, **edit}, task, scorer)
        memory = STEP.update(memory, score > best)
        if score > best:
            best, texts = score, {**texts, **edit}
    return candidates / (time.perf_counter() - begun), best


def measure(texts: dict[str, str], task: dict[str, object], scorer: dict[str, object]) -> float:
    """Score of a program, run in this process."""
    program: dict[str, object] = {}
    exec(compile(texts["main.py"], "main.py", "exec"), program)
    found = scorer["score"](task["input"], task["expected"], program["run"](task["input"]), 0)  # type: ignore[operator]
    return float(found["score"] if isinstance(found, dict) else found)


def main() -> None:
    candidates = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rows = [(seed, *climb(candidates, seed)) for seed in range(3)]
    table(("seed", "candidates/s", "best score"), rows)


if __name__ == "__main__":
    main()
