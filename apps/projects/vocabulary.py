"""The closed lists of a project: every word that evoweb.toml, the models and the pages may use."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from apps.engine.axes import MOST_CELLS

type Verb = Literal["view", "review", "operate", "maintain", "audit", "manage"]

KINDS = ("program", "prompt", "skill", "tool", "middleware", "memory", "config", "workflow", "reward", "data")
EDITS = ("whole", "regions", "protected")
DIRECTIONS = ("maximise", "minimise")

# Whose contract the evaluator keeps. All but the first run beside the candidate: their scores are forgeable.
STYLES = {
    "evoweb": "evoweb",
    "openevolve": "OpenEvolve",
    "shinka": "ShinkaEvolve",
    "gepa": "GEPA",
    "asi_evolve": "ASI-Evolve",
}

MODES = ("full-auto", "gate-only", "step-by-step")
LATER_MODES = ("checkpoint", "thorough", "co-pilot", "pre-experiment", "post-experiment", "custom")

ROLES: dict[str, tuple[Verb, ...]] = {
    "viewer": ("view",),
    "reviewer": ("view", "review"),
    "operator": ("view", "operate"),
    "maintainer": ("view", "review", "operate", "maintain"),
    "auditor": ("view", "audit"),
    "admin": ("view", "review", "operate", "maintain", "audit", "manage"),
}

# What a role is for, in words for those who give it.
ROLE_WORDS = {
    "viewer": "sees everything",
    "reviewer": "sees everything, answers gates",
    "operator": "sees everything, starts, pauses and stops runs",
    "maintainer": "reviews and operates, changes the project and its policy",
    "auditor": "sees everything, has the log verified and exported",
    "admin": "does all of that, and manages the members",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """Default and range of a number in evoweb.toml."""

    default: float
    least: float
    most: float


# Names and defaults as in sandbox.contract.Limits and Scorer (a test compares them); per task.
LIMITS = {
    "wall_seconds": Bound(10.0, 0.01, 86_400),
    "cpu_seconds": Bound(10.0, 0.01, 86_400),
    "memory_mb": Bound(512, 32, 1_048_576),
    "processes": Bound(16, 1, 4096),
    "file_mb": Bound(16, 1, 65_536),
    "open_files": Bound(64, 16, 65_536),
    "output_kb": Bound(256, 1, 65_536),
}
EVALUATOR_LIMITS = {
    "wall_seconds": Bound(10.0, 0.01, 86_400),
    "memory_mb": Bound(1024, 32, 1_048_576),
}
# What a contract may lead to, by the word that it comes to; a word that is not named leads to nothing.
CONSEQUENCES = ("harmful", "mixed", "ineffective", "could_not_be_told")
ACTIONS = ("nothing", "gate", "revert")
AA_SHARE = Bound(0.05, 0.0, 0.5)
MAX_TOKENS = Bound(1024, 1, 1_000_000)  # of one reply of the model that is measured
LEVELS = Bound(5, 2, 10)  # of a rubric
FEW_LABELS = 20  # of people; from fewer it cannot be told how far a judge agrees with them
EFFORTS = ("", "low", "medium", "high", "xhigh", "max")
CANDIDATES = Bound(1000, 1, 10_000_000)
SECONDS = Bound(3600.0, 1, 31_536_000)
PARALLEL = Bound(1, 1, 64)
SEED = Bound(0, -(2**63), 2**63 - 1)
CELLS = Bound(10, 1, MOST_CELLS)  # of a descriptor


def choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """The words as choices of a model field."""
    return [(word, word) for word in words]


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """What to write instead of an unknown word: the nearest known one if there is one, and all that are known."""
    nearest = get_close_matches(word, known, n=1)
    guess = f'Did you mean "{nearest[0]}"? ' if nearest else ""
    return f"{guess}Known: {', '.join(known) or 'none'}."
