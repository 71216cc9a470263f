"""Kinds of errors, told from what a measurement says: what a model can be asked to repair."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from apps.engine.records import Shown

SOLVED = ""
KINDS: Mapping[str, str] = {
    "syntax": "it does not compile",
    "name": "a name, attribute or module is not there",
    "type": "an operation got a value of a kind that it does not take",
    "value": "an index, a key or a value was out of range",
    "answer": "it runs, and the answer is wrong or not good enough",
    "format": "what it returned is not what was asked for",
    "limit": "it took too long, or too much memory or output",
    "crash": "it raised something else, or died",
}

_BY_LABEL = {
    "syntax": "syntax",
    "no_entry": "name",
    "incorrect": "answer",
    "invalid_output": "format",
    **dict.fromkeys(("timeout", "cpu", "memory", "output_limit"), "limit"),
}
_BY_EXCEPTION = {
    **dict.fromkeys(("SyntaxError", "IndentationError", "TabError"), "syntax"),
    **dict.fromkeys(("NameError", "UnboundLocalError", "AttributeError", "ImportError", "ModuleNotFoundError"), "name"),
    "TypeError": "type",
    **dict.fromkeys(("ValueError", "IndexError", "KeyError", "ZeroDivisionError", "OverflowError"), "value"),
    "AssertionError": "answer",
    **dict.fromkeys(("RecursionError", "MemoryError", "TimeoutError"), "limit"),
}
_EXCEPTION = re.compile(r"\b([A-Z][A-Za-z]*(?:Error|Exception))\b")


def kind_of(shown: Shown, solved: float = 1.0) -> str:
    """One of KINDS; SOLVED for a task with a score of at least solved.

    The taxonomy follows that of iterative self-repair, arXiv 2604.10508 (2026): syntax, name, type, value, assertion
    (here: answer) and the rest; what a sandbox adds are limits and formats.
    """
    if not shown.failure:
        return SOLVED if shown.score is not None and shown.score >= solved else _raised(shown.feedback, "answer")
    return _BY_LABEL.get(shown.failure) or _raised(shown.feedback, "crash")


def commonest(measured: Iterable[Shown], solved: float = 1.0) -> str:
    """The kind of most of the errors, of equal ones the first in KINDS; SOLVED where there is none."""
    counts = Counter(kind_of(shown, solved) for shown in measured)
    del counts[SOLVED]
    return max((kind for kind in KINDS if counts[kind]), key=lambda kind: counts[kind], default=SOLVED)


def _raised(told: str, otherwise: str) -> str:
    """By the last exception that is named: the one that a traceback ends with."""
    named = _EXCEPTION.findall(told)
    return _BY_EXCEPTION.get(named[-1], "crash") if named else otherwise
