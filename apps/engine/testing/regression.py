"""Symbolic regression in memory: programs are read, not run, and scored by how well their values fit a formula."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.engine.records import Result
from apps.engine.variation.expressions import Tree
from apps.engine.variation.expressions_read import Language, NoExpression, expression_of, parsed

HIT = 0.01  # a point is hit by a value within this of the target (Koza, Genetic Programming, 1992)
EDITS = {"main.py": "regions"}

type Values = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_PROGRAM = """FUNCTIONS = {functions!r}
CONSTANTS = (1.0,)
SIGMA = {sigma!r}


# EVOLVE-BLOCK-START
def f({variables}):
    return {seed}


# EVOLVE-BLOCK-END
"""


def _div(a: Values, b: Values) -> Values:
    return np.where(b == 0, 1.0, a / np.where(b == 0, 1.0, b))


def _log(a: Values) -> Values:
    return np.where(a == 0, 0.0, np.log(np.abs(np.where(a == 0, 1.0, a))))


_CALLS: Mapping[str, Callable[..., Values]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "div": _div,
    "sin": np.sin,
    "cos": np.cos,
    "exp": np.exp,
    "log": _log,
}
FUNCTIONS = {"+": 2, "-": 2, "*": 2, "div": 2, "sin": 1, "cos": 1, "exp": 1, "log": 1}


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Points, column by column, and the value that is wanted at each; what the trees are made of.

    div(a, 0) is 1; log is that of the absolute value, and 0 at 0.
    """

    columns: Mapping[str, Values]
    targets: Values
    functions: Mapping[str, int]
    sigma: float = 0.0
    seed: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The seed: a program whose expression is `seed`, else the first variable."""
        names = list(self.columns)
        said = {"functions": dict(self.functions), "sigma": self.sigma, "variables": ", ".join(names)}
        return {"main.py": _PROGRAM.format(seed=self.seed or names[0], **said)}

    def score(self, texts: Mapping[str, str], task: str, _before: int) -> Result:
        """1 / (1 + NRMSE), and whether all points are hit; what has no value at a point scores 0."""
        try:
            tree = expression_of(texts, EDITS).tree
            values = computed(tree, self.columns, len(self.targets))
        except (NoExpression, LookupError):
            return Result(task, None, "error")
        if not np.isfinite(values).all():
            return Result(task, 0.0, facts={"solved": 0.0})
        errors = np.minimum(np.abs(values - self.targets), 1e100)
        error = np.sqrt(np.mean(errors**2)) / np.std(self.targets)
        return Result(task, float(1 / (1 + error)), facts={"solved": float(errors.max() <= HIT)})


def by_formula(
    formula: str,
    points: Mapping[str, Sequence[float]],
    functions: Mapping[str, int],
    sigma: float = 0.0,
    seed: str = "",
) -> Problem:
    """The problem of finding a formula again. Raises NoExpression, LookupError for one that cannot be computed."""
    columns = {name: np.asarray(values, dtype=np.float64) for name, values in points.items()}
    language = Language((*FUNCTIONS.items(), ("/", 2)), tuple(columns), (), 0.0)
    targets = computed(parsed(formula, language), columns, len(next(iter(columns.values()))))
    return Problem(columns, targets, functions, sigma, seed)


def computed(tree: Tree, columns: Mapping[str, Values], rows: int) -> Values:
    """The values of a tree in each row. Raises LookupError for what it does not know."""
    with np.errstate(all="ignore"):
        return np.broadcast_to(_computed(tree, columns), (rows,))


def _computed(tree: Tree, columns: Mapping[str, Values]) -> Any:
    if tree.operands:
        return _CALLS[tree.label](*(_computed(operand, columns) for operand in tree.operands))
    if tree.label in columns:
        return columns[tree.label]
    try:
        return np.float64(tree.label)
    except ValueError:
        raise LookupError(tree.label) from None
