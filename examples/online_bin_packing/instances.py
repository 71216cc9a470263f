"""Makes tasks.jsonl: python instances.py > tasks.jsonl. Every instance comes from its own name as the random seed."""

import json
from random import Random

UNIFORM, WEIBULL = 150, 100  # capacities

# split, kind, how many instances, items of each
SETS = [
    ("validation", "uniform", 4, 250),
    ("validation", "weibull", 4, 500),
    ("gate", "uniform", 8, 500),
    ("gate", "weibull", 12, 1000),
    ("sealed", "uniform", 5, 1000),
    ("sealed", "weibull", 10, 1000),
    ("sealed", "weibull-long", 2, 5000),
]


def uniform(name, count):
    """Whole numbers from 20 to 100, all as likely: class u of Falkenauer, Journal of Heuristics 2 (1996)."""
    random = Random(name)
    return {"capacity": UNIFORM, "items": [random.randint(20, 100) for _ in range(count)]}


def weibull(name, count):
    """Weibull, scale 45, shape 3, rounded and cut to 1 to 100: Romera-Paredes et al., Nature 625 (2024)."""
    random = Random(name)
    sizes = [round(random.weibullvariate(45, 3)) for _ in range(count)]
    return {"capacity": WEIBULL, "items": [min(100, max(1, size)) for size in sizes]}


def tasks():
    """All tasks as evoweb reads them."""
    for split, kind, instances, count in SETS:
        make = uniform if kind == "uniform" else weibull
        for number in range(1, instances + 1):
            name = f"{split}-{kind}-{number}"
            yield {"id": name, "split": split, "input": make(name, count)}


if __name__ == "__main__":
    for task in tasks():
        print(json.dumps(task, separators=(",", ":")))
