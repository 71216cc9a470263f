"""Makes the folder of every problem in TABLE from the one of nguyen_1: its name, its variables, its points.

python examples/symbolic_regression/make.py

A target is an expression of its variables. A range is ("U", low, high, n): n random points, or ("E", low, high, step):
an even grid. Random points come from the problem's name, so that they are always the same.
"""

import ast
import json
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
MODEL = "nguyen_1"
MOST = 200  # held-out points; of a larger grid so many are drawn
TRIES = 50  # random points drawn for each that is wanted; where the target does not exist, another one is drawn
KEIJZER = 5.0  # standard deviation of random constants in the Keijzer problems (McDermott et al. 2012)

type Range = tuple[str, float, float, float]


@dataclass(frozen=True, slots=True)
class Problem:
    """A function to be found. Without held_out ranges, held-out points are MOST random ones of the training range.

    train and held_out have one range for all variables, or one for each, by name.
    """

    name: str
    target: str
    train: Mapping[str, Range]
    held_out: Mapping[str, Range] = field(default_factory=dict)
    variables: tuple[str, ...] = ("x",)
    sigma: float = 0.0

    @property
    def folder(self) -> str:
        return self.name.lower().replace("-", "_")


def nguyen(number: int, target: str, low: float, high: float, variables: tuple[str, ...] = ("x",)) -> Problem:
    return Problem(f"Nguyen-{number}", target, {"all": ("U", low, high, 20)}, variables=variables)


def keijzer(number: int, target: str, train: Range, held_out: Range, variables: tuple[str, ...] = ("x",)) -> Problem:
    return Problem(f"Keijzer-{number}", target, {"all": train}, {"all": held_out}, variables, KEIJZER)


PLANE = ("U", -3, 3, 20), ("E", -3, 3, 0.01), ("x", "y")

TABLE = (
    nguyen(1, "x**3 + x**2 + x", -1, 1),
    nguyen(2, "x**4 + x**3 + x**2 + x", -1, 1),
    nguyen(3, "x**5 + x**4 + x**3 + x**2 + x", -1, 1),
    nguyen(4, "x**6 + x**5 + x**4 + x**3 + x**2 + x", -1, 1),
    nguyen(5, "sin(x**2) * cos(x) - 1", -1, 1),
    nguyen(6, "sin(x) + sin(x + x**2)", -1, 1),
    nguyen(7, "log(x + 1) + log(x**2 + 1)", 0, 2),
    nguyen(8, "sqrt(x)", 0, 4),
    nguyen(9, "sin(x) + sin(y**2)", 0, 1, ("x", "y")),
    nguyen(10, "2 * sin(x) * cos(y)", 0, 1, ("x", "y")),
    keijzer(1, "0.3 * x * sin(2 * pi * x)", ("E", -1, 1, 0.1), ("E", -1, 1, 0.001)),
    keijzer(
        4,
        "x**3 * exp(-x) * cos(x) * sin(x) * (sin(x)**2 * cos(x) - 1)",
        ("E", 0, 10, 0.1),
        ("E", 0.05, 10.05, 0.1),
    ),
    keijzer(6, "harmonic(x)", ("E", 1, 50, 1), ("E", 1, 120, 1)),
    keijzer(11, "x * y + sin((x - 1) * (y - 1))", *PLANE),
    keijzer(14, "8 / (2 + x**2 + y**2)", *PLANE),
    Problem(
        "Pagie-1",
        "1 / (1 + x**-4) + 1 / (1 + y**-4)",
        {"all": ("E", -5, 5, 0.4)},
        {"all": ("U", -5, 5, MOST)},
        ("x", "y"),
    ),
)


def harmonic(x: float) -> float:
    return math.fsum(1 / i for i in range(1, round(x) + 1))


NAMES: Mapping[str, float] = {"pi": math.pi}
FUNCTIONS: Mapping[str, Callable[..., float]] = {
    **{name: getattr(math, name) for name in ("sin", "cos", "tan", "tanh", "exp", "log", "sqrt")},
    "abs": abs,
    "pow": math.pow,
    "div": operator.truediv,
    "harmonic": harmonic,
}
OPERATORS: Mapping[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}


