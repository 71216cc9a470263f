"""Lines of an evaluator that a candidate can exploit, found without running it.

Known cases: a sum that the candidate reports itself, compared with np.isclose, may be 1e-5 of its size too large; a
tolerance of 1e-6 in each comparison of a geometry lets every radius grow by half of it; a file that the candidate wrote
is unpickled, so it can run what it likes in the evaluator's process.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator

from apps.projects.foreign.jail import strictness
from apps.projects.problems import Report

_UNPICKLES = ("pickle.load", "pickle.loads", "dill.load", "joblib.load", "cloudpickle.load")
_TWICE = "Each candidate is judged strictly too: see the metrics strict_score and relies_on_tolerance"
_ALONE = "Compare strictly before you believe in a small gain: a search finds such room by itself."
_WORDS = {
    "close": "two values count as equal though they differ: np.isclose and its like allow 1e-5 of the value unless it "
    "is written, also where atol is 0",
    "tolerance": "a tolerance that every candidate may use up",
    "pickle": "unpickles what may be the candidate's file, which then runs in the evaluator's process",
}
_JAILED = "It can do so in its sandbox only, and its score is marked forgeable."


def note_tolerances(file: str, text: str, judged_strictly: bool, report: Report) -> bool:
    """A note for each kind of such lines in a Python file. Whether any of them leaves room that can be closed."""
    tree = strictness.parsed(text)
    if tree is None:
        return False
    lines: dict[str, set[int]] = defaultdict(set)
    for kind, line in (*strictness.suspects(tree), *_unpickling(tree)):
        lines[kind].add(line)
    for kind, found in lines.items():
        first, *others = sorted(found)
        more = f" (also in line {', '.join(map(str, others[:8]))})" if others else ""
        remedy = _JAILED if kind == "pickle" else f"{_TWICE}." if judged_strictly else _ALONE
        report.note(file, first, _WORDS[kind] + more, remedy)
    return bool(lines.keys() - {"pickle"})


def _unpickling(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _UNPICKLES:
            yield "pickle", node.lineno
