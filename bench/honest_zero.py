"""The honest zero: a thousand edits that change nothing, on noisy tasks. What is reported, raw and corrected?

    python -m bench.honest_zero [CANDIDATES] [SEEDS]

Each task scores 1 with probability 1/2, drawn from the measurement's seed and the program's text, so that every
candidate is as good as every other. Raw is the best score minus 1/2; corrected is what evoweb reports.
"""

import json
import sys
import tempfile
from pathlib import Path

from bench.common import evolve, home, table

SIZES = (24, 60, 164)
PROGRAM = """# EVOLVE-BLOCK-START
ANSWER = 1
# EVOLVE-BLOCK-END
def run(given):
    return open("main.py").read()
"""
EVALUATOR = """from random import Random


def score(given, expected, output, seed):
    return float(Random(f"{seed}/{output}").random() < 0.5) if isinstance(output, str) else -1.0
"""
MANIFEST = """name = "Noise {size}"
[[components]]
path = "main.py"
[evaluator]
file = "evaluator.py"
repeatable = false
weak_seed = true
[tasks]
file = "tasks.jsonl"
[run]
method = "null_run"
candidates = 1000
"""


def folder(parent: Path, size: int) -> Path:
    """A project folder with that many coin-flip tasks."""
    made = parent / f"noise-{size}"
    made.mkdir()
    (made / "main.py").write_text(PROGRAM)
    (made / "evaluator.py").write_text(EVALUATOR)
    (made / "evoweb.toml").write_text(MANIFEST.format(size=size))
    lines = (json.dumps({"id": f"t{number}", "input": number, "expected": 1}) for number in range(size))
    (made / "tasks.jsonl").write_text("\n".join(lines) + "\n")
    return made


def main() -> None:
    candidates = sys.argv[1] if len(sys.argv) > 1 else "1000"
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    rows = []
    with home() as path, tempfile.TemporaryDirectory() as parent:
        for size in SIZES:
            project = str(folder(Path(parent), size))
            for seed in range(seeds):
                options = ["--method", "null_run", "--candidates", candidates, "--seed", str(seed), "--parallel", "4"]
                last = evolve(path, project, "--mode", "full-auto", *options).last
                gain = last["corrected_gain"]
                covers = gain["low"] <= 0 <= gain["high"]
                rows.append((size, seed, last["best_score"] - 0.5, gain["mean"], gain["low"], gain["high"], covers))
    table(("tasks", "seed", "raw gain", "corrected", "low", "high", "covers 0"), rows)


if __name__ == "__main__":
    main()
