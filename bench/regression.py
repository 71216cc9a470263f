"""Symbolic regression on every problem of a benchmarks.csv: how many are solved, and how well held-out points fit.

The file is that of deep-symbolic-optimization (BSD-3-Clause): name, variables, expression, train_spec, test_spec.

python -m bench.regression FILE [METHOD] [CANDIDATES] [NAME ...]
"""

import csv
import importlib.util
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.common import EXAMPLES, evolve, home, table

MOST = 500  # training points; larger sets slow a candidate down and tell no more


def maker() -> ModuleType:
    """examples/symbolic_regression/make.py, which is no package."""
    spec = importlib.util.spec_from_file_location("make_regression", EXAMPLES / "symbolic_regression" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def problems(file: Path, make: ModuleType) -> Iterator[Any]:
    """The problems of a benchmarks.csv as make.Problem, in order."""
    with file.open(newline="") as lines:
        for row in csv.DictReader(lines):
            yield make.Problem(
                row["name"],
                row["expression"],
                _ranges(row["train_spec"], MOST),
                _ranges(row["test_spec"], make.MOST),
                tuple(f"x{number}" for number in range(1, int(row["variables"]) + 1)),
            )


def _ranges(spec: str, most: int) -> Mapping[str, tuple[str, float, float, float]]:
    """{"all": {"U": [low, high, n]}} as make.py has it; "None" is none.

    The third number of an even grid, "E", is its step, but where no such step fits in, the number of its points.
    """
    found = {}
    for name, wanted in (json.loads(spec) if spec != "None" else {}).items():
        ((kind, (low, high, amount)),) = wanted.items()
        counts = kind == "E" and amount > high - low
        found[name] = (kind, low, high, (high - low) / (amount - 1) if counts else min(amount, most))
    return found


def usable(problem: Any, make: ModuleType) -> bool:
    """Whether the target can be computed and varies; what cannot be used is told."""
    try:
        task = json.loads(make.task(problem))
        if all(len(set(values)) > 1 for values in task["expected"].values()):
            return True
        error: Exception = ValueError("its target is constant")
    except (KeyError, ValueError) as failure:
        error = failure
    print(f"{problem.name} is left out: {error}", file=sys.stderr)
    return False


def main() -> None:
    file = Path(sys.argv[1])
    method = sys.argv[2] if len(sys.argv) > 2 else "genetic_programming"
    candidates = sys.argv[3] if len(sys.argv) > 3 else "2000"
    wanted, make, rows = set(sys.argv[4:]), maker(), []
    with home() as path, tempfile.TemporaryDirectory(prefix="evoweb-regression-") as folder:
        for problem in problems(file, make):
            if (not wanted or problem.name in wanted) and usable(problem, make):
                made = make.write(problem, Path(folder))
                last = evolve(path, str(made), "--method", method, "--candidates", candidates, "--parallel", "2").last
                rows.append((problem.name, last["seed_score"], last["best_score"]))
    table(("problem", "seed", f"best of {method}"), rows)


if __name__ == "__main__":
    main()
