"""Lines of an evaluator that a candidate can exploit, found without running it.

Known cases: a sum that the candidate reports itself, compared with np.isclose, may be 1e-5 of its size too large; a
tolerance of 1e-6 in each comparison of a geometry lets every radius grow by half of it; a file that the candidate wrote
is unpickled, so it can run what it likes in the evaluator's process.
"""

import ast
import warnings
from collections import defaultdict
from collections.abc import Iterator

from apps.projects.problems import Report

_CLOSE = ("isclose", "allclose", "assert_allclose", "array_almost_equal", "assert_almost_equal")
_LARGEST_TOLERANCE = 1e-3
_NAMES = ("tol", "eps", "atol", "rtol", "slack")

_STRICTLY = "Compare strictly before you believe in a small gain: a search finds such room by itself."
REMEDIES = {
    "close": (
        "two values count as equal though they differ: np.isclose and its like allow 1e-5 of the value by default, "
        "also where atol is 0",
        f"If one of them is what the candidate reports, score the one that is computed. {_STRICTLY}",
    ),
    "tolerance": ("a tolerance that every candidate may use up", _STRICTLY),
    "pickle": (
        "unpickles what may be the candidate's file, which then runs in the evaluator's process",
        "It can do so in its sandbox only, and its score is marked forgeable.",
    ),
}


def note_tolerances(file: str, text: str, report: Report) -> None:
    """A note for each kind of such lines in a Python file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines: dict[str, set[int]] = defaultdict(set)
    for node in ast.walk(tree):
        for kind, line in _suspects(node):
            lines[kind].add(line)
    for kind, found in lines.items():
        what, remedy = REMEDIES[kind]
        first, *others = sorted(found)
        more = f" (also in line {', '.join(map(str, others[:8]))})" if others else ""
        report.note(file, first, what + more, remedy)


def _suspects(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Call):
        name = _name(node.func)
        if name in _CLOSE and not _strict(node):
            yield "close", node.lineno
        if _whole_name(node.func) in ("pickle.load", "pickle.loads", "dill.load", "joblib.load", "cloudpickle.load"):
            yield "pickle", node.lineno
    elif isinstance(node, ast.Compare):
        if any(_small(inner) for inner in ast.walk(node)):
            yield "tolerance", node.lineno
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _small(node.value):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(each, ast.Name) and any(part in each.id.lower() for part in _NAMES) for each in targets):
            yield "tolerance", node.lineno


def _strict(call: ast.Call) -> bool:
    """Whether rtol is written and small; math.isclose has a default of 1e-9."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    told = given.get("rtol") or given.get("rel_tol")
    if told is None:
        return _whole_name(call.func) == "math.isclose"
    return isinstance(told, ast.Constant) and isinstance(told.value, int | float) and told.value <= 1e-9


def _small(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value <= _LARGEST_TOLERANCE


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _whole_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{function.value.id}.{function.attr}"
    return getattr(function, "id", "")
