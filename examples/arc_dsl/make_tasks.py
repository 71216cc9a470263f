"""Makes tasks.jsonl from ARC's training tasks (arc-agi-1, packed as {id: {"train": [...], "test": [...]}}).

python examples/arc_dsl/make_tasks.py TRAINING_JSON
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Each with a program that answers it, found by trying out all programs of one and two steps.
CHOSEN = {
    "0520fde7": "in_both, paint(2)",
    "1b2d62fb": "in_none, paint(8)",
    "1cf80156": "crop",
    "1e0a9b12": "fall_down",
    "28bf18c6": "crop, twice_right",
    "3428a4f5": "in_one, paint(3)",
    "3906de3d": "fall_up",
    "3af2c5a8": "mirror_right, mirror_down",
    "3c9b0459": "half_turn",
    "4c4377d9": "mirror_up",
    "67a3c6ac": "flip_columns",
    "6d0aefbc": "mirror_right",
    "746b3537": "plain",
    "8be77c9e": "mirror_down",
    "8f2ea7aa": "crop, in_itself",
    "9172f3a0": "triple",
    "94f9d214": "in_none, paint(2)",
    "a416b8f3": "twice_right",
    "a740d043": "without_commonest, crop",
    "a87f7484": "commonest, crop",
    "aabf363d": "exchange, only_largest",
    "be94b721": "largest",
    "c59eb873": "double",
    "d037b0a7": "below",
    "dae9d2b5": "in_either, paint(6)",
    "e3497940": "complete_columns, left",
    "ed36ccf7": "flip_columns, transpose",
    "f25fbde4": "double, crop",
}


def tasks(puzzles: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Two for each puzzle: the first pair asked for from the others, and the test grids from all pairs, as a gate."""
    for key in CHOSEN:
        pairs = [[pair["input"], pair["output"]] for pair in puzzles[key]["train"]]
        tests = [(pair["input"], pair["output"]) for pair in puzzles[key]["test"]]
        for split, shown, asked in (("validation", pairs[1:], pairs[:1]), ("gate", pairs, tests)):
            yield {
                "id": f"{key}-{split}",
                "split": split,
                "origin": f"ARC-AGI-1, training task {key}",
                "input": {"shown": shown, "asked": [before for before, _ in asked]},
                "expected": [after for _, after in asked],
            }


if __name__ == "__main__":
    puzzles = json.loads(Path(sys.argv[1]).read_text())
    lines = "".join(json.dumps(task, separators=(",", ":")) + "\n" for task in tasks(puzzles))
    Path(__file__).with_name("tasks.jsonl").write_text(lines)
