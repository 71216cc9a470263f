"""Scorers for a project's evaluator: `from evoweb_scorers import exact`. The reference is docs/scorers.md.

Each takes what a candidate answered, whatever that is, and what is expected, and returns what `score` returns: a dict
with "score" (0 or 1), "feedback", and often "metrics". Nothing here needs anything but the standard library. Where an
evaluator imports this package, its files are copied into the project at import, so that a later version of evoweb
changes no score.
"""

from .answers import choice, exact, numeric
from .databases import Database, sql
from .programs import CannotHandOver, unit_tests
from .replies import code_in, words_of
from .rules import RULES, followed, rules
from .verdicts import Verdict, verdict

__all__ = [
    "RULES",
    "CannotHandOver",
    "Database",
    "Verdict",
    "choice",
    "code_in",
    "exact",
    "followed",
    "numeric",
    "rules",
    "sql",
    "unit_tests",
    "verdict",
    "words_of",
]
