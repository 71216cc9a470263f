"""What an evaluator in another engine's style is tried on, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent


@dataclass(frozen=True)
class Case:
    """files beside those that all cases of the engine share. score is None where there must be none; failure says why.

    says is found in the feedback of what scored, in the detail of what failed.
    """

    files: Mapping[str, str]
    score: float | None = None
    failure: str = ""
    says: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    without: tuple[str, ...] = ()  # metrics that must not be there


def text(source: str) -> str:
    """A file's content, written with the indentation of where it stands."""
    return dedent(source).lstrip("\n")
