"""Toy problems: a text with numbers whose distance to a secret is the score."""

import re
from collections.abc import Mapping

from apps.engine.records import Result

SECRET = (1.5, -2.0, 0.75, 3.0)
SEED_TEXT = "# EVOLVE-BLOCK-START\nC = [0.5, -0.5, 0.25, 1.0]\n# EVOLVE-BLOCK-END\n"
TEXTS = {"main.py": SEED_TEXT}


def distance(texts: Mapping[str, str], task: str, _before: int) -> Result:
    """Minus the squared distance of the numbers in C to the secret; a text without them is a failure."""
    found = re.search(r"C = \[([^\]]*)\]", texts["main.py"])
    try:
        numbers = [float(part) for part in found[1].split(",")] if found else []
    except ValueError:
        numbers = []
    if len(numbers) != len(SECRET):
        return Result(task, None, "error")
    return Result(task, -sum((a - b) ** 2 for a, b in zip(numbers, SECRET, strict=True)))