class Undefined(Exception):
    """A function has no value there, such as the logarithm of a negative number."""


def called(function: Callable[..., float], *arguments: float) -> float:
    try:
        return function(*arguments)
    except (TypeError, ValueError) as error:  # TypeError: of a complex number
        raise Undefined from error


def value(node: ast.AST, where: Mapping[str, float]) -> float:
    """The value of an expression's tree at a point.

    Raises ArithmeticError or Undefined where there is none, ValueError and KeyError for what is no arithmetic.
    """
    match node:
        case ast.Expression(body=body):
            return value(body, where)
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return where[name] if name in where else NAMES[name]
        case ast.UnaryOp(op=op, operand=operand):
            return OPERATORS[type(op)](value(operand, where))
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](value(left, where), value(right, where))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return called(FUNCTIONS[name], *(value(argument, where) for argument in arguments))
    raise ValueError(f"{ast.unparse(node)} is no arithmetic")


def target(problem: Problem) -> Callable[[Sequence[float]], float | None]:
    """The target as a function of a point: None where it is no finite real number. Raises as value does."""
    tree = ast.parse(problem.target, mode="eval")

    def at(point: Sequence[float]) -> float | None:
        try:
            found = value(tree, dict(zip(problem.variables, point, strict=True)))
        except (ArithmeticError, Undefined):
            return None
        return float(found) if not isinstance(found, complex) and abs(found) < math.inf else None

    return at


def points(problem: Problem, part: str) -> list[list[float]]:
    """The points of a part, "train" or "held_out", where the target exists, one coordinate for each variable.

    Raises ValueError where random points nearly always miss it.
    """
    rng = Random(f"{problem.name} {part}")
    ranges = getattr(problem, part) or {name: ("U", *ends, MOST) for name, (_, *ends, _) in problem.train.items()}
    each = [ranges.get(name) or ranges["all"] for name in problem.variables]
    exists = target(problem)
    if each[0][0] == "E":
        grid = [list(point) for point in product(*map(even, each))]
        chosen = grid if part == "train" or len(grid) <= MOST else sorted(rng.sample(grid, MOST))
        return [point for point in chosen if exists(point) is not None]
    wanted = int(each[0][3])
    drawn = ([round(rng.uniform(low, high), 6) for _, low, high, _ in each] for _ in range(TRIES * wanted))
    found = list(islice((point for point in drawn if exists(point) is not None), wanted))
    if len(found) < wanted:
        raise ValueError(f"{problem.name} has a target at {len(found)} of {TRIES * wanted} points")
    return found


def even(wanted: Range) -> Iterator[float]:
    """low, low + step, ... up to and including high."""
    _, low, high, step = wanted
    return (round(low + step * i, 6) for i in range(round((high - low) / step) + 1))


def task(problem: Problem) -> str:
    """The one task of a problem, as a line of JSON."""
    inputs = {part: points(problem, part) for part in ("train", "held_out")}
    expected = {part: list(map(target(problem), places)) for part, places in inputs.items()}
    return json.dumps({"id": problem.folder, "input": inputs, "expected": expected}) + "\n"


def files(problem: Problem) -> dict[str, str]:
    """The files of a problem's folder by name."""
    texts = {name: (HERE / MODEL / name).read_text() for name in ("main.py", "evaluator.py", "evoweb.toml")}
    main = texts["main.py"].replace("def f(x):", f"def f({', '.join(problem.variables)}):")
    main = main.replace("SIGMA = 0.0", f"SIGMA = {problem.sigma}").replace(
        "return x\n", f"return {problem.variables[0]}\n"
    )
    texts["main.py"] = main.replace("Nguyen-1", problem.name)
    texts["evoweb.toml"] = texts["evoweb.toml"].replace("Nguyen-1", problem.name)
    return {**texts, "tasks.jsonl": task(problem)}


def write(problem: Problem, root: Path) -> Path:
    """Make a problem's folder below root; what is there under the same names is written anew."""
    folder = root / problem.folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(problem).items():
        (folder / name).write_text(text)
    return folder


if __name__ == "__main__":
    for made in TABLE:
        write(made, HERE)
