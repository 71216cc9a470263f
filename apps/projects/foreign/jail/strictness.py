"""Comparisons of an evaluator that leave room, and the same evaluator without it.

A search finds such room: a sum that is reported 1e-5 too large and passes np.isclose, radii that each grow by half a
tolerance. So what scored is judged once more with every tolerance closed to STRICT. A candidate that holds only within
a tolerance is not refused, for its engine accepts it; it is told apart.
"""

import ast
import contextlib
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

STRICT = 1e-12  # what rounding may leave of a sum of some numbers around 1
LARGEST = 1e-3  # what is larger is a quantity and no tolerance
SCORE, FLAG = "strict_score", "relies_on_tolerance"

_CLOSE = ("isclose", "allclose", "assert_allclose", "assert_almost_equal", "assert_array_almost_equal")
_KEYWORDS = ("rtol", "atol", "rel_tol", "abs_tol")
_NAMES = ("tol", "eps", "slack")

Verdict = dict[str, Any]


def parsed(text: str) -> ast.Module | None:
    """The text as a tree; None for what is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def suspects(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(kind, line) of what leaves room: "close" for functions that compare so, "tolerance" for small numbers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _compares_closely(node):
            yield "close", node.lineno
        elif isinstance(node, ast.Compare) and any(_small(inner) for inner in ast.walk(node)):
            yield "tolerance", node.lineno
        else:
            yield from (("tolerance", value.lineno) for _, value in _named(node) if _small(value))


def closed(text: str, file: str) -> CodeType:
    """The program of a Python text with every such comparison closed."""
    return compile(_closed(text), file, "exec", dont_inherit=True)


def closed_text(text: str) -> str:
    """The Python text with every such comparison closed, for what is started as a file."""
    return ast.unparse(_closed(text))


def _closed(text: str) -> ast.Module:
    tree: ast.Module = _Closing().visit(ast.parse(text))
    return ast.fix_missing_locations(tree)


def compared(seconds: float, plainly: Callable[[], Verdict], strictly: Callable[[], Verdict]) -> Verdict:
    """The plain verdict with what the closed evaluator says of it: metrics SCORE and FLAG, and a word in the feedback.

    Where it says less, the evaluator itself is asked again: one that varies by itself says nothing about tolerances.
    Neither is asked where the first answer took longer than so many seconds, and none is waited for longer.
    """
    started = time.monotonic()
    found = plainly()
    if "score" not in found or time.monotonic() - started > seconds:
        return found
    strict = _tried(strictly, seconds)
    score = strict.get("score")
    metrics = found["metrics"] | ({} if score is None else {SCORE: score})
    if "late" in strict:
        return found
    holds = score is not None and score >= found["score"]
    if holds or _tried(plainly, seconds).get("score") != found["score"]:
        return found | {"metrics": metrics | {FLAG: 0.0}}
    says = f"it scores {score:.9g}" if score is not None else strict["incorrect"].partition("\n")[0][:300]
    word = f"This holds only within a tolerance of the evaluator. Compared strictly: {says}"
    return found | {"metrics": metrics | {FLAG: 1.0}, "feedback": f"{word}\n{found['feedback']}"}


class _Late(BaseException):
    """The time is up; an evaluator that catches exceptions does not catch this one."""


def _tried(judge: Callable[[], Verdict], seconds: float) -> Verdict:
    try:
        with _alarm(seconds):
            return judge()
    except _Late:
        return {"late": True}
    except Exception as problem:  # noqa: BLE001 an assertion that fails strictly is an answer too
        return {"incorrect": f"{type(problem).__name__}: {problem}"}


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Closing(ast.NodeTransformer):
    """Puts STRICT in the place of every tolerance."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if _compares_closely(node):
            given = {keyword.arg for keyword in node.keywords}
            missing = ("rel_tol",) if _is_maths(node) else ("rtol", "atol")
            node.args = node.args[:2]
            node.keywords += [ast.keyword(name, ast.Constant(STRICT)) for name in missing if name not in given]
            for keyword in node.keywords:
                keyword.value = ast.Constant(STRICT) if keyword.arg in _KEYWORDS else keyword.value
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for inner in ast.walk(node):
            if _small(inner):
                inner.value = STRICT  # type: ignore[attr-defined]
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for _, value in _named(node):
            if _small(value):
                value.value = STRICT  # type: ignore[attr-defined]
        return super().generic_visit(node)


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Values that are bound to the name of a tolerance: by assignment, as a default, as an argument."""
    pairs: list[tuple[str, ast.expr | None]] = []
    if isinstance(node, ast.Assign):
        pairs = [(target.id, node.value) for target in node.targets if isinstance(target, ast.Name)]
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        pairs = [(node.target.id, node.value)]
    elif isinstance(node, ast.arguments):
        names = [argument.arg for argument in (*node.posonlyargs, *node.args)]
        pairs = list(zip(names[len(names) - len(node.defaults) :], node.defaults, strict=True))
        pairs += zip([argument.arg for argument in node.kwonlyargs], node.kw_defaults, strict=True)
    elif isinstance(node, ast.keyword) and node.arg in _KEYWORDS:
        pairs = [(node.arg, node.value)]
    for name, value in pairs:
        if value is not None and any(part in name.lower() for part in _NAMES):
            yield name, value


def _compares_closely(node: ast.Call) -> bool:
    """Whether a call compares with a tolerance above STRICT."""
    if _name(node.func) not in _CLOSE:
        return False
    told = [_number(keyword.value) for keyword in node.keywords if keyword.arg in ("rtol", "rel_tol")]
    return not (told and told[0] is not None and told[0] <= STRICT)


def _is_maths(node: ast.Call) -> bool:
    given = {keyword.arg for keyword in node.keywords}
    of_module = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in ("math", "cmath")
    return of_module or bool(given & {"rel_tol", "abs_tol"})


def _small(node: ast.AST) -> bool:
    number = _number(node)
    return number is not None and STRICT < number <= LARGEST


def _number(node: ast.AST) -> float | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, float) else None


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
